"""Text that is not seen: read back by other programs, in the places where it was put."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.outputs.pdf.readers import char_boxes, pdfium_text, poppler_text
from tests.outputs.pdf.results import line, page

from galley.outputs.pdf.pages import save_pdf
from galley.outputs.pdf.text import char_width, corners_of, pieces_of
from galley.results import TextLine

POINTS = 72 / 144  # points for each pixel where the picture does not say


def made(folder: Path, *lines: TextLine) -> Path:
    (path,) = save_pdf(page(lines), folder)
    return path


@pytest.mark.parametrize(
    "text",
    [
        "The quick brown fox, 12.5 %",
        "青石镇图书馆",
        "农历2024年7月1日 open",
        "file (x) \\ <y>",
        "日本語カタカナ｡",
        "𠅤𣲗 and 😀",
        "éñß ΩЖ",
    ],
)
def test_text_is_read_back_as_it_was(tmp_path: Path, text: str) -> None:
    path = made(tmp_path, line(text, 50, 60, 12 * len(text), 24))
    assert pdfium_text(path) == [text]
    (read,) = poppler_text(path)
    assert read.strip() == text


def test_lines_are_read_in_their_order(tmp_path: Path) -> None:
    texts = [f"line {number} of the page" for number in range(12)]
    path = made(tmp_path, *(line(text, 40, 20 + 30 * number, 300, 22) for number, text in enumerate(texts)))
    assert pdfium_text(path) == ["\n".join(texts)]
    assert poppler_text(path)[0].split("\n")[: len(texts)] == texts


@settings(max_examples=25)
@given(
    st.floats(20, 200),
    st.floats(150, 250),
    st.floats(60, 300),
    st.floats(8, 40),
    st.floats(-60, 60),
    st.sampled_from(["Hello, world", "图书馆", "混合 mixed 文字"]),
)
def test_text_lies_over_its_box(
    tmp_path_factory: pytest.TempPathFactory,
    left: float,
    top: float,
    width: float,
    height: float,
    degrees: float,
    text: str,
) -> None:
    one = line(text, left, top, max(width, 3 * height), height, degrees)
    path = made(tmp_path_factory.mktemp("made"), one)
    boxes = [box for _, box in char_boxes(path)]
    found = [f([box[side] for box in boxes]) / POINTS for side, f in enumerate((min, min, max, max))]
    assert found == pytest.approx(one.box, abs=2 + 0.02 * width)


@pytest.mark.parametrize(("degrees", "first"), [(0, (0, 0)), (90, (0, 0)), (180, (0, 0)), (270, (0, 0))])
def test_text_begins_where_it_begins_in_any_direction(tmp_path: Path, degrees: int, first: tuple[int, int]) -> None:
    one = line("abcdef", 300, 200, 120, 20, degrees)
    path = made(tmp_path, one)
    assert "".join(pdfium_text(path)).replace("\n", "") == "abcdef"
    letter, box = next(iter(char_boxes(path)))
    assert letter == "a"
    assert (abs(box[0] + box[2]) / 2 / POINTS, abs(box[1] + box[3]) / 2 / POINTS) == pytest.approx((300, 200), abs=24)


def test_tall_boxes_are_read_downwards_and_upwards_when_they_stood_on_their_heads(tmp_path: Path) -> None:
    tall = TextLine(line("有評是是非", 100, 50, 30, 200).polygon, 0, "有評是是非", 0.9)
    heights = [box[1] for _, box in char_boxes(made(tmp_path, tall))]
    assert heights == sorted(heights)
    heights = [box[1] for _, box in char_boxes(made(tmp_path, replace(tall, angle=1)))]
    assert heights == sorted(heights, reverse=True)


def test_a_line_on_its_head_begins_at_the_other_end() -> None:
    upright = line("ab", 10, 20, 100, 30)
    turned = replace(upright, angle=1)
    assert corners_of(upright)[0] == (10, 20)
    assert corners_of(turned)[0] == (110, 50)


def test_words_are_placed_where_they_are_known() -> None:
    boxes = ((0, 0, 30, 20), (30, 0, 60, 20), (60, 0, 100, 20))
    words = TextLine(line("ab cd", 0, 0, 100, 20).polygon, 0, "ab cd", 1.0, ("ab", " ", "cd"), boxes)
    pieces = list(pieces_of(page([words])))
    assert [(piece.text, piece.corners[0][0], piece.corners[1][0]) for piece in pieces] == [
        ("ab", 0, 30),
        (" ", 30, 60),
        ("cd", 60, 100),
    ]
    torn = replace(words, words=("ab", "cd"), word_boxes=words.word_boxes[:2])
    assert [piece.text for piece in pieces_of(page([torn]))] == ["ab cd"]


@settings(max_examples=25)
@given(st.text(max_size=20), st.lists(st.tuples(st.integers(-9, 700), st.integers(-9, 700)), min_size=4, max_size=4))
def test_any_text_in_any_box_makes_a_file_that_can_be_read(
    tmp_path_factory: pytest.TempPathFactory, text: str, corners: list[tuple[int, int]]
) -> None:
    path = made(tmp_path_factory.mktemp("made"), TextLine(np.array(corners, np.int32), 0, text, 1.0))
    assert len(pdfium_text(path)) == 1


def test_widths_cover_every_character() -> None:
    assert [char_width(character) for character in "i m国｡é"] == [222, 278, 833, 1000, 500, 500]
