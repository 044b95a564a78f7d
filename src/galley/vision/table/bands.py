"""Rows that only space tells apart, inside of one ruled row.

Runs in: worker. Pure.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from galley.vision.table.grid import Cell, Grid
from galley.vision.table.text import Line, is_number, join, side_by_side

_MANY = 4
"""Lines, all at the same heights in most cells, that are rows whatever they say."""
_SHORT = 0.7
"""Part of a cell's width: lines that fill more are broken for lack of room, and no rows of their own."""


def split_bands(grid: Grid, height: float) -> Grid:
    """`grid` with rows split in which most columns hold the same number of short lines, at the same heights."""
    row = 0
    while row < len(grid.ys) - 1:
        parts = _parts(grid, row, height)
        if parts is not None:
            grid = _split(grid, row, parts)
            row += len(next(iter(parts.values()))) - 1
        row += 1
    return grid


def _parts(grid: Grid, row: int, height: float) -> dict[int, list[list[Line]]] | None:
    """The lines of each cell (by its place) that is to be split, new row by new row; None to leave the row."""
    if any(cell.row < row < cell.row + cell.rows for cell in grid.cells):
        return None
    texts = {
        index: side_by_side(cell.lines)
        for index, cell in enumerate(grid.cells)
        if cell.row == row and cell.rows == 1 and cell.lines
    }
    most = max((len(text) for text in texts.values()), default=0)
    split = {index: text for index, text in texts.items() if len(text) == most}
    if (
        most < 2
        or not _are_rows(split, most)
        or len(split) < max(3, 0.5 * len(texts))
        or any(len(text) not in (1, most) for text in texts.values())
    ):
        return None
    filled = [
        (line[-1].right - line[0].left) / grid.frame(grid.cells[index]).width
        for index, text in split.items()
        for line in text[:-1]
    ]
    middles = np.array([[np.mean([each.middle for each in line]) for line in text] for text in split.values()])
    if float(np.median(filled)) >= _SHORT or np.ptp(middles, axis=0).max() >= 0.5 * height:
        return None
    return split


def _are_rows(texts: dict[int, list[list[Line]]], most: int) -> bool:
    """Whether the lines are hardly those of broken texts: many, or numbers, which are never broken."""
    numbers = sum(all(is_number(join(line)) for line in text) for text in texts.values())
    return most >= _MANY or numbers >= 2


def _split(grid: Grid, row: int, parts: dict[int, list[list[Line]]]) -> Grid:
    """`grid` with `row` made several: cells that are not in `parts` reach over all of them."""
    middles = np.array([[np.mean([each.middle for each in line]) for line in text] for text in parts.values()])
    heights = middles.mean(axis=0).tolist()
    more = len(heights) - 1
    cells: list[Cell] = []
    for index, cell in enumerate(grid.cells):
        if index in parts:
            cells += [
                Cell(row + place, cell.column, 1, cell.columns, tuple(line)) for place, line in enumerate(parts[index])
            ]
        elif cell.row > row:
            cells.append(replace(cell, row=cell.row + more))
        elif cell.row == row:
            cells.append(replace(cell, rows=cell.rows + more))
        else:
            cells.append(cell)
    between = [(a + b) / 2 for a, b in pairwise(heights)]
    ys = (*grid.ys[: row + 1], *between, *grid.ys[row + 1 :])
    head = grid.head_rows + (more if row < grid.head_rows else 0)
    return Grid(grid.xs, ys, tuple(sorted(cells, key=_place)), head)


def _place(cell: Cell) -> tuple[int, int]:
    return cell.row, cell.column
