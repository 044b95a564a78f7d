from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from galley.vision.spelling import Spelling
from galley.vision.table.signs import CROSSED_BOX, EMPTY_BOX, TICKED_BOX, Part, Signs
from galley.vision.table.text import Line

HEIGHT = 24.0
Grey = NDArray[np.uint8]


def paper(tint: int = 255) -> Grey:
    return np.full((80, 400), tint, np.uint8)


def box(grey: Grey, left: int, sign: str, edge: int = 0, inside: int = 255) -> None:
    """A box of 18 pixels, with its middle at 40."""
    cv2.rectangle(grey, (left, 31), (left + 18, 49), inside, -1)
    cv2.rectangle(grey, (left, 31), (left + 18, 49), edge, 1)
    if sign == TICKED_BOX:
        cv2.polylines(grey, [np.array([[left + 4, 40], [left + 8, 45], [left + 14, 35]], np.int32)], False, 0, 2)
    if sign == CROSSED_BOX:
        cv2.line(grey, (left + 4, 35), (left + 14, 45), 0, 2)
        cv2.line(grey, (left + 14, 35), (left + 4, 45), 0, 2)


def word(grey: Grey, text: str, left: int) -> Line:
    cv2.putText(grey, text, (left, 47), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 0, 2, cv2.LINE_AA)
    (width, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.7, 2)
    return line(left - 2, left + width + 2, text)


def line(left: float, right: float, text: str, score: float = 0.9) -> Line:
    return Line(left, 28.0, right, 52.0, text, score)


def signs_of(parts: list[Part]) -> list[str]:
    return [part.sign.text for part in parts if part.sign is not None]


@pytest.mark.parametrize("sign", [EMPTY_BOX, TICKED_BOX, CROSSED_BOX])
@pytest.mark.parametrize("tint", [255, 220])
def test_boxes_are_found_with_what_is_in_them(sign: str, tint: int) -> None:
    grey = paper(tint)
    box(grey, 100, sign, edge=0 if tint == 255 else 255)
    (found,) = Signs(grey, HEIGHT).boxes
    assert found.text == sign
    assert (found.left, found.right) == pytest.approx((100, 119), abs=1.5)


@pytest.mark.parametrize("text", [*"DOQB80EHMo@#", "[]", "10", "Ki"])
def test_letters_are_no_boxes(text: str) -> None:
    grey = paper()
    word(grey, text, 100)
    assert not Signs(grey, HEIGHT).boxes


def test_black_squares_and_cells_are_no_boxes() -> None:
    grey = paper()
    box(grey, 100, EMPTY_BOX, inside=0)
    cv2.rectangle(grey, (200, 10), (380, 70), 0, 2)
    assert not Signs(grey, HEIGHT).boxes


def test_what_was_read_of_a_box_is_replaced() -> None:
    grey = paper()
    box(grey, 100, EMPTY_BOX)
    for text, score in (("□", 0.99), ("口", 0.99), ("O", 0.8), ("回", 0.3)):
        (part,) = Signs(grey, HEIGHT).parts([line(98, 121, text, score)])
        assert part.sign is not None and part.sign.text == EMPTY_BOX
        assert part.line is None


def test_chinese_characters_that_look_like_boxes_stay() -> None:
    grey = paper()
    box(grey, 100, EMPTY_BOX)
    for text in ("日", "项目", "プロ"):
        one = line(80, 121, text)
        assert Signs(grey, HEIGHT).parts([one]) == [Part(None, one)]


def test_a_line_is_divided_at_its_boxes() -> None:
    grey = paper()
    box(grey, 60, TICKED_BOX)
    word(grey, "Yes", 90)
    box(grey, 170, EMPTY_BOX)
    word(grey, "No", 200)
    parts = Signs(grey, HEIGHT).parts([line(58, 240, "Yes No")])
    assert signs_of(parts) == [TICKED_BOX, EMPTY_BOX]
    texts = [part.line for part in parts if part.line is not None]
    assert not any(text.text for text in texts), "nobody knows where the characters of the line stand"
    assert [round(text.left / 10) for text in texts] == [9, 20]
    assert texts[0].right < 170


def test_the_text_beside_boxes_is_that_of_the_characters_there() -> None:
    grey = paper()
    box(grey, 60, TICKED_BOX)
    word(grey, "Yes", 90)
    box(grey, 170, EMPTY_BOX)
    word(grey, "No", 200)
    text, places = "VYes 口No", (69.0, 97.0, 110.0, 123.0, 150.0, 179.0, 207.0, 222.0)
    known = replace(line(58, 240, text), spelling=Spelling(text, places, (0.9,) * 8))
    parts = Signs(grey, HEIGHT).parts([known])
    assert [(part.sign.text, part.line.text) for part in parts if part.sign and part.line] == [
        (TICKED_BOX, "Yes"),
        (EMPTY_BOX, "No"),
    ]


@pytest.mark.parametrize(("gap", "is_sign"), [(2, False), (14, True)])
def test_a_box_has_space_around_it_but_letters_have_none(gap: int, is_sign: bool) -> None:
    grey = paper()
    before = word(grey, "No", 60)
    box(grey, round(before.right) - 2 + gap, EMPTY_BOX)
    word(grey, "te", round(before.right) - 2 + gap + 18 + gap)
    one = line(58, 150, "Note")
    assert bool(signs_of(Signs(grey, HEIGHT).parts([one]))) is is_sign


def test_the_edge_of_a_shaded_row_is_not_beside_a_box() -> None:
    grey = paper()
    grey[15:29] = 200
    box(grey, 60, EMPTY_BOX)
    high = Line(52.0, 20.0, 86.0, 58.0, "口", 0.9)
    assert signs_of(Signs(grey, HEIGHT).parts([high])) == [EMPTY_BOX]


@pytest.mark.parametrize("gap", [8, 30])
def test_a_bullet_before_a_line_is_of_it(gap: int) -> None:
    grey = paper()
    cv2.circle(grey, (60, 40), 4, 0, -1, cv2.LINE_AA)
    one = word(grey, "apples", 66 + gap)
    (part,) = Signs(grey, HEIGHT).parts([one])
    assert part.sign is not None and part.sign.text == "•"
    assert part.line == one


def test_a_bullet_that_was_found_with_its_line_is_told_from_it() -> None:
    grey = paper()
    cv2.fillPoly(grey, [np.array([[56, 35], [65, 40], [56, 45]], np.int32)], 0)
    word(grey, "apples", 90)
    (part,) = Signs(grey, HEIGHT).parts([line(52, 170, "7 apples")])
    assert part.sign is not None and part.sign.text == "►"
    assert part.line is not None and not part.line.text and 86 < part.line.left < 93


def test_a_bullet_that_was_found_alone_opens_the_next_line() -> None:
    grey = paper()
    cv2.circle(grey, (60, 40), 4, 0, -1, cv2.LINE_AA)
    one = word(grey, "apples", 90)
    (part,) = Signs(grey, HEIGHT).parts([line(54, 67, "4", 0.2), one])
    assert part.sign is not None and part.line == one


def test_no_bullet_is_made_of_numbers_walls_and_the_text_of_others() -> None:
    grey = paper()
    decimal = word(grey, "0.88", 40)
    cv2.line(grey, (150, 0), (150, 79), 0, 2)
    walled = word(grey, "plum", 165)
    other = word(grey, "o", 260)
    last = word(grey, "end", 290)
    lines = [decimal, walled, other, last]
    assert [part.line for part in Signs(grey, HEIGHT).parts(lines)] == lines
    assert not signs_of(Signs(grey, HEIGHT).parts(lines))


@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.integers(1, 80), st.floats(1, 60))
def test_noise_of_any_size_is_looked_at(seed: int, high: int, width: int, height: float) -> None:
    grey = np.random.default_rng(seed).integers(0, 256, (high, width)).astype(np.uint8)
    one = Line(width * 0.2, high * 0.2, width * 0.9, high * 0.8, "x", 0.5)
    beyond = Line(-5.0, -5.0, width + 9.0, high + 9.0, "y", 0.5)
    parts = Signs(grey, height).parts([one, beyond])
    assert all(part.sign is not None or part.line is not None for part in parts)


@pytest.mark.parametrize("text", ["Pilot", "Fill", "Dill", "PI", "oil", "7 m", "- 5", "i.e.", "A. Lot"])
@pytest.mark.parametrize("stroke", [1, 2, 3])
def test_words_do_not_begin_with_bullets(text: str, stroke: int) -> None:
    grey = paper()
    cv2.putText(grey, text, (60, 47), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 0, stroke, cv2.LINE_AA)
    assert not signs_of(Signs(grey, HEIGHT).parts([line(57, 150, text)]))
