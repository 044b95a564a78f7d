"""What of a page belongs to a table: its pixels, made straight, and its lines of text.

Runs in: worker. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from galley.results import TextLine
from galley.vision.spelling import spell
from galley.vision.table.extent import REACH, find_extent
from galley.vision.table.rules import find_rules
from galley.vision.table.text import Frame, Line, text_height
from galley.vision.table.upright import Upright, straighten


@dataclass(frozen=True, slots=True)
class Cutout:
    """A table, cut out of its page."""

    upright: Upright
    grey: NDArray[np.uint8]
    """The same pixels, shape (h, w)."""
    lines: tuple[Line, ...]
    """The lines of text in it, in pixels of the cutout; their `source` is the place among the page's lines."""


def cut_out(image: NDArray[np.uint8], box: tuple[int, int, int, int], lines: Sequence[TextLine]) -> Cutout | None:
    """The table in `box` (left, top, right, bottom) of a page (h, w, 3) with these `lines`; None without text in it.

    Rules that go on beyond the box are followed.
    """
    rows, columns = image.shape[:2]
    seen = Frame(max(0, box[0]), max(0, box[1]), min(columns, box[2]), min(rows, box[3]))
    inside = [line for line in lines if line.text and is_inside(line.box, box)]
    if not inside:
        return None
    height = float(np.median([line.box[3] - line.box[1] for line in inside]))
    reach = REACH * height
    outer = Frame(seen.left - reach, seen.top - reach, seen.right + reach, seen.bottom + reach)
    upright = straighten(image, outer, [line.polygon for line in inside])
    placed = [_place(upright, line, index) for index, line in enumerate(lines) if line.text]
    table = _moved(upright, seen)
    chosen = [line for line in placed if is_inside(lines[line.source or 0].box, box)]
    height = text_height(chosen)
    extent = find_extent(find_rules(_grey(upright), chosen, height), table, height)
    upright = upright.part(extent)
    sources = {line.source for line in chosen}
    belonging = [
        _place(upright, lines[line.source or 0], line.source or 0)
        for line in placed
        if line.source in sources or _holds(extent, line.centre, line.middle)
    ]
    return Cutout(upright, _grey(upright), tuple(belonging))


def _place(upright: Upright, line: TextLine, source: int) -> Line:
    frame = upright.place(line.polygon)
    spelling = spell(line.text, line.characters, frame.left, frame.right)
    return Line(
        frame.left, frame.top, frame.right, frame.bottom, line.text, line.score, source=source, spelling=spelling
    )


def _moved(upright: Upright, seen: Frame) -> Frame:
    """A frame of the same size about the point where the middle of `seen` is now."""
    middle = np.array([[(seen.left + seen.right) / 2, (seen.top + seen.bottom) / 2]])
    there = upright.place(middle)
    return Frame(
        there.left - seen.width / 2,
        there.top - seen.height / 2,
        there.left + seen.width / 2,
        there.top + seen.height / 2,
    )


def _grey(upright: Upright) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(upright.pixels, cv2.COLOR_BGR2GRAY), np.uint8)


def is_inside(line: Sequence[int], box: Sequence[int]) -> bool:
    """Whether the middle of a line lies in `box`; both are left, top, right and bottom."""
    return _holds(Frame(box[0], box[1], box[2], box[3]), (line[0] + line[2]) / 2, (line[1] + line[3]) / 2)


def _holds(frame: Frame, x: float, y: float) -> bool:
    return frame.left <= x < frame.right and frame.top <= y < frame.bottom
