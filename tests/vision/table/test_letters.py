from __future__ import annotations

import cv2
import numpy as np

from galley.vision.table.grid import Cell, Grid
from galley.vision.table.letters import with_letter_cases
from galley.vision.table.text import Line

_TEXTS = (("Name", "Paid"), ("Berth (north)", "x"), ("Quay", "x"), ("Hold 7", "X"))


def drawn(scales: tuple[float, float, float]) -> tuple[Grid, np.ndarray[tuple[int, int], np.dtype[np.uint8]]]:
    """Two columns, the second of the letter x drawn as an X of these sizes, as if it had been read in either case."""
    grey = np.full((40 * len(_TEXTS), 300), 255, np.uint8)
    cells = []
    for row, texts in enumerate(_TEXTS):
        for column, text in enumerate(texts):
            left, bottom = 10 + 180 * column, 40 * row + 30
            alone = len(text) == 1
            scale = scales[row - 1] if alone else 0.8
            cv2.putText(grey, "X" if alone else text, (left, bottom), cv2.FONT_HERSHEY_SIMPLEX, scale, 0, 2)
            line = Line(left - 3, bottom - 24, left + 170, bottom + 8, text, 0.9)
            cells.append(Cell(row, column, 1, 1, (line,)))
    return Grid((0.0, 180.0, 300.0), tuple(40.0 * row for row in range(5)), tuple(cells)), grey


def test_letters_alone_are_capitals_where_they_are_as_high() -> None:
    grid, grey = drawn((0.8, 0.55, 0.55))
    found = with_letter_cases(grid, grey, 255.0)
    assert [cell.lines[0].text for cell in found.cells if cell.column == 1][1:] == ["X", "x", "x"]
    assert [cell.lines[0].text for cell in found.cells if cell.column == 0] == [text for text, _ in _TEXTS]


def test_without_other_lines_nothing_is_known() -> None:
    grid, grey = drawn((0.8, 0.8, 0.55))
    alone = Grid(grid.xs, grid.ys, tuple(cell for cell in grid.cells if len(cell.lines[0].text) == 1))
    assert with_letter_cases(alone, grey, 255.0) == alone


def test_pictures_without_ink_change_nothing() -> None:
    grid, grey = drawn((0.8, 0.8, 0.8))
    assert with_letter_cases(grid, np.full_like(grey, 255), 255.0) == grid
    assert with_letter_cases(grid, grey[:1, :1], 255.0) == grid
