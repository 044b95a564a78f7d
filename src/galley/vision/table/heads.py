"""Heads of two levels in a table without walls: titles over groups of columns, and cells over both levels.

Runs in: worker. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np

from galley.vision.table.columns import Placed
from galley.vision.table.rules import Rule
from galley.vision.table.sketch import Sketch
from galley.vision.table.text import side_by_side

Spans: TypeAlias = Mapping[int, tuple[int, int]]
"""First and last column of a line, by its `id`."""


def find_head(sketch: Sketch, placed: Sequence[Placed]) -> tuple[list[list[Placed]], dict[int, tuple[int, int]]]:
    """The rows of a head that partial rules divide, and what its titles reach over; no rows where there is none."""
    if not sketch.inner:
        return [], {}
    head = [each for each in placed if each.line.middle < sketch.inner[0]]
    partial = [rule for rule in sketch.partial if sketch.frame.top < rule.at < sketch.inner[0]]
    if not head or not partial or len(head) == len(placed):
        return [], {}
    counts = Counter(column for each in head for column in range(each.first, each.last + 1))
    divided = [
        each
        for each in head
        if any(counts[column] > 1 for column in range(each.first, each.last + 1)) or _is_over(each, partial, sketch)
    ]
    if not divided:
        return [head], _spans([head], partial, sketch)
    rows = _rows(divided)
    for each in head:
        if any(each is other for other in divided):
            continue
        distances = [abs(float(np.mean([other.line.middle for other in row])) - each.line.middle) for row in rows]
        nearest = int(np.argmin(distances))
        # Centred over the whole head: it belongs to no row alone, and begins in the first.
        rows[nearest if distances[nearest] <= 0.25 * sketch.height else 0].append(each)
    return rows, _spans(rows, partial, sketch)


def _rows(placed: Sequence[Placed]) -> list[list[Placed]]:
    owner = {id(each.line): each for each in placed}
    return [[owner[id(line)] for line in row] for row in side_by_side(each.line for each in placed)]


def _is_over(each: Placed, partial: Sequence[Rule], sketch: Sketch) -> bool:
    return any(rule.start - 0.5 * sketch.height < each.line.centre < rule.end + 0.5 * sketch.height for rule in partial)


def _spans(rows: Sequence[Sequence[Placed]], partial: Sequence[Rule], sketch: Sketch) -> dict[int, tuple[int, int]]:
    """Titles reach over the columns above which the rule below them lies."""
    lefts = [sketch.frame.left, *(end for _, end in sketch.gutters)]
    rights = [*(start for start, _ in sketch.gutters), sketch.frame.right]
    spans = {}
    for each in (each for row in rows for each in row):
        for rule in partial:
            below = -0.4 * sketch.height < rule.at - each.line.bottom < 0.9 * sketch.height
            if not below or not _is_over(each, [rule], sketch):
                continue
            columns = [
                column
                for column, (left, right) in enumerate(zip(lefts, rights, strict=True))
                if min(rule.end, right) - max(rule.start, left) > 0.4 * (right - left)
            ]
            if columns:
                spans[id(each.line)] = (min(columns[0], each.first), max(columns[-1], each.last))
    return spans
