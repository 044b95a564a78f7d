"""Tables as files: HTML pages and Excel workbooks.

Runs in: parent and worker.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from unicodedata import east_asian_width

from galley.outputs.archives import without_times
from galley.outputs.characters import printable
from galley.outputs.files import write_file
from galley.outputs.numbers import as_number, has_decimal_points
from galley.results.table import Table

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_WIDEST = 60
"""Characters that a column of a sheet is wide at most; longer texts are wrapped."""
_LONGEST = 32_767
"""Characters that Excel allows in a cell."""
_HEAD_COLOUR = "E8EDF4"
_STYLE = (
    "<style>body{font-family:sans-serif}table{border-collapse:collapse}td{padding:.25em .6em}"
    f"thead{{font-weight:bold;text-align:center;background:#{_HEAD_COLOUR}}}</style>"
)


class HasTables(Protocol):
    """A result with tables."""

    @property
    def name(self) -> str:
        """Output stem of the page."""
        ...

    @property
    def tables(self) -> tuple[Table, ...]:
        """In the order of their numbers, from 1."""
        ...


def table_page(table: Table) -> bytes:
    """The table as an HTML page with visible borders and a bold head, in UTF-8."""
    text = table.html.replace("<table>", '<table border="1">', 1)
    return text.replace("<html>", f'<html><meta charset="utf-8"/>{_STYLE}', 1).encode("utf-8", "replace")


def table_workbook(table: Table) -> bytes:
    """The table as an Excel workbook of one sheet: merged cells, the head shaded and bold, and always in sight.

    What is a number beyond doubt (`galley.outputs.numbers`) is one, shown as it was read; all else is text.
    """
    import openpyxl  # late: only for those who want such files

    book = openpyxl.Workbook()
    sheet: Worksheet = book.create_sheet("Table", 0)
    del book[book.sheetnames[1]]
    _fill(sheet, table)
    buffer = io.BytesIO()
    book.save(buffer)
    return without_times(buffer.getvalue())


def _fill(sheet: Worksheet, table: Table) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    thin = Side(style="thin")
    widths: dict[int, int] = {}
    decimal_points = has_decimal_points(cell.text for cell in table.cells)
    for cell in table.cells:
        row, column = cell.row + 1, cell.column + 1
        target = sheet.cell(row, column)
        is_head = cell.row < table.head_rows
        number = None if is_head else as_number(cell.text, decimal_points=decimal_points)
        if number is None:
            target.value = printable(cell.text)[:_LONGEST]
            # A text that begins with "=" is a text here, not a formula.
            target.data_type = "s"
        else:
            target.value, target.number_format = number.value, number.shown
        centred = is_head or cell.columns > 1
        target.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center" if centred else None)
        target.border = Border(thin, thin, thin, thin)
        target.font = Font(bold=is_head)
        if is_head:
            target.fill = PatternFill("solid", fgColor=_HEAD_COLOUR)
        if cell.rows > 1 or cell.columns > 1:
            sheet.merge_cells(
                start_row=row, start_column=column, end_row=row + cell.rows - 1, end_column=column + cell.columns - 1
            )
        else:
            widths[column] = max(widths.get(column, 0), _width(cell.text))
    # Printed on one page's width.
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 0
    if 0 < table.head_rows < table.size[0]:
        sheet.freeze_panes = f"A{table.head_rows + 1}"
    for column, width in widths.items():
        sheet.column_dimensions[get_column_letter(column)].width = min(_WIDEST, width + 2)


def _width(text: str) -> int:
    """How wide `text` is, in digits: Chinese characters count twice."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def tables_by_key(page: HasTables) -> dict[str, str]:
    """The HTML of all tables by PaddleOCR's keys: `table_1` and so on."""
    return {f"table_{number}": table.html for number, table in enumerate(page.tables, 1)}


def save_html(page: HasTables, target: Path) -> list[Path]:
    """Write each table as an HTML page into the folder `target`, or the first to the file `target`."""
    return _save_tables(page, target, table_page, (".html", ".htm"))


def save_xlsx(page: HasTables, target: Path) -> list[Path]:
    """Write each table as an Excel workbook into the folder `target`, or the first to the file `target`."""
    return _save_tables(page, target, table_workbook, (".xlsx",))


def _save_tables(
    page: HasTables, target: Path, encode: Callable[[Table], bytes], suffixes: tuple[str, ...]
) -> list[Path]:
    if target.suffix.lower() in suffixes:
        paths = [target]
    else:
        paths = [target / f"{page.name}_table_{number}{suffixes[0]}" for number in range(1, len(page.tables) + 1)]
    written = list(zip(paths, page.tables, strict=False))
    for path, table in written:
        write_file(path, encode(table))
    return [path for path, _ in written]
