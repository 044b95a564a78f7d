from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from galley.vision.table.grid import Cell, Grid
from galley.vision.table.head_rows import find_head_rows
from galley.vision.table.text import Line

WIDTH, HIGH, HEIGHT = 150, 40, 24.0
NAMES = [
    ["Port", "Owner", "State"],
    ["Ardmouth", "Kelly", "open"],
    ["Kilbray", "Moore", "shut"],
    ["Dunrea", "Walsh", ""],
]
NUMBERS = [["Port", "Berths", "Depth"], ["Ardmouth", "12", "9.5"], ["Kilbray", "7", "6.0"], ["Dunrea", "-", "4.5"]]


def drawn(rows: Sequence[Sequence[str]], head: int = 0, mark: str = "") -> tuple[Grid, NDArray[np.uint8]]:
    """A grid with walls and its picture; `mark` says what sets its first `head` rows apart."""
    columns = len(rows[0])
    grey = np.full((len(rows) * HIGH + 1, columns * WIDTH + 1), 255, np.uint8)
    if mark == "shade":
        grey[: head * HIGH] = 225
    if mark == "stripes":
        for row in range(0, len(rows), 2):
            grey[row * HIGH : (row + 1) * HIGH] = 225
    cells = []
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            left, top = column * WIDTH, row * HIGH
            cv2.rectangle(grey, (left, top), (left + WIDTH, top + HIGH), 0, 1)
            stroke = 3 if mark == "bold" and row < head else 1
            cv2.putText(grey, text, (left + 8, top + 27), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 0, stroke, cv2.LINE_AA)
            lines = (Line(left + 6, top + 8, left + 130, top + 33, text, 0.9),) if text else ()
            cells.append(Cell(row, column, 1, 1, lines))
    if mark == "rule":
        grey[head * HIGH - 1 : head * HIGH + 3] = 0
    if mark == "double":
        grey[head * HIGH - 4] = 0
    xs = tuple(float(WIDTH * column) for column in range(columns + 1))
    return Grid(xs, tuple(float(HIGH * row) for row in range(len(rows) + 1)), tuple(cells)), grey


def heads(rows: Sequence[Sequence[str]], head: int = 0, mark: str = "") -> int:
    return find_head_rows(*drawn(rows, head, mark), HEIGHT)


@pytest.mark.parametrize("mark", ["shade", "bold", "rule", "double"])
def test_a_head_is_known_by_its_looks(mark: str) -> None:
    assert heads(NAMES, 1, mark) == 1


def test_a_shaded_head_may_have_two_rows() -> None:
    assert heads([["Harbours", "of", "Clare"], *NAMES], 2, "shade") == 2


def test_texts_above_numbers_are_a_head_and_numbers_above_numbers_are_none() -> None:
    assert heads(NUMBERS) == 1
    assert heads(NUMBERS[1:]) == 0
    assert heads(NUMBERS[1:], 1, "bold") == 0


def test_years_may_head_columns_of_numbers() -> None:
    assert heads([["Port", "2023", "2024"], *NUMBERS[1:]], 1, "bold") == 1


def test_what_nothing_tells_has_no_head() -> None:
    assert heads(NAMES) == 0
    assert heads(NAMES, 0, "stripes") == 0
    assert heads(NAMES[:1], 1, "shade") == 0
    assert heads([["Harbours", "", ""], *NAMES[1:]], 1, "bold") == 0


def test_a_title_over_several_columns_takes_the_row_that_divides_it() -> None:
    grid, grey = drawn([["Port", "Size", ""], *NUMBERS])
    title = replace(grid.cells[1], columns=2)
    assert find_head_rows(replace(grid, cells=(grid.cells[0], title, *grid.cells[3:])), grey, HEIGHT) == 2


def test_a_cell_that_reaches_down_takes_its_rows_along() -> None:
    grid, grey = drawn([["Port", "Size", "Size"], *NUMBERS])
    deep = replace(grid.cells[0], rows=2)
    cells = tuple(cell for cell in grid.cells if (cell.row, cell.column) not in ((0, 0), (1, 0)))
    assert find_head_rows(replace(grid, cells=(deep, *cells)), grey, HEIGHT) == 2


@given(st.integers(1, 5), st.integers(1, 4), st.text("ab1 -", min_size=20, max_size=20), st.integers(0, 2**32 - 1))
def test_any_table_has_fewer_rows_of_head_than_rows(rows: int, columns: int, letters: str, seed: int) -> None:
    texts = [[letters[(row * columns + column) % 20] * 3 for column in range(columns)] for row in range(rows)]
    grid, grey = drawn(texts)
    noise = np.random.default_rng(seed).integers(0, 256, grey.shape).astype(np.uint8)
    for picture in (grey, noise, grey[:1, :1]):
        assert 0 <= find_head_rows(grid, picture, HEIGHT) < rows
