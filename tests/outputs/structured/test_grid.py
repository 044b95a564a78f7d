"""Tables in HTML as cells on a grid."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.outputs.structured.pages import make_table

from galley.outputs.structured.grid import Grid, parse_table


def texts(grid: Grid) -> list[list[str]]:
    return [[cell.text if begins else "…" for cell, begins in row] for row in grid.by_row()]


def test_galleys_own_tables_come_out_as_they_went_in() -> None:
    table = make_table()
    grid = parse_table(table.html)
    assert (grid.rows, grid.columns) == table.size
    assert grid.head_rows == 2
    assert [(cell.row, cell.column, cell.rows, cell.columns, cell.text) for cell in grid.cells] == [
        (cell.row, cell.column, cell.rows, cell.columns, cell.text) for cell in table.cells
    ]
    assert texts(grid)[1] == ["…", "CER < 1 %", "ms"]


def test_spans_beyond_the_table_are_cut() -> None:
    first = '<tr><td colspan="9" rowspan="9">a</td></tr>'
    html = f'<table>{first}<tr><td rowspan="x">b</td><td colspan="0">c</td></tr></table>'
    grid = parse_table(html)
    assert (grid.rows, grid.columns) == (2, 3)
    assert texts(grid) == [["a", "", ""], ["…", "b", "c"]]


def test_spans_into_other_cells_are_cut() -> None:
    html = '<table><tr><td>a</td><td rowspan="2">b</td></tr><tr><td colspan="2">c</td></tr></table>'
    assert texts(parse_table(html)) == [["a", "b"], ["c", "…"]]


def test_short_rows_are_filled_up() -> None:
    assert texts(parse_table("<table><tr><td>a<td>b<tr><td>c</table>")) == [["a", "b"], ["c", ""]]


def test_a_table_in_a_cell_is_its_text_and_a_second_table_none_of_ours() -> None:
    html = "<table><tr><td>a<table><tr><td>b</td><td>c</td></tr></table></td></tr></table><table><tr><td>d</table>"
    assert texts(parse_table(html)) == [["a b c"]]


def test_line_breaks_and_names_of_characters() -> None:
    assert texts(parse_table("<td>a &lt; b<br/>c&amp;d</td>")) == [["a < b\nc&d"]]


def test_what_is_no_table_is_empty() -> None:
    for html in ("", "text", "<table></table>", "<table><tr></tr></table>", "<td", "</table></table><tr>"):
        assert parse_table(html).cells == ()


TAGS = st.sampled_from(
    [
        *("<table>", "</table>", "<tr>", "</tr>", "<td>", "</td>", "<thead>", "</thead>"),
        *("<br>", "x", "<", "&amp", "<!--"),
        *('<td colspan="3">', '<th rowspan="2">', '<td rowspan="4" colspan="2">'),
    ]
)


@given(st.lists(TAGS, max_size=40))
def test_any_html_gives_a_grid_without_holes_and_overlaps(parts: list[str]) -> None:
    grid = parse_table("".join(parts))
    places = [
        (row, column)
        for cell in grid.cells
        for row in range(cell.row, cell.row + cell.rows)
        for column in range(cell.column, cell.column + cell.columns)
    ]
    assert len(places) == len(set(places)) == (grid.rows * grid.columns if grid.cells else 0)
    assert all(row < grid.rows and column < grid.columns for row, column in places)
    for row in grid.by_row():
        assert sum(cell.columns for cell, _ in row) == grid.columns
