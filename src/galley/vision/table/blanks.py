"""Ink that has no text: single digits and dashes that text detectors miss.

Runs in: worker. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from galley.vision.table.grid import Grid
from galley.vision.table.text import Frame, Line, frame_of

DASH = "-"
_DARK = 0.75
"""Of the paper's grey value: darker pixels are ink."""
_ALONE = 0.5
"""In heights of the text: nothing else is so near a dash that stands alone, as the next one is in dashed rules."""


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


def paper_of(grey: NDArray[np.uint8]) -> float:
    """The grey value of the paper in a picture (h, w)."""
    return float(np.percentile(grey, 90)) if grey.size else 0.0


def find_blanks(grid: Grid, grey: NDArray[np.uint8], paper: float, height: float) -> list[Blank]:
    """The cells of `grid` that have no text, but ink that may be some, on `paper` of that grey value."""
    found = []
    for index, cell in enumerate(grid.cells):
        if cell.lines:
            continue
        frame = grid.frame(cell)
        inner = Frame(
            frame.left + 0.15 * height,
            frame.top + 0.12 * height,
            frame.right - 0.15 * height,
            frame.bottom - 0.12 * height,
        )
        blobs = [blob for blob in _blobs(grey, inner, paper * _DARK) if _may_be_text(blob, inner, height)]
        if not blobs:
            continue
        ink = Frame(
            min(blob.frame.left for blob in blobs),
            min(blob.frame.top for blob in blobs),
            max(blob.frame.right for blob in blobs),
            max(blob.frame.bottom for blob in blobs),
        )
        if ink.width <= 6 * height and ink.height <= 1.6 * height:
            found.append(Blank(index, ink, len(blobs) == 1 and _is_dash(blobs[0], height)))
    return found


def is_dash(line: Line, grey: NDArray[np.uint8], paper: float, height: float) -> bool:
    """Whether the ink of `line` is one flat stroke.

    Readers show dashes little justice: they take them for a Chinese one or, turned with their tall box, for an upright
    one.
    """
    frame = Frame(line.left, line.top, line.right, line.bottom)
    blobs = [blob for blob in _blobs(grey, frame, paper * _DARK) if _may_be_text(blob, frame, height)]
    return len(blobs) == 1 and _is_dash(blobs[0], height)


def find_dashes(lines: Sequence[Line], grey: NDArray[np.uint8], paper: float, height: float) -> list[Line]:
    """The dashes that stand alone between `lines`, as they do for numbers that there are none of.

    Those with no text before them at their height are left out: they may be bullets.
    """
    frame = frame_of(lines)
    dark = paper * _DARK
    found = []
    for blob in _blobs(grey, frame, dark):
        if not (_may_be_text(blob, frame, height) and _is_dash(blob, height) and _is_alone(blob, grey, dark, height)):
            continue
        ink = blob.frame
        middle = (ink.top + ink.bottom) / 2
        beside = [line for line in lines if line.top < middle < line.bottom]
        if any(line.right < ink.left for line in beside) and not any(
            line.left < ink.right and ink.left < line.right for line in beside
        ):
            found.append(Line(ink.left, middle - height / 2, ink.right, middle + height / 2, DASH, 1.0))
    return found


def _is_alone(blob: _Blob, grey: NDArray[np.uint8], dark: float, height: float) -> bool:
    """Whether there is no other ink near `blob`."""
    around, ink = _ALONE * height, blob.frame
    left, top = max(0, int(ink.left - around)), max(0, int((ink.top + ink.bottom) / 2 - around))
    part = grey[top : int((ink.top + ink.bottom) / 2 + around) + 1, left : int(ink.right + around) + 1]
    return int((part < dark).sum()) <= blob.area


@dataclass(frozen=True, slots=True)
class _Blob:
    """Dark pixels that hang together."""

    frame: Frame
    area: int


def _blobs(grey: NDArray[np.uint8], frame: Frame, dark: float) -> list[_Blob]:
    left, top = max(0, int(frame.left)), max(0, int(frame.top))
    part = grey[top : max(0, int(frame.bottom)), left : max(0, int(frame.right))]
    if part.size == 0:
        return []
    _, _, boxes, _ = cv2.connectedComponentsWithStats((part < dark).astype(np.uint8))
    return [
        _Blob(Frame(left + x, top + y, left + x + width, top + y + high), area)
        for x, y, width, high, area in boxes[1:].tolist()
    ]


def _may_be_text(blob: _Blob, frame: Frame, height: float) -> bool:
    """Neither a speck nor what comes in from the sides of `frame`."""
    within = blob.frame.left > int(frame.left) and blob.frame.right < int(frame.right)
    small = blob.frame.width < 3 * height and blob.frame.height < 1.6 * height
    return within and small and blob.area >= 0.004 * height * height


def _is_dash(blob: _Blob, height: float) -> bool:
    flat = blob.frame.height <= 0.65 * blob.frame.width and blob.frame.height < 0.3 * height
    solid = blob.area >= 0.7 * blob.frame.width * blob.frame.height
    return flat and solid and 0.1 * height < blob.frame.width < 1.2 * height
