"""Cells that a detector has found: the grid they are on, and the text in them.

Runs in: worker. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from galley.vision.table.structure import BoxedCell, Structure
from galley.vision.table.text import Frame, Line

_TOGETHER = 0.35
"""Of the median cell's height or width: edges as near to each other are one."""
_SAME = 0.5
"""Intersection over union from which two boxes are of one cell."""


def drop_doubles(frames: Sequence[Frame], scores: Sequence[float]) -> list[Frame]:
    """The boxes, without the weaker of two that are of one cell."""
    kept: list[Frame] = []
    for index in np.argsort(-np.asarray(scores, float), kind="stable").tolist():
        if all(overlap(frames[index], other) < _SAME for other in kept):
            kept.append(frames[index])
    return kept


def structure_from_boxes(frames: Sequence[Frame]) -> Structure:
    """The grid on which cells with these boxes are; places that no box covers become cells of their own."""
    boxes = [frame for frame in frames if frame.width > 0 and frame.height > 0]
    if not boxes:
        return Structure((), 0)
    xs = _edges([x for box in boxes for x in (box.left, box.right)], float(np.median([box.width for box in boxes])))
    ys = _edges([y for box in boxes for y in (box.top, box.bottom)], float(np.median([box.height for box in boxes])))
    taken = np.zeros((len(ys) - 1, len(xs) - 1), bool)
    cells: list[BoxedCell] = []
    for box in sorted(boxes, key=lambda box: (box.top, box.left)):
        column, right = _interval(xs, box.left, box.right)
        row, below = _interval(ys, box.top, box.bottom)
        if taken[row:below, column:right].any():
            continue
        taken[row:below, column:right] = True
        cells.append(BoxedCell(row, column, below - row, right - column, box))
    for row, column in zip(*np.nonzero(~taken), strict=True):
        frame = Frame(xs[column], ys[row], xs[column + 1], ys[row + 1])
        cells.append(BoxedCell(int(row), int(column), 1, 1, frame))
    return Structure(tuple(sorted(cells, key=lambda cell: (cell.row, cell.column))), 0)


def _edges(values: Sequence[float], size: float) -> list[float]:
    """The means of groups of values that are near to each other; at least two."""
    groups: list[list[float]] = []
    for value in sorted(values):
        if groups and value - groups[-1][0] < _TOGETHER * size:
            groups[-1].append(value)
        else:
            groups.append([value])
    edges = [float(np.mean(group)) for group in groups]
    return edges if len(edges) >= 2 else [min(values), max(values)]


def _interval(edges: Sequence[float], start: float, end: float) -> tuple[int, int]:
    """The first and the last edge but one of the nearest stretch that is not empty."""
    first = min(int(np.argmin([abs(edge - start) for edge in edges])), len(edges) - 2)
    last = int(np.argmin([abs(edge - end) for edge in edges]))
    return first, max(last, first + 1)


def refine(structure: Structure, frames: Sequence[Frame]) -> Structure:
    """`structure` with the box of each cell replaced by the detected one that is the same; others stay.

    Where `structure` has no boxes at all, that of the detected cells takes its place.
    """
    if all(cell.frame is None for cell in structure.cells):
        return structure_from_boxes(frames)
    free = list(frames)
    cells = []
    for cell in structure.cells:
        frame = cell.frame
        best = max(free, key=lambda each: overlap(each, frame), default=None) if frame is not None else None
        if best is not None and frame is not None and overlap(best, frame) >= _SAME:
            free.remove(best)
            cell = replace(cell, frame=best)
        cells.append(cell)
    return replace(structure, cells=tuple(cells))


def with_boxes(structure: Structure, whole: Frame) -> Structure:
    """`structure` with boxes for the cells that have none: as far as those of their row and column reach."""
    rows: dict[int, list[Frame]] = {}
    columns: dict[int, list[Frame]] = {}
    for cell in structure.cells:
        if cell.frame is not None:
            if cell.rows == 1:
                rows.setdefault(cell.row, []).append(cell.frame)
            if cell.columns == 1:
                columns.setdefault(cell.column, []).append(cell.frame)
    return replace(
        structure,
        cells=tuple(
            replace(cell, frame=_crossing(rows.get(cell.row, [whole]), columns.get(cell.column, [whole])))
            if cell.frame is None
            else cell
            for cell in structure.cells
        ),
    )


def _crossing(row: Sequence[Frame], column: Sequence[Frame]) -> Frame:
    return Frame(
        float(np.median([frame.left for frame in column])),
        float(np.median([frame.top for frame in row])),
        float(np.median([frame.right for frame in column])),
        float(np.median([frame.bottom for frame in row])),
    )


def overlap(one: Frame, other: Frame) -> float:
    """Intersection over union."""
    shared = _shared(one, other)
    whole = one.width * one.height + other.width * other.height - shared
    return shared / whole if whole > 0 else 0.0


def _shared(one: Frame, other: Frame) -> float:
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    return max(0.0, width) * max(0.0, height)


def cuts_at_cells(structure: Structure, line: Line, height: float) -> list[float]:
    """Where `line`, of text of that `height`, passes from one cell into the next."""
    beside = sorted(
        (
            cell.frame
            for cell in structure.cells
            if cell.frame is not None and cell.frame.top < line.middle < cell.frame.bottom
        ),
        key=lambda frame: frame.left,
    )
    between = [(left.right + right.left) / 2 for left, right in pairwise(beside)]
    return [x for x in between if line.left + 0.4 * height < x < line.right - 0.4 * height]


def share_out(structure: Structure, lines: Sequence[Line]) -> list[list[Line]]:
    """The lines of each cell: each line goes where most of it is, else to the nearest cell with a box."""
    texts: list[list[Line]] = [[] for _ in structure.cells]
    boxed = [(index, cell.frame) for index, cell in enumerate(structure.cells) if cell.frame is not None]
    for line in lines:
        frame = Frame(line.left, line.top, line.right, line.bottom)
        if boxed:
            index, _ = max(boxed, key=lambda each: (_shared(each[1], frame), -_distance(each[1], line)))
            texts[index].append(line)
    return texts


def _distance(frame: Frame, line: Line) -> float:
    across = max(frame.left - line.centre, 0.0, line.centre - frame.right)
    down = max(frame.top - line.middle, 0.0, line.middle - frame.bottom)
    return across + down
