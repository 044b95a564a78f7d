from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from galley.vision.recognize import Line
from galley.vision.words import place_words, split_words


def line(text: str, spread: int = 2) -> Line:
    return Line(text, 1.0, tuple(spread * index for index in range(len(text))), (1.0,) * len(text))


def box(left: int, top: int, right: int, bottom: int) -> NDArray[np.int32]:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.int32)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("Hello world", ["Hello", " ", "world"]),
        ("VGG-16, 1.5 m.", ["VGG-16", ", ", "1.5", " ", "m", "."]),
        ("-5", ["-", "5"]),
        ("港口abc告示", ["港口", "abc", "告示"]),
        ("(a)", ["(", "a", ")"]),
    ],
)
def test_words_are_runs_of_one_kind(text: str, words: list[str]) -> None:
    assert [word.text for word in split_words(line(text))] == words


@given(st.text("ab1.- ,港口()", max_size=30))
def test_words_hold_every_character_and_its_place(text: str) -> None:
    whole = line(text)
    words = split_words(whole)
    assert "".join(word.text for word in words) == text
    assert tuple(column for word in words for column in word.columns) == whole.columns


def test_latin_words_lie_where_their_characters_were_read() -> None:
    # 20 steps of 10 pixels; characters at steps 0, 2, 4 (ab) and so on.
    texts, boxes = place_words(line("ab cd"), box(100, 50, 300, 80), steps=20)
    assert texts == ["ab", " ", "cd"]
    assert boxes == [(100, 50, 130, 80), (140, 50, 150, 80), (160, 50, 190, 80)]


def test_chinese_characters_get_boxes_of_their_own_and_of_one_width() -> None:
    texts, boxes = place_words(line("港口告示"), box(0, 0, 80, 20), steps=8)
    assert texts == ["港", "口", "告", "示"]
    assert len(boxes) == 4
    assert [(left + right) // 2 for left, _, right, _ in boxes[1:3]] == pytest.approx([25, 45], abs=1)
    assert boxes[0][0] == 0
    assert boxes == sorted(boxes)


def test_words_of_vertical_text_lie_below_each_other() -> None:
    _, boxes = place_words(line("ab cd"), box(10, 100, 30, 300), steps=20)
    assert boxes == [(10, 100, 30, 130), (10, 140, 30, 150), (10, 160, 30, 190)]


@given(
    st.text("ab1 ,港口", max_size=20),
    st.integers(0, 500),
    st.integers(0, 500),
    st.integers(1, 800),
    st.integers(1, 800),
)
def test_any_line_has_a_box_for_each_word_inside_it(text: str, x: int, y: int, width: int, height: int) -> None:
    whole = line(text)
    texts, boxes = place_words(whole, box(x, y, x + width, y + height), steps=2.0 * len(text) + 1)
    assert len(texts) == len(boxes)
    for left, top, right, bottom in boxes:
        assert x <= left <= right <= x + width
        assert y <= top <= bottom <= y + height
