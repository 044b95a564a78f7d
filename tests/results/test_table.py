from __future__ import annotations

import numpy as np

from galley.results import TextLine
from galley.results.table import Table, TableCell


def cell(row: int, column: int, text: str, rows: int = 1, columns: int = 1) -> TableCell:
    return TableCell(row, column, rows, columns, (column, row, column + columns, row + rows), text)


def table(*cells: TableCell, head_rows: int = 0) -> Table:
    line = TextLine(np.array([[0, 0], [9, 0], [9, 5], [0, 5]], np.int32), -1, "a", 0.9)
    return Table((0, 0, 10, 10), cells, head_rows, (line,))


def test_html_has_spans_and_escapes_text() -> None:
    found = table(cell(0, 0, "a<b", rows=2), cell(0, 1, "R&D", columns=2), cell(1, 1, ""), cell(1, 2, '"'))
    assert found.html == (
        "<html><body><table><tbody>"
        '<tr><td rowspan="2">a&lt;b</td><td colspan="2">R&amp;D</td></tr><tr><td></td><td>"</td></tr>'
        "</tbody></table></body></html>"
    )
    assert found.size == (2, 3)


def test_head_and_body_are_told_apart_where_there_are_both() -> None:
    both = table(cell(0, 0, "h"), cell(1, 0, "b"), head_rows=1)
    assert "<thead><tr><td>h</td></tr></thead><tbody><tr><td>b</td></tr></tbody>" in both.html
    assert "<thead>" not in table(cell(0, 0, "h"), head_rows=1).html


def test_rows_without_cells_of_their_own_are_kept() -> None:
    assert table(cell(0, 0, "a", rows=2)).html.count("<tr>") == 2
    assert table().size == (0, 0)


def test_json_has_upstreams_keys_in_order() -> None:
    fields = table(cell(0, 0, "a")).json()
    assert list(fields) == ["cell_box_list", "pred_html", "table_ocr_pred"]
    assert list(fields["table_ocr_pred"]) == ["rec_polys", "rec_texts", "rec_scores", "rec_boxes"]
    assert fields["cell_box_list"] == [[0, 0, 1, 1]]
    assert fields["table_ocr_pred"]["rec_boxes"] == [[0, 0, 9, 5]]
