"""Ink in cells that have no text: single digits and dashes that text detectors miss.

Runs in: worker. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from galley.vision.table.grid import Grid
from galley.vision.table.text import Frame

_DARK = 0.6
"""Of the paper's grey value: darker pixels are ink."""


@dataclass(frozen=True, slots=True)
class Blank:
    """Ink in a cell without text."""

    cell: int
    """Place in the grid's cells."""
    ink: Frame
    is_dash: bool
    """One flat stroke: nothing needs to be read."""

    def to_read(self, height: float) -> Frame:
        """What to show to a reader: the ink as if it were a line of text of that `height`."""
        middle = (self.ink.top + self.ink.bottom) / 2
        side = 0.35 * height
        return Frame(
            max(0.0, self.ink.left - side),
            max(0.0, middle - 0.62 * height),
            self.ink.right + side,
            middle + 0.62 * height,
        )


def find_blanks(grid: Grid, grey: NDArray[np.uint8], height: float) -> list[Blank]:
    """The cells of `grid` that have no text, but ink that may be some."""
    paper = float(np.percentile(grey, 90)) if grey.size else 0.0
    found = []
    for index, cell in enumerate(grid.cells):
        if cell.lines:
            continue
        frame = grid.frame(cell)
        left, top = max(0, int(frame.left + 0.15 * height)), max(0, int(frame.top + 0.12 * height))
        part = grey[top : max(0, int(frame.bottom - 0.12 * height)), left : max(0, int(frame.right - 0.15 * height))]
        blobs = _blobs(part, paper * _DARK, height)
        if not blobs:
            continue
        ink = Frame(
            left + min(x for x, _, _, _ in blobs),
            top + min(y for _, y, _, _ in blobs),
            left + max(x + width for x, _, width, _ in blobs),
            top + max(y + high for _, y, _, high in blobs),
        )
        if ink.width <= 6 * height and ink.height <= 1.6 * height:
            is_dash = len(blobs) == 1 and ink.height <= 0.45 * ink.width and 0.12 * height < ink.width < 1.2 * height
            found.append(Blank(index, ink, is_dash))
    return found


def _blobs(part: NDArray[np.uint8], dark: float, height: float) -> list[tuple[int, int, int, int]]:
    """Left, top, width and height of what may be characters: neither specks nor what comes in from the sides."""
    if part.size < 30:
        return []
    _, _, boxes, _ = cv2.connectedComponentsWithStats((part < dark).astype(np.uint8))
    return [
        (x, y, width, high)
        for x, y, width, high, area in boxes[1:].tolist()
        if area >= 0.012 * height * height
        and width < 3 * height
        and high < 1.6 * height
        and x > 0
        and x + width < part.shape[1]
    ]
