"""From the pixels of a page that was looked at to the coordinates of the PDF page below it.

Runs in: worker, and parent (a result's own `save_to_pdf`). Pure.
"""

from __future__ import annotations

from typing import TypeAlias

Box: TypeAlias = tuple[float, float, float, float]
"""Left, bottom, right and top of what is shown of a page, in its own coordinates, before it is turned."""

MOST_POINTS = 14_400.0
"""The longest side of a page that readers must take (PDF 1.7, annex C)."""
_LEAST_POINTS = 3.0


def shown_size(box: Box, rotation: int) -> tuple[float, float]:
    """Width and height of a page as it is shown, in points."""
    width, height = box[2] - box[0], box[3] - box[1]
    return (height, width) if rotation % 180 else (width, height)


def place_frame(box: Box, rotation: int, frame: tuple[float, float]) -> str:
    """The operator that makes coordinates count in a frame over the whole page as it is shown.

    Args:
        box: what is shown of the page.
        rotation: clockwise degrees by which the page is turned to be shown; a multiple of 90.
        frame: width and height of the page as it is shown, in other units; counted from its lower left.
    """
    left, bottom, right, top = box
    width, height = shown_size(box, rotation)
    across, up = width / frame[0], height / frame[1]
    matrix = {
        0: (across, 0.0, 0.0, up, left, bottom),
        90: (0.0, across, -up, 0.0, right, bottom),
        180: (-across, 0.0, 0.0, -up, right, top),
        270: (0.0, -across, up, 0.0, left, top),
    }[rotation % 360]
    return f"{' '.join(f'{value:.6f}' for value in matrix)} cm"


def page_points(size: tuple[int, int], dots_per_inch: float) -> tuple[float, float]:
    """The size in points of a page of so many pixels; smaller where it would be too large for a PDF page."""
    width, height = (72 * length / dots_per_inch for length in size)
    scale = min(1.0, MOST_POINTS / max(width, height))
    return max(width * scale, _LEAST_POINTS), max(height * scale, _LEAST_POINTS)
