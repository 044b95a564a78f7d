"""The single steps, by properties: any masks, lines and boxes give a sensible answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from galley.results import TextLine
from galley.vision.table.aligned import aligned_grid
from galley.vision.table.bands import split_bands
from galley.vision.table.blanks import find_blanks, find_dashes, paper_of
from galley.vision.table.columns import Placed, find_gutters
from galley.vision.table.cutout import cut_out
from galley.vision.table.cuts import cuts_at_gutters, cuts_at_walls, find_words, pieces
from galley.vision.table.doubt import is_code, is_table
from galley.vision.table.grid import Cell, Grid, drop_unused, fill, unite
from galley.vision.table.rows import find_rows
from galley.vision.table.ruled import is_walled, walled_grid
from galley.vision.table.rules import find_rules
from galley.vision.table.sketch import sketch_table
from galley.vision.table.standing import find_standing
from galley.vision.table.text import Frame, Line, frame_of, is_number, join, side_by_side, text_height
from galley.vision.table.turning import lies, turn_back

LINES = st.lists(
    st.tuples(st.integers(0, 380), st.integers(0, 280), st.integers(1, 200), st.integers(1, 40), st.text(max_size=6)),
    min_size=1,
    max_size=25,
).map(lambda rows: [Line(x, y, x + w, y + h, text, 0.9, ((x, x + w),)) for x, y, w, h, text in rows])
SEEDS = st.integers(0, 2**32 - 1)


def picture(seed: int) -> NDArray[np.uint8]:
    """White paper with random bars."""
    lot = np.random.default_rng(seed)
    grey = np.full((300, 400), 255, np.uint8)
    for _ in range(int(lot.integers(0, 30))):
        x, y = int(lot.integers(0, 400)), int(lot.integers(0, 300))
        width, height = (int(lot.integers(1, 400)), int(lot.integers(1, 4)))
        if lot.random() < 0.5:
            width, height = height, width
        grey[y : y + height, x : x + width] = lot.integers(0, 200)
    return grey


def covered(grid: Grid) -> None:
    owners = grid.owners()
    assert (owners >= 0).all()
    assert sum(cell.rows * cell.columns for cell in grid.cells) == owners.size
    assert list(grid.ys) == sorted(grid.ys)
    assert [(c.row, c.column) for c in grid.cells] == sorted((c.row, c.column) for c in grid.cells)


@given(st.integers(1, 6), st.integers(1, 6), SEEDS)
def test_any_walls_give_cells_that_cover_the_grid(rows: int, columns: int, seed: int) -> None:
    lot = np.random.default_rng(seed)
    cells = unite(lot.random((rows, columns - 1)) < 0.5, lot.random((rows - 1, columns)) < 0.5)
    grid = Grid(tuple(map(float, range(columns + 1))), tuple(map(float, range(rows + 1))), tuple(cells))
    covered(grid)
    covered(drop_unused(grid))


@given(LINES, SEEDS)
def test_walled_reading_loses_no_line_and_covers_the_grid(lines: list[Line], seed: int) -> None:
    grey, height = picture(seed), text_height(lines)
    rules = find_rules(grey, lines, height)
    is_walled(rules, frame_of(lines), height)
    grid = walled_grid(rules, frame_of(lines), height)
    covered(grid)
    filled = fill(grid, lines)
    assert sum(len(cell.lines) for cell in filled.cells) == len(lines)
    split = split_bands(filled, height)
    covered(split)
    assert sum(len(cell.lines) for cell in split.cells) == len(lines)
    for line in lines:
        assert all(line.left < x < line.right for x in cuts_at_walls(grid, height)(line))


@given(LINES, SEEDS)
def test_aligned_reading_loses_no_line_and_covers_the_grid(lines: list[Line], seed: int) -> None:
    grey, height = picture(seed), text_height(lines)
    seen = [replace(line, words=find_words(grey, line, height)) for line in lines]
    sketch = sketch_table(seen, find_rules(grey, seen, height), height)
    assert list(sketch.xs) == sorted(sketch.xs)
    grid = aligned_grid(sketch, seen)
    owners = grid.owners()
    assert (owners >= 0).all()
    assert sum(cell.rows * cell.columns for cell in grid.cells) == owners.size
    assert sum(len(cell.lines) for cell in grid.cells) == len(lines)
    is_table(grid, walled=False)
    find_blanks(grid, grey, paper_of(grey), height)
    assert all(dash.text == "-" for dash in find_dashes(lines, grey, paper_of(grey), height))
    find_standing(grid, grey, paper_of(grey), height)
    for line in seen:
        for frame in pieces(grey, line, sorted(cuts_at_gutters(sketch.gutters, height)(line))):
            assert frame.right > frame.left


@given(LINES, SEEDS, st.tuples(*(st.integers(-50, 500),) * 4))
def test_any_box_can_be_cut_out(lines: list[Line], seed: int, box: tuple[int, int, int, int]) -> None:
    page = np.repeat(picture(seed)[:, :, np.newaxis], 3, axis=2)
    polygons = [
        np.array([[each.left, each.top], [each.right, each.top], [each.right, each.bottom], [each.left, each.bottom]])
        for each in lines
    ]
    given_lines = [
        TextLine(polygon.astype(np.int32), -1, line.text, 0.9) for polygon, line in zip(polygons, lines, strict=True)
    ]
    cutout = cut_out(page, box, given_lines)
    if cutout is not None:
        assert cutout.lines
        assert cutout.grey.shape == cutout.upright.pixels.shape[:2]
        assert cutout.grey.size > 0


@given(LINES)
def test_rows_hold_every_line_once(lines: list[Line]) -> None:
    assert sum(map(len, side_by_side(lines))) == len(lines)
    assert find_rows([], [], 1, 10.0) == []
    assert isinstance(join(lines), str)


@pytest.mark.parametrize(("gap", "parts"), [(30, True), (15, False)])
def test_a_single_text_is_a_column_behind_a_wide_gutter(gap: int, parts: bool) -> None:
    words = [Line(0, 30 * row, 80, 30 * row + 20, "pear", 0.9, ((0, 80),)) for row in range(8)]
    alone = Line(80 + gap, 90, 130 + gap, 110, "late", 0.9, ((80 + gap, 130 + gap),))
    lines = [*words, alone]
    assert bool(find_gutters(side_by_side(lines), frame_of(lines), 20.0)) is parts


@pytest.mark.parametrize(("words", "cuts"), [((40, 58), [49.0]), ((40, 48), []), ((75, 90), [82.5]), ((20, 30), [])])
def test_lines_are_cut_at_gaps_in_gutters_and_at_wide_ones_beside_them(
    words: tuple[int, int], cuts: list[float]
) -> None:
    line = Line(0, 0, 140, 20, "Status Method", 0.9, ((0, words[0]), (words[1], 140)))
    assert cuts_at_gutters([(45, 105)], 20.0)(line) == cuts


@pytest.mark.parametrize("values", [("7", "12"), ("-", "12"), ("-", "-")])
def test_numbers_and_the_dashes_for_them_are_never_of_one_row(values: tuple[str, str]) -> None:
    words = [Line(0, 40 * row, 60, 40 * row + 20, "pear", 0.9) for row in range(2)]
    broken = [
        Line(100, 40 * row + 12 * half, 200, 40 * row + 12 * half + 20, "text") for row in range(2) for half in range(2)
    ]
    numbers = [Line(240, 40 * row, 260, 40 * row + 20, text, 0.9) for row, text in enumerate(values)]
    placed = [Placed(each, column, column) for column, part in enumerate((words, broken, numbers)) for each in part]
    assert all(sum(each.first == 2 for each in row) <= 1 for row in find_rows(placed, [], 3, 20.0))


@pytest.mark.parametrize("text", ["12.4%", "1,234", "(3.5)", "$12", "2019-05-10", "12.3±0.4", "90.5 (3)", "+3.2"])
def test_numbers(text: str) -> None:
    assert is_number(text)


@pytest.mark.parametrize("text", ["", "-", "abc", "3rd of", "—", "see 12 notes"])
def test_no_numbers(text: str) -> None:
    assert not is_number(text)


def test_chinese_is_joined_without_spaces() -> None:
    above, below = Line(0, 0, 50, 10, "原材料"), Line(0, 12, 50, 22, "价格")
    assert join([below, above]) == "原材料价格"
    assert join([replace(above, text="see"), replace(below, text="notes")]) == "see notes"


def listing(texts: list[str], width: float) -> list[Line]:
    return [Line(0, 20 * row, width * len(text), 20 * row + 16, text) for row, text in enumerate(texts)]


def test_program_text_is_no_table() -> None:
    texts = ["CREATE MASK tax_id ON e", "RETURN CASE WHEN f(u) = 1", "THEN e.tax_id ELSE x;", "ENABLE ; COMMIT ;"]
    assert is_code(listing(texts, 9.0))
    assert not is_code(listing(["Column name here", "Data type of it", "Description long", "Remarks follow"], 9.0))


def test_a_list_of_bullets_is_no_table() -> None:
    cells = tuple(
        Cell(row, column, 1, 1, (Line(0, 0, 1, 1, text),))
        for row in range(3)
        for column, text in enumerate(("•", f"item {row} of the list"))
    )
    grid = Grid((0.0, 1.0, 2.0), (0.0, 1.0, 2.0, 3.0), cells)
    assert not is_table(grid, walled=False)
    assert is_table(grid, walled=True)
    one_column = Grid((0.0, 1.0), (0.0, 1.0, 2.0, 3.0), tuple(cell for cell in cells if cell.column == 0))
    assert not is_table(one_column, walled=False)


@given(st.integers(1, 40), st.integers(1, 60), st.integers(-1, 3))
def test_turning_back_is_the_inverse_of_turning(height: int, width: int, turns: int) -> None:
    marks = np.arange(height * width).reshape(height, width)
    turned = np.rot90(marks, turns)
    rows, columns = np.indices(turned.shape)
    points = np.stack((columns.ravel() + 0.5, rows.ravel() + 0.5), axis=1)
    back = turn_back(points, turns, (height, width)).astype(int)
    assert (marks[back[:, 1], back[:, 0]] == turned.ravel()).all()


def test_a_table_lies_where_most_of_its_text_stands() -> None:
    tall = np.array([[0, 0], [20, 0], [20, 90], [0, 90]], np.int32)
    wide = tall[:, ::-1]
    assert lies([tall, tall, tall, wide])
    assert not lies([tall, wide, wide, wide])
    assert not lies([tall])


def test_frames_know_their_size() -> None:
    frame = Frame(1, 2, 4, 8)
    assert (frame.width, frame.height) == (3, 6)
