"""Tables without walls: columns by gutters, rows by distances, and whatever rules there are.

Runs in: worker. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from galley.vision.table.columns import Placed, place_in_columns
from galley.vision.table.grid import Cell, Grid, find_place
from galley.vision.table.heads import Spans, find_head
from galley.vision.table.rows import find_rows
from galley.vision.table.sketch import Sketch
from galley.vision.table.text import Line, is_number

_GRID = 0.6
"""Part of the columns that must have the same number of lines for a ruled band to be several rows."""

_MANY = 4
"""Lines in each column of a band that are rows whatever they say."""


def aligned_grid(sketch: Sketch, lines: Sequence[Line]) -> Grid:
    """The cells of the table, with their text; `lines` are cut at its gutters by now."""
    columns = len(sketch.xs) - 1
    placed = place_in_columns(lines, sketch.xs, sketch.height)
    rows = find_rows(placed, sketch.inner, columns, sketch.height)
    head, spans = find_head(sketch, placed)
    if head:
        below = sketch.inner[0]
        body = [[each for each in row if each.line.middle >= below] for row in rows]
        rows = [*head, *(row for row in body if row)]
    if len(sketch.inner) >= 3:
        rows = _by_bands(rows, sketch, len(head))
    first_body = sketch.inner[0] if sketch.inner else float("-inf")
    head_rows = len(head) if head else sum(_middle(row) < first_body for row in rows)
    cells = _cells(rows, columns, spans, head_rows)
    return Grid(tuple(sketch.xs), tuple(_row_edges(rows, sketch)), tuple(cells), head_rows)


def _middle(row: Sequence[Placed]) -> float:
    return float(np.mean([each.line.middle for each in row]))


def _by_bands(rows: list[list[Placed]], sketch: Sketch, head_rows: int) -> list[list[Placed]]:
    """One row for each band between full rules, unless its columns agree that it holds several."""
    edges = [sketch.frame.top - 2, *sketch.inner, sketch.frame.bottom + 2]
    bands: dict[int, list[Placed]] = {}
    for row in rows[head_rows:]:
        for each in row:
            bands.setdefault(find_place(edges, each.line.middle), []).append(each)
    found = rows[:head_rows]
    for _, band in sorted(bands.items()):
        counts = Counter(each.first for each in band)
        most = max(counts.values())
        agreeing = sum(count == most for count in counts.values()) / len(counts)
        members = {id(each) for each in band}
        inside = [row for row in rows if all(id(each) in members for each in row)]
        if most == 1 or agreeing < _GRID or not _are_rows(band, most) or sum(len(row) for row in inside) != len(band):
            found.append(band)
        else:
            found.extend(inside)
    return found


def _are_rows(band: Sequence[Placed], most: int) -> bool:
    """Whether the lines of a band are hardly those of broken texts: many, or numbers, which are never broken."""
    numbers = Counter(each.first for each in band if is_number(each.line.text))
    return most >= _MANY or max(numbers.values(), default=0) == most


def _cells(rows: Sequence[Sequence[Placed]], columns: int, spans: Spans, head_rows: int) -> list[Cell]:
    """A cell for each text, one over the whole head where nothing else is in its columns, and empty ones."""
    taken = np.zeros((len(rows), columns), bool)
    cells: list[Cell] = []
    for row, placed in enumerate(rows):
        for first, last, lines in _ranges(placed, spans):
            cells.append(Cell(row, first, 1, last - first + 1, tuple(lines)))
            taken[row, first : last + 1] = True
    if head_rows >= 2:
        cells = [_over_head(cell, taken, head_rows) for cell in cells]
    cells += [Cell(int(row), int(column)) for row, column in zip(*np.nonzero(~taken), strict=True)]
    return sorted(cells, key=lambda cell: (cell.row, cell.column))


def _ranges(placed: Sequence[Placed], spans: Spans) -> list[tuple[int, int, list[Line]]]:
    """The columns that texts of one row reach over, and their lines; those that overlap are one text."""
    reached = sorted((*spans.get(id(each.line), (each.first, each.last)), index) for index, each in enumerate(placed))
    found: list[tuple[int, int, list[Line]]] = []
    for first, last, index in reached:
        if found and first <= found[-1][1]:
            before, end, lines = found.pop()
            found.append((before, max(end, last), [*lines, placed[index].line]))
        else:
            found.append((first, last, [placed[index].line]))
    return found


def _over_head(cell: Cell, taken: np.ndarray[tuple[int, int], np.dtype[np.bool_]], head_rows: int) -> Cell:
    if cell.row >= head_rows or cell.columns > 1 or taken[:head_rows, cell.column].sum() > 1:
        return cell
    taken[:head_rows, cell.column] = True
    return Cell(0, cell.column, head_rows, 1, cell.lines)


def _row_edges(rows: Sequence[Sequence[Placed]], sketch: Sketch) -> list[float]:
    tops = [min(each.line.top for each in row) for row in rows]
    bottoms = [max(each.line.bottom for each in row) for row in rows]
    between = [(bottom + top) / 2 for bottom, top in zip(bottoms[:-1], tops[1:], strict=True)]
    outer = 0.2 * sketch.height
    return [sketch.frame.top - outer, *between, sketch.frame.bottom + outer]
