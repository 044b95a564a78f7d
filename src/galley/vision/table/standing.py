"""Text that stands on its side in narrow cells, as in the heads of tables with many columns.

Runs in: worker. Pure. Text detectors give such text as lines that lie, and readers make nonsense of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from galley.vision.table.grid import Grid
from galley.vision.table.text import Frame

_TALL = 2.2
"""Cells this many times as high as wide may hold text that stands."""
_LEAST = 3.0
"""In heights of the text: what is lower holds one or two lines that lie."""
_DARK = 0.6
"""Of the paper's grey value: darker pixels are ink."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A cell whose ink is high and narrow."""

    cell: int
    """Place in the grid's cells."""
    ink: Frame


def find_standing(grid: Grid, grey: NDArray[np.uint8], paper: float, height: float) -> list[Standing]:
    """The cells of `grid` in which text of that `height` stands, on `paper` of that grey value."""
    found = []
    for index, cell in enumerate(grid.cells):
        frame = grid.frame(cell)
        if frame.height < _TALL * frame.width or frame.height < _LEAST * height:
            continue
        edge = 0.2 * height
        left, top = max(0, int(frame.left + edge)), max(0, int(frame.top + edge))
        part = grey[top : max(0, int(frame.bottom - edge)), left : max(0, int(frame.right - edge))]
        rows, columns = np.nonzero(part < _DARK * paper)
        if len(rows) == 0:
            continue
        ink = Frame(
            float(left + columns.min()),
            float(top + rows.min()),
            float(left + columns.max() + 1),
            float(top + rows.max() + 1),
        )
        if ink.height > _TALL * ink.width and ink.width < 1.6 * height:
            found.append(Standing(index, ink))
    return found


def laid_down(pixels: NDArray[np.uint8], ink: Frame) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The pixels (h, w, 3) of `ink` with a little paper around, turned both ways: read upwards, and downwards."""
    side = int(0.15 * ink.width) + 1
    part = pixels[
        max(0, int(ink.top) - side) : int(ink.bottom) + side, max(0, int(ink.left) - side) : int(ink.right) + side
    ]
    return np.ascontiguousarray(np.rot90(part, -1)), np.ascontiguousarray(np.rot90(part, 1))
