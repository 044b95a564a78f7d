"""Which of a table's first rows are its head: by how they look, and by texts that stand above numbers.

Runs in: worker. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from galley.vision.table.grid import Cell, Grid
from galley.vision.table.text import Frame, Line, is_number, join

_MOST = 4
"""Rows of a head; what looks like more is none."""
_SHADE = 7.0
"""Grey values by which a shaded head differs from every row of the body."""
_BOLD = 1.22
"""Of the body's strokes: those of a bold head are at least so wide."""
_THICK = 1.5
"""Of the other rules: a rule below a head that is drawn double or thicker covers at least so many rows of pixels."""
_VALUES = 0.6
"""Part of a column's texts that are numbers or marks for it to be one of values."""
_FILLED = 0.5
"""Part of its columns above which a head says something."""
_YEAR = re.compile(r"\D*(1[89]|20)\d\d\D*")


def find_head_rows(grid: Grid, grey: NDArray[np.uint8], height: float) -> int:
    """How many of the first rows of `grid`, cells with their texts, are its head; 0 where nothing tells.

    Args:
        grid: cells with their texts.
        grey: the picture (h, w).
        height: of the text.
    """
    shaded = _shaded_rows(grid, grey, height)
    depth = _depth(grid, max(1, shaded))
    rows = len(grid.ys) - 1
    if depth >= rows or depth > _MOST or not _is_filled(grid, depth):
        return 0
    over, like = _over_values(grid, depth)
    if like > over:
        return 0
    is_marked = shaded or _is_bold(grid, grey, depth) or _is_ruled_off(grid, grey, depth, height)
    return depth if over or (is_marked and not like) else 0


def _depth(grid: Grid, rows: int) -> int:
    """`rows` and those that go with them: which cells reach into, or which divide a title over several columns."""
    owners = grid.owners()
    while rows < len(owners):
        more = max([rows, *(cell.row + cell.rows for cell in grid.cells if cell.row < rows)])
        titles = [cell for cell in grid.cells if cell.row + cell.rows == more == rows and cell.columns > 1]
        if more == rows and rows < len(owners) and any(_is_divided(grid, owners, cell) for cell in titles):
            more += 1
        if more == rows:
            return rows
        rows = more
    return rows


def _is_divided(grid: Grid, owners: NDArray[np.intp], title: Cell) -> bool:
    """Whether below `title`, over several columns, each column has a text that is no value."""
    below = {int(owner) for owner in owners[title.row + title.rows, title.column : title.column + title.columns]}
    texts = [join(grid.cells[owner].lines) for owner in below if owner >= 0]
    return len(texts) == title.columns and all(text and not _is_value(text) for text in texts)


def _is_filled(grid: Grid, depth: int) -> bool:
    columns = len(grid.xs) - 1
    filled = {
        column
        for cell in grid.cells
        if cell.row < depth and cell.lines
        for column in range(cell.column, cell.column + cell.columns)
    }
    return len(filled) >= _FILLED * columns


def _over_values(grid: Grid, depth: int) -> tuple[int, int]:
    """Above how many columns of values the head has a text, and above how many a value."""
    over = like = 0
    for column in range(len(grid.xs) - 1):
        here = [cell for cell in grid.cells if cell.column <= column < cell.column + cell.columns]
        body = [text for cell in here if cell.row >= depth and cell.columns == 1 and (text := join(cell.lines))]
        head = [text for cell in here if cell.row < depth and (text := join(cell.lines))]
        if not head or len(body) < 2 or sum(map(_is_value, body)) < _VALUES * len(body):
            continue
        if not _is_value(head[-1]):
            over += 1
        elif not _YEAR.fullmatch(head[-1]):
            like += 1
    return over, like


def _is_value(text: str) -> bool:
    """Whether `text` is what columns are filled with: a number, a date, a mark."""
    return is_number(text) or (len(text) == 1 and (not text.isalpha() or text in "xX"))


def _shaded_rows(grid: Grid, grey: NDArray[np.uint8], height: float) -> int:
    """How many of the first rows have another ground than all of the others."""
    rows = len(grid.ys) - 1
    if rows < 2:
        return 0
    grounds = np.array([_ground(grid, row, grey, height) for row in range(rows)])
    body = float(np.median(grounds[1:]))
    count = next((row for row in range(rows) if abs(grounds[row] - body) < _SHADE), rows)
    rest = grounds[count:]
    return count if len(rest) and np.abs(rest - body).max() < np.abs(grounds[:count] - body).min(initial=255.0) else 0


def _ground(grid: Grid, row: int, grey: NDArray[np.uint8], height: float) -> float:
    edge = 0.15 * height
    inner = Frame(grid.xs[0] + edge, grid.ys[row] + edge, grid.xs[-1] - edge, grid.ys[row + 1] - edge)
    part = _part(grey, inner)
    return float(np.percentile(part, 60)) if part.size else 255.0


def _is_bold(grid: Grid, grey: NDArray[np.uint8], depth: int) -> bool:
    head = _strokes(grey, (line for cell in grid.cells if cell.row < depth for line in cell.lines))
    body = _strokes(grey, (line for cell in grid.cells if cell.row >= depth for line in cell.lines))
    return bool(head and len(body) >= 2 and np.median(head) > _BOLD * np.median(body))


def _strokes(grey: NDArray[np.uint8], lines: Iterable[Line]) -> list[float]:
    """The mean length of the runs of ink in each line with at least two characters, in pixels."""
    found = []
    for line in lines:
        part = _part(grey, Frame(line.left, line.top, line.right, line.bottom)).astype(np.float64)
        if len(line.text) < 2 or part.size == 0:
            continue
        ground, ink = float(np.percentile(part, 85)), float(part.min())
        # Grey pixels at the edges of strokes count in part: strokes are a few pixels wide.
        dark = np.clip((ground - part) / max(1.0, ground - ink), 0, 1)
        dark[dark.mean(axis=1) > 0.9] = 0
        starts = (dark[:, 1:] > 0.5) & (dark[:, :-1] <= 0.5)
        if starts.any():
            found.append(float(dark.sum() / starts.sum()))
    return found


def _is_ruled_off(grid: Grid, grey: NDArray[np.uint8], depth: int, height: float) -> bool:
    """Whether the rule below the head is thicker than those below the rows of the body."""
    body = [_thickness(grid, row, grey, height) for row in range(1, len(grid.ys) - 1) if row != depth]
    below = _thickness(grid, depth, grey, height)
    return len(body) >= 2 and below > max(_THICK * float(np.median(body)), float(np.median(body)) + 0.8)


def _thickness(grid: Grid, edge: int, grey: NDArray[np.uint8], height: float) -> float:
    """How many pixels are dark, one above another, at an edge between rows: the median over all columns."""
    y, near = grid.ys[edge], 0.3 * height + 2
    part = _part(grey, Frame(grid.xs[0], y - near, grid.xs[-1], y + near)).astype(np.float64)
    if part.size == 0:
        return 0.0
    ground = np.percentile(part, 75, axis=0)
    ink = np.maximum(ground - float(part.min()), 1.0)
    return float(np.median(np.clip((ground - part) / ink, 0, 1).sum(axis=0)))


def _part(grey: NDArray[np.uint8], frame: Frame) -> NDArray[np.uint8]:
    rows = slice(max(0, round(frame.top)), max(0, round(frame.bottom)))
    return grey[rows, max(0, round(frame.left)) : max(0, round(frame.right))]
