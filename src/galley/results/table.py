"""A table that was read: its cells on a grid, and the same as HTML.

Runs in: parent and worker. Values only: they can be pickled, and know neither files nor drawing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, TypeAlias

from galley.results.recognized import TextLine

CellBox: TypeAlias = tuple[float, float, float, float]
"""Left, top, right and bottom, in pixels of the page."""


@dataclass(frozen=True, slots=True)
class TableCell:
    """One cell, which may reach over several rows and columns of the grid."""

    row: int
    column: int
    rows: int
    columns: int
    box: CellBox
    text: str
    """All of it in one line, as it is read."""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table that was read."""

    box: tuple[int, int, int, int]
    """Left, top, right and bottom, in pixels of the preprocessed page."""
    cells: tuple[TableCell, ...]
    """Row by row, from left to right: every place of the grid belongs to exactly one."""
    head_rows: int
    """So many rows, counted from the first, are the table's head."""
    lines: tuple[TextLine, ...]
    """The lines of text in it; those that ran through several cells are cut."""

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of the grid."""
        return (
            max((cell.row + cell.rows for cell in self.cells), default=0),
            max((cell.column + cell.columns for cell in self.cells), default=0),
        )

    @property
    def html(self) -> str:
        """`<html><body><table>…</table></body></html>`, PaddleOCR's form."""
        return f"<html><body>{to_html(self.cells, self.head_rows)}</body></html>"

    def json(self) -> dict[str, Any]:
        """PaddleOCR's JSON fields, in its order."""
        return {
            "cell_box_list": [list(cell.box) for cell in self.cells],
            "pred_html": self.html,
            "table_ocr_pred": {
                "rec_polys": [line.polygon.tolist() for line in self.lines],
                "rec_texts": [line.text for line in self.lines],
                "rec_scores": [line.score for line in self.lines],
                "rec_boxes": [line.box for line in self.lines],
            },
        }


def to_html(cells: Sequence[TableCell], head_rows: int) -> str:
    """`<table>…</table>` with spans; head and body are told apart where the table has both."""
    rows: list[list[TableCell]] = [[] for _ in range(max((cell.row + cell.rows for cell in cells), default=0))]
    for cell in cells:
        rows[cell.row].append(cell)
    head, body = rows[:head_rows], rows[head_rows:]
    if not head or not body:
        return f"<table><tbody>{_rows(rows)}</tbody></table>"
    return f"<table><thead>{_rows(head)}</thead><tbody>{_rows(body)}</tbody></table>"


def _rows(rows: Iterable[Iterable[TableCell]]) -> str:
    return "".join(f"<tr>{''.join(_cell(cell) for cell in row)}</tr>" for row in rows)


def _cell(cell: TableCell) -> str:
    return f"<td{''.join(_spans(cell))}>{escape(cell.text, quote=False)}</td>"


def _spans(cell: TableCell) -> Iterator[str]:
    if cell.rows > 1:
        yield f' rowspan="{cell.rows}"'
    if cell.columns > 1:
        yield f' colspan="{cell.columns}"'
