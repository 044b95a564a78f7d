from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from galley.config import OcrOptions
from galley.outputs.lines import draw_lines, plain_text
from galley.results import PreprocessedPage, RecognizedPage, TextLine

HEIGHT, WIDTH = 120, 200


def corners(left: int, top: int, right: int, bottom: int) -> NDArray[np.int32]:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.int32)


def page_with(*lines: TextLine, options: OcrOptions | None = None) -> RecognizedPage:
    pixels = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    preprocessed = PreprocessedPage(None, None, "page", False, False, -1, pixels, pixels, pixels)
    return RecognizedPage(None, None, "page", preprocessed, OcrOptions() if options is None else options, lines)


def darkness(pixels: NDArray[np.uint8]) -> float:
    return float(255 - pixels.mean())


def test_boxes_are_on_the_left_and_texts_on_the_right() -> None:
    page = page_with(TextLine(corners(20, 20, 150, 50), -1, "Port of Ardmouth", 0.9))
    picture = np.asarray(draw_lines(page))
    assert picture.shape == (HEIGHT, 2 * WIDTH, 3)
    left, right = picture[:, :WIDTH], picture[:, WIDTH:]
    assert (left[25:45, 25:145] != 255).any(axis=2).all(), "the box is filled"
    assert (left[60:] == 255).all()
    assert darkness(right[22:48, 22:148]) > 10, "something is written"
    assert (right[60:] == 255).all()
    assert (right[:, 160:] == 255).all()


def test_vertical_text_is_written_downwards() -> None:
    page = page_with(TextLine(corners(90, 5, 110, 115), -1, "港口告示", 0.9))
    right = np.asarray(draw_lines(page))[:, WIDTH:]
    quarters = [darkness(right[5 + 27 * part : 32 + 27 * part, 92:108]) for part in range(4)]
    assert min(quarters) > 3


def test_words_are_drawn_where_they_are_known() -> None:
    line = TextLine(
        corners(10, 10, 190, 40),
        -1,
        "ab cd",
        1.0,
        ("ab", " ", "cd"),
        ((10, 10, 60, 40), (60, 10, 70, 40), (130, 10, 190, 40)),
    )
    left = np.asarray(draw_lines(page_with(line, options=OcrOptions(return_word_box=True))))[:, :WIDTH]
    assert (left[15:35, 80:120] == 255).all(), "between the words nothing is marked"
    assert (left[15:35, 140:180] != 255).any(axis=2).all()


def test_lines_below_the_score_are_neither_drawn_nor_listed() -> None:
    lines = (TextLine(corners(0, 0, 50, 20), -1, "sure", 0.9), TextLine(corners(0, 40, 50, 60), -1, "unsure", 0.2))
    page = page_with(*lines)
    assert plain_text(page) == "sure\nunsure\n"
    strict = replace(page, options=OcrOptions(text_rec_score_thresh=0.5))
    assert plain_text(strict) == "sure\n"
    assert (np.asarray(draw_lines(strict))[40:60, :WIDTH] == 255).all()
    assert plain_text(page_with()) == ""


@given(
    st.lists(st.tuples(st.integers(0, WIDTH), st.integers(0, HEIGHT)), min_size=4, max_size=4),
    st.text(max_size=12),
)
def test_any_four_corners_and_any_text_can_be_drawn(points: list[tuple[int, int]], text: str) -> None:
    page = page_with(TextLine(np.array(points, np.int32), -1, text, 1.0))
    assert draw_lines(page).size == (2 * WIDTH, HEIGHT)


@pytest.mark.parametrize("box", [corners(5, 5, 5, 5), corners(5, 5, 100, 5), corners(5, 5, 5, 100)])
def test_boxes_without_area_are_no_problem(box: NDArray[np.int32]) -> None:
    draw_lines(page_with(TextLine(box, -1, "text", 1.0)))
