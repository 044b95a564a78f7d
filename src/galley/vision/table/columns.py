"""The columns of a table without walls: gutters in which hardly a row has ink.

Runs in: worker. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from galley.vision.intervals import Interval, runs
from galley.vision.table.grid import find_place
from galley.vision.table.text import Frame, Line

_STRAY = 0.04
"""Part of the rows that may cross a gutter, as titles over several columns do."""
_LEAST_GAP = 0.55
"""In heights of the text, the median distance of what stands left and right of a gutter."""
_WIDE = 1.2
"""In heights of the text: a gutter so wide parts columns also where one text stands behind it, as in sparse ones."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A line and the columns it reaches over, both ends included."""

    line: Line
    first: int
    last: int


def find_gutters(rows: Sequence[Sequence[Line]], frame: Frame, height: float) -> list[Interval]:
    """The gaps between the columns of a table with text in `frame`, from left to right.

    Args:
        rows: lines side by side, with their words.
        frame: around all of them.
        height: of the text.
    """
    width = int(frame.width) + 6
    covered = np.zeros(width, int)
    for row in rows:
        covered += _ink(row, frame.left, width)
    narrowest = max(2.0, (0.12 if len(rows) >= 6 else 0.3 if len(rows) >= 4 else 0.8) * height)
    gaps = runs(covered <= int(_STRAY * len(rows)))
    found = [
        (frame.left + start, frame.left + end)
        for start, end in gaps
        if end - start >= narrowest and start > 0 and end < width - 1
    ]
    return [gutter for gutter in found if _divides(rows, gutter, height)]


def _ink(row: Iterable[Line], left: float, width: int) -> NDArray[np.bool_]:
    marks = np.zeros(width, bool)
    for line in row:
        for start, end in line.words:
            marks[max(0, int(start - left)) : max(0, int(end - left))] = True
    return marks


def _divides(rows: Sequence[Sequence[Line]], gutter: Interval, height: float) -> bool:
    """Whether there is text on both sides of the gutter in enough rows, and at a distance."""
    middle = (gutter[0] + gutter[1]) / 2
    gaps = []
    left = right = 0
    for row in rows:
        words = [word for line in row for word in line.words]
        before = [end for start, end in words if (start + end) / 2 <= middle]
        after = [start for start, end in words if (start + end) / 2 > middle]
        left += bool(before)
        right += bool(after)
        if before and after:
            gaps.append(min(after) - max(before))
    width = gutter[1] - gutter[0]
    enough = 1 if width > _WIDE * height else max(1, min(4, 0.3 * len(rows)))
    distance = float(np.median(gaps)) if len(gaps) >= enough else width
    return min(left, right) >= enough and distance >= _LEAST_GAP * height


def edges_between(gutters: Sequence[Interval], frame: Frame) -> list[float]:
    """The edges of the columns, in the middle of the gutters."""
    return [frame.left - 2, *((start + end) / 2 for start, end in gutters), frame.right + 2]


def place_in_columns(lines: Iterable[Line], xs: Sequence[float], height: float) -> list[Placed]:
    """Each line with the columns that it reaches into by more than a little."""
    placed = []
    for line in lines:
        least = min(0.3 * height, 0.5 * (line.right - line.left))
        reached = [
            column
            for column, (left, right) in enumerate(pairwise(xs))
            if min(line.right, right) - max(line.left, left) > least
        ]
        if not reached:
            reached = [find_place(xs, line.centre)]
        placed.append(Placed(line, reached[0], reached[-1]))
    return placed
