from __future__ import annotations

import io

import openpyxl
from hypothesis import given
from hypothesis import strategies as st

from galley.outputs.tables import table_page, table_workbook
from galley.results.table import Table, TableCell

BOX = (0.0, 0.0, 1.0, 1.0)


def test_the_page_has_borders_and_says_its_encoding() -> None:
    page = table_page(Table((0, 0, 1, 1), (TableCell(0, 0, 1, 1, BOX, "表"),), 0, ()))
    assert page.startswith(b'<html><meta charset="utf-8"/><style>')
    assert b'</style><body><table border="1">' in page
    assert "表".encode() in page


def test_the_workbook_has_the_texts_and_merged_cells() -> None:
    cells = (
        TableCell(0, 0, 2, 1, BOX, "side"),
        TableCell(0, 1, 1, 2, BOX, "top"),
        TableCell(1, 1, 1, 1, BOX, "=1+1"),
        TableCell(1, 2, 1, 1, BOX, "007"),
    )
    book = openpyxl.load_workbook(io.BytesIO(table_workbook(Table((0, 0, 1, 1), cells, 1, ()))))
    sheet = book["Table"]
    assert len(book.sheetnames) == 1
    assert {str(each) for each in sheet.merged_cells.ranges} == {"A1:A2", "B1:C1"}
    assert [sheet["A1"].value, sheet["B1"].value, sheet["B2"].value, sheet["C2"].value] == [
        "side",
        "top",
        "=1+1",
        "007",
    ]
    assert sheet["B2"].data_type == "s"
    assert sheet["A1"].font.bold and not sheet["B2"].font.bold


def test_numbers_of_the_body_can_be_calculated_with_and_look_as_they_were_read() -> None:
    rows = [["2024", "share"], ["1,234.50", "12.5%"], ["-7", "007"]]
    cells = tuple(
        TableCell(row, column, 1, 1, BOX, text) for row, texts in enumerate(rows) for column, text in enumerate(texts)
    )
    book = openpyxl.load_workbook(io.BytesIO(table_workbook(Table((0, 0, 1, 1), cells, 1, ()))))
    sheet = book["Table"]
    assert (sheet["A1"].value, sheet["A1"].data_type) == ("2024", "s")
    assert [(sheet[place].value, sheet[place].number_format) for place in ("A2", "B2", "A3")] == [
        (1234.5, "#,##0.00"),
        (0.125, "0.0%"),
        (-7, "0"),
    ]
    assert sheet["B3"].value == "007"
    assert sheet.freeze_panes == "A2"
    assert sheet["A1"].fill.fill_type == "solid" and sheet["A2"].fill.fill_type is None


@given(st.text(st.characters(), max_size=40))
def test_any_text_can_be_written(text: str) -> None:
    table = Table((0, 0, 1, 1), (TableCell(0, 0, 1, 1, BOX, text),), 0, ())
    assert openpyxl.load_workbook(io.BytesIO(table_workbook(table))).sheetnames == ["Table"]
    assert table_page(table)
