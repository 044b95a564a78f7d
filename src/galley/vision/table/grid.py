"""A grid and the cells on it.

Runs in: worker. Pure.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from galley.vision.intervals import runs
from galley.vision.table.text import Frame, Line


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its first row and column, over how many of each it reaches, and the lines of text in it."""

    row: int
    column: int
    rows: int = 1
    columns: int = 1
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells that cover a grid without overlap, row by row."""

    xs: tuple[float, ...]
    """Edges of the columns: one more than there are columns."""
    ys: tuple[float, ...]
    """Edges of the rows."""
    cells: tuple[Cell, ...]
    head_rows: int = 0

    def frame(self, cell: Cell) -> Frame:
        """Where `cell` is."""
        return Frame(
            self.xs[cell.column], self.ys[cell.row], self.xs[cell.column + cell.columns], self.ys[cell.row + cell.rows]
        )

    def owners(self) -> NDArray[np.intp]:
        """Shape (rows, columns): the place in `cells` of the cell that each place of the grid belongs to; else -1."""
        owners = np.full((len(self.ys) - 1, len(self.xs) - 1), -1, np.intp)
        for index, cell in enumerate(self.cells):
            owners[cell.row : cell.row + cell.rows, cell.column : cell.column + cell.columns] = index
        return owners


def find_place(edges: Sequence[float], at: float) -> int:
    """Which of the intervals between neighbouring `edges` holds `at`; the first or the last where it lies outside."""
    return min(max(bisect_right(edges, at) - 1, 0), len(edges) - 2)


def unite(right: NDArray[np.bool_], below: NDArray[np.bool_]) -> list[Cell]:
    """The cells of a grid, where walls tell its places apart.

    Args:
        right: (rows, columns - 1), whether there is a wall between a place and the next one to the right.
        below: (rows - 1, columns), the same for the next one below.

    What hangs together but is no rectangle is cut into pieces of rows.
    """
    rows, columns = right.shape[0], below.shape[1]
    parent = list(range(rows * columns))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    for row, column in zip(*np.nonzero(~right), strict=True):
        parent[root(row * columns + column)] = root(row * columns + column + 1)
    for row, column in zip(*np.nonzero(~below), strict=True):
        parent[root(row * columns + column)] = root((row + 1) * columns + column)
    groups: dict[int, list[tuple[int, int]]] = {}
    for place in range(rows * columns):
        groups.setdefault(root(place), []).append(divmod(place, columns))
    return sorted(
        (cell for places in groups.values() for cell in _rectangles(places)), key=lambda cell: (cell.row, cell.column)
    )


def _rectangles(places: list[tuple[int, int]]) -> list[Cell]:
    top, left = min(row for row, _ in places), min(column for _, column in places)
    mask = np.zeros((max(row for row, _ in places) - top + 1, max(column for _, column in places) - left + 1), bool)
    for row, column in places:
        mask[row - top, column - left] = True
    if mask.all():
        return [Cell(top, left, *mask.shape)]
    return [Cell(top + row, left + start, 1, end - start) for row in range(len(mask)) for start, end in runs(mask[row])]


def fill(grid: Grid, lines: Iterable[Line]) -> Grid:
    """`grid` with each line in the cell that holds its middle."""
    owners = grid.owners()
    texts: list[list[Line]] = [[] for _ in grid.cells]
    for line in lines:
        owner = owners[find_place(grid.ys, line.middle), find_place(grid.xs, line.centre)]
        if owner >= 0:
            texts[owner].append(line)
    return replace(
        grid, cells=tuple(replace(cell, lines=tuple(text)) for cell, text in zip(grid.cells, texts, strict=True))
    )


def drop_unused(grid: Grid) -> Grid:
    """`grid` without the edges at which no cell begins."""
    rows = sorted({cell.row for cell in grid.cells})
    columns = sorted({cell.column for cell in grid.cells})

    def count(used: list[int], start: int, length: int) -> int:
        return sum(start <= each < start + length for each in used)

    cells = tuple(
        replace(
            cell,
            row=rows.index(cell.row),
            column=columns.index(cell.column),
            rows=count(rows, cell.row, cell.rows),
            columns=count(columns, cell.column, cell.columns),
        )
        for cell in grid.cells
    )
    xs = (*(grid.xs[column] for column in columns), grid.xs[-1])
    ys = (*(grid.ys[row] for row in rows), grid.ys[-1])
    return Grid(xs, ys, cells, sum(row < grid.head_rows for row in rows))
