"""Lines of text that run through several cells: where to cut them, and what is in the pieces.

Runs in: worker. Pure. Text detectors join what stands close together, whatever is between.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from galley.vision.intervals import Interval, runs
from galley.vision.spelling import spell_parts
from galley.vision.table.grid import Grid, find_place
from galley.vision.table.text import Frame, Line

_MARGIN = 2
"""Pixels around the ink of a piece."""
_WALL = 0.15
"""In heights of the line: ink at a cut that is not wider is the wall that the line was cut at."""
_ASIDE = 0.5
"""In heights of the text: so wide is a gap at least that lies beside the middle of its gutter."""

Cuts = Callable[[Line], Sequence[float]]
"""From a line to the columns at which it is cut, from left to right; none for most."""


def cuts_at_walls(grid: Grid, height: float) -> Cuts:
    """Cuts at the walls of a grid."""
    owners = grid.owners()

    def cuts(line: Line) -> list[float]:
        row = find_place(grid.ys, line.middle)
        inside = (line.left + 0.4 * height, line.right - 0.4 * height)
        return [
            x
            for column, x in enumerate(grid.xs[1:-1])
            if inside[0] < x < inside[1] and owners[row, column] != owners[row, column + 1]
        ]

    return cuts


def cuts_at_gutters(gutters: Sequence[Interval], height: float) -> Cuts:
    """Cuts in the gaps that a line has at gutters between columns; where it has none, it reaches over them.

    Titles are often wider than what is below them: the gap may lie beside the middle of the gutter, if it is wide.
    """

    def cuts(line: Line) -> list[float]:
        gaps = [(before[1], after[0]) for before, after in pairwise(line.words)]
        found: set[float] = set()
        for start, end in gutters:
            middle = (start + end) / 2
            if not line.left + 0.3 * height < middle < line.right - 0.3 * height:
                continue
            near = [
                gap
                for gap in gaps
                if gap[0] < end
                and start < gap[1]
                and gap[1] - gap[0] > (0.3 if gap[0] <= middle <= gap[1] else _ASIDE) * height
            ]
            if near:
                found.add(sum(min(near, key=lambda gap: abs(sum(gap) / 2 - middle))) / 2)
        return sorted(found)

    return cuts


def pieces(grey: NDArray[np.uint8], line: Line, cuts: Sequence[float]) -> list[Line]:
    """The parts of `line` between `cuts` in which there is ink, each with little paper around it.

    Without a text where it is not certain which of the line's characters stand there.
    """
    edges = [line.left, *cuts, line.right]
    inked = []
    for left, right in pairwise(edges):
        stretches = runs(ink_columns(grey, Frame(left, line.top, right, line.bottom)))
        start, end = _text_of(stretches, int(right) - int(left), line.height)
        if end - start >= 2:
            inked.append((max(0, int(left)) + start, max(0, int(left)) + end))
    texts = spell_parts(line.spelling, inked, line.height)
    return [
        line.part(max(0, first - _MARGIN), end + _MARGIN, text) for (first, end), text in zip(inked, texts, strict=True)
    ]


def _text_of(stretches: Sequence[tuple[int, int]], width: int, height: float) -> tuple[int, int]:
    """First column, and column after the last, of the ink in a part of that `width`, walls at its sides left out."""
    inner = [
        (start, end)
        for start, end in stretches
        if end - start > _WALL * height or (start > _MARGIN and end < width - _MARGIN)
    ]
    return (inner[0][0], inner[-1][1]) if inner else (0, 0)


def ink_columns(grey: NDArray[np.uint8], frame: Frame) -> NDArray[np.bool_]:
    """Whether there is ink in each column of `frame`, its upper and lower edge left out, where rules may lie."""
    part = grey[max(0, int(frame.top)) : int(frame.bottom) + 1, max(0, int(frame.left)) : int(frame.right) + 1]
    if part.size == 0:
        return np.zeros(0, bool)
    edge = int(0.12 * len(part))
    inner = part[edge : max(edge + 1, len(part) - edge)]
    dark = (float(np.percentile(inner, 95)) + float(inner.min())) / 2
    return np.asarray((inner < dark).any(axis=0), np.bool_)


def find_words(grey: NDArray[np.uint8], line: Line, height: float) -> tuple[Interval, ...]:
    """The runs of ink of `line`, those with little more than a space between them joined; all of it where none is.

    A sign that opens the line is of its first word.
    """
    found: list[list[float]] = [] if line.opening is None else [list(line.opening)]
    offset = max(0, int(line.left))
    for start, end in runs(ink_columns(grey, Frame(line.left, line.top, line.right, line.bottom))):
        if found and start + offset - found[-1][1] < 0.38 * height:
            found[-1][1] = max(found[-1][1], end + offset)
        else:
            found.append([start + offset, end + offset])
    words = tuple((start, end) for start, end in found if end - start >= 2)
    return words if words else ((line.left, line.right),)
