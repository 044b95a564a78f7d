"""Tables in HTML, whoever wrote them, as cells on a grid that has no holes and no overlaps.

Runs in: worker and parent. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

_MOST = 1000
"""Rows and columns that one cell may span: what browsers allow for columns."""


@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell."""

    row: int
    column: int
    rows: int
    columns: int
    text: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table whose places belong to one cell each."""

    rows: int
    columns: int
    head_rows: int
    """So many rows, counted from the first, are its head."""
    cells: tuple[GridCell, ...]
    """By row, then by column."""

    def by_row(self) -> Iterator[list[tuple[GridCell, bool]]]:
        """For each row, from left to right, the cells that lie in it, and whether they begin there."""
        rows: list[list[tuple[GridCell, bool]]] = [[] for _ in range(self.rows)]
        for cell in self.cells:
            for row in range(cell.row, cell.row + cell.rows):
                rows[row].append((cell, row == cell.row))
        for cells in rows:
            yield sorted(cells, key=lambda entry: entry[0].column)


def parse_table(html: str) -> Grid:
    """The grid of the first table in `html`; text outside of cells is left out.

    Spans that reach beyond the table or into other cells are cut, rows that are too short are filled up with empty
    cells, and columns in which no cell begins are dropped. A table within a cell is text of that cell.
    """
    parser = _Parser()
    parser.feed(html)
    parser.close()
    cells = _without_empty_columns(_place(parser.rows))
    columns = max((cell.column + cell.columns for cell in cells), default=0)
    cells += _fill(cells, len(parser.rows), columns)
    cells.sort(key=lambda cell: (cell.row, cell.column))
    return Grid(len(parser.rows), columns, min(parser.head_rows, len(parser.rows)), tuple(cells))


@dataclass(slots=True)
class _RawCell:
    rows: int
    columns: int
    text: list[str] = field(default_factory=list)


class _Parser(HTMLParser):
    """Collects the rows of the outermost table."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[_RawCell]] = []
        self.head_rows = 0
        self._depth = 0
        self._in_head = False
        self._is_over = False
        self._cell: _RawCell | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._is_over:
            return
        if tag == "table":
            self._depth += 1
        if self._depth > 1:
            if tag in ("tr", "td", "th"):
                self._add(" ")
        elif tag == "thead":
            self._in_head = True
        elif tag == "tr":
            self._begin_row()
        elif tag in ("td", "th"):
            self._begin_cell(dict(attrs))
        elif tag in ("br", "p", "div"):
            self._add("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self._depth -= 1
            self._is_over = self._is_over or self._depth <= 0
        elif self._depth > 1:
            return
        elif tag == "thead":
            self._in_head = False
        elif tag in ("td", "th", "tr"):
            self._cell = None

    def handle_data(self, data: str) -> None:
        if not self._is_over:
            self._add(data)

    def _begin_row(self) -> None:
        self._cell = None
        self.rows.append([])
        self.head_rows += self._in_head

    def _begin_cell(self, attributes: dict[str, str | None]) -> None:
        if not self.rows:
            self._begin_row()
        self._cell = _RawCell(_span(attributes.get("rowspan")), _span(attributes.get("colspan")))
        self.rows[-1].append(self._cell)

    def _add(self, text: str) -> None:
        if self._cell is not None:
            self._cell.text.append(text)


def _span(text: str | None) -> int:
    digits = "" if text is None else text.strip()
    return min(_MOST, max(1, int(digits))) if digits.isascii() and digits.isdigit() else 1


def _place(rows: list[list[_RawCell]]) -> list[GridCell]:
    taken: set[tuple[int, int]] = set()
    cells = []
    for row, raw_cells in enumerate(rows):
        column = 0
        for raw in raw_cells:
            while (row, column) in taken:
                column += 1
            height = min(raw.rows, len(rows) - row)
            width = 1
            while width < raw.columns and (row, column + width) not in taken:
                width += 1
            text = "\n".join(" ".join(line.split()) for line in "".join(raw.text).split("\n")).strip()
            cells.append(GridCell(row, column, height, width, text))
            taken |= {(row + down, column + right) for down in range(height) for right in range(width)}
            column += width
    return cells


def _without_empty_columns(cells: list[GridCell]) -> list[GridCell]:
    """A column in which no cell begins is a span too wide, and nothing else."""
    place = {column: number for number, column in enumerate(sorted({cell.column for cell in cells}))}
    kept = []
    for cell in cells:
        columns = sum(cell.column <= column < cell.column + cell.columns for column in place)
        kept.append(replace(cell, column=place[cell.column], columns=columns))
    return kept


def _fill(cells: list[GridCell], rows: int, columns: int) -> list[GridCell]:
    taken = {
        (cell.row + down, cell.column + right)
        for cell in cells
        for down in range(cell.rows)
        for right in range(cell.columns)
    }
    return [
        GridCell(row, column, 1, 1, "")
        for row in range(rows)
        for column in range(columns)
        if (row, column) not in taken
    ]
