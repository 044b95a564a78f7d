"""When the text of a page is trusted, and how it is cut into lines."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from galley.results.text_layer import TextLayer
from galley.vision.text_layer import cut_lines, judge

SHAPE = (400, 600)
LETTER = 12  # pixels


def layer_of(*lines: tuple[str, float, float]) -> TextLayer:
    """Lines of text: what, and where its first letter is."""
    characters, boxes = "", []
    for words, left, top in lines:
        for number, character in enumerate(f"{words}\n"):
            characters += character
            x = left + LETTER * number
            boxes.append((x, top, x + LETTER, top + 20) if not character.isspace() else (0, 0, 0, 0))
    count = len(characters)
    return TextLayer(
        characters,
        np.array(boxes, np.float32).reshape(count, 4),
        np.zeros(count, np.float32),
        np.full(count, 20, np.float32),
        np.zeros(count, np.bool_),
        np.zeros(count, np.bool_),
        0.0,
    )


def page_of(layer: TextLayer) -> NDArray[np.uint8]:
    """Something to be seen for every letter."""
    image = np.full((*SHAPE, 3), 255, np.uint8)
    for left, top, right, bottom in layer.boxes.astype(int).tolist():
        if right > left:
            image[top + 3 : bottom - 3, left + 3 : right - 3] = 0
    return image


PROSE = layer_of(*(("born digital at ease", 30, 20 + 30 * number) for number in range(10)))


def test_text_that_is_seen_is_trusted() -> None:
    verdict = judge(PROSE, page_of(PROSE))
    assert verdict.trusted
    assert verdict.characters == 10 * len("borndigitalatease")
    assert len(verdict.own) == 10


def test_white_text_on_dark_is_seen_too() -> None:
    assert judge(PROSE, 255 - page_of(PROSE)).trusted


def changed(share: float, **columns: object) -> TextLayer:
    """The first `share` of the columns with other values."""
    first = int(share * len(PROSE.characters))
    values = {name: getattr(PROSE, name).copy() for name in columns}
    for name, value in columns.items():
        values[name][:first] = value
    return replace(PROSE, **values)


@pytest.mark.parametrize(
    ("layer", "reason"),
    [
        (layer_of(), "there is no text"),
        (changed(0.2, unmapped=True), "no known meaning"),
        (replace(PROSE, characters=PROSE.characters.replace("e", "\ufffd")), "no known meaning"),
        (replace(PROSE, characters=PROSE.characters.replace("e", "\ue042")), "no known meaning"),
        (
            replace(PROSE, characters=PROSE.characters.translate(str.maketrans("aeti", "\u02c7\u02d9\u02db^"))),
            "usual signs",
        ),
        (changed(1, hidden=True), "not drawn"),
        (changed(0.8, directions=90), "turned"),
        (replace(PROSE, largest_picture=0.95), "one picture"),
    ],
)
def test_what_speaks_against_it_is_said(layer: TextLayer, reason: str) -> None:
    verdict = judge(layer, page_of(PROSE))
    assert not verdict.trusted
    assert any(reason in each for each in verdict.reasons)


def test_text_where_nothing_is_seen_is_not_trusted() -> None:
    verdict = judge(PROSE, np.full((*SHAPE, 3), 255, np.uint8))
    assert verdict.reasons == ("100% of the text is where nothing is seen",)
    assert verdict.own == ()


def test_words_that_the_layer_does_not_have_are_noticed_and_what_it_has_is_known() -> None:
    image = page_of(PROSE)
    rng = np.random.default_rng(0)
    for row in range(6):
        for column in range(4):
            top, left = 40 + 50 * row, 330 + 60 * column
            image[top : top + 16, left : left + 45] = rng.integers(0, 2, (16, 45, 1)) * 255
    verdict = judge(PROSE, image)
    assert not verdict.trusted
    assert "more letters are seen" in verdict.reasons[0]
    assert len(verdict.own) == 10


def test_rules_and_frames_are_no_words() -> None:
    image = page_of(PROSE)
    image[330:336, 20:580] = 0
    image[340:390, 300:302] = image[340:390, 500:502] = image[340:342, 300:500] = image[388:390, 300:500] = 0
    assert judge(PROSE, image).trusted


# ---- lines --------------------------------------------------------------------------------------------------------


def test_lines_are_those_of_the_file_and_wide_gaps_end_them() -> None:
    layer = layer_of(("one line", 30, 40), ("two    columns", 30, 80))
    lines = cut_lines(layer, SHAPE)
    assert [line.text for line in lines] == ["one line", "two", "columns"]
    assert lines[0].polygon.tolist() == [[30, 40], [126, 40], [126, 60], [30, 60]]
    assert not lines[0].upside_down


def test_words_are_where_their_letters_are_and_chinese_ones_stand_alone() -> None:
    (line,) = cut_lines(layer_of(("ab 图书 c", 0, 0)), SHAPE)
    assert line.words == ("ab", " ", "图", "书", " ", "c")
    assert line.word_boxes[2] == (36, 0, 48, 20)
    assert line.word_boxes[3] == (48, 0, 60, 20)


def test_what_lies_off_the_page_is_left_out() -> None:
    lines = cut_lines(layer_of(("off", -100, 40), ("on", 30, 40), ("below", 30, 900)), SHAPE)
    assert [line.text for line in lines] == ["on"]


@pytest.mark.parametrize(
    ("degrees", "first", "upside_down"), [(90, (40, 100), False), (-90, (40, 100), True), (180, (40, 100), True)]
)
def test_turned_lines_are_as_a_detector_gives_them(degrees: float, first: tuple[int, int], upside_down: bool) -> None:
    cosine, sine = round(np.cos(np.radians(degrees))), round(np.sin(np.radians(degrees)))
    boxes = []
    for number in range(5):
        x, y = 100 + 12 * number * cosine, 160 + 12 * number * sine
        boxes.append((x, y, x + 12, y + 12))
    layer = replace(
        layer_of(("abcde", 0, 0)),
        boxes=np.array([*boxes, (0, 0, 0, 0)], np.float32),
        directions=np.full(6, degrees, np.float32),
    )
    (line,) = cut_lines(layer, SHAPE)
    assert line.text == "abcde"
    assert line.upside_down is upside_down
    corners = line.polygon
    assert corners[0].tolist() == corners.min(axis=0).tolist()
    assert corners[2].tolist() == corners.max(axis=0).tolist()


FLOATS = st.floats(-700, 1400, width=32)


@given(st.data(), st.text(max_size=12))
def test_any_layer_is_judged_and_cut(data: st.DataObject, characters: str) -> None:
    count = len(characters)

    def column(kind: type, values: st.SearchStrategy[object], *shape: int) -> NDArray[np.generic]:
        return data.draw(arrays.arrays(kind, (count, *shape), elements=values))

    layer = TextLayer(
        characters,
        column(np.float32, FLOATS, 4),  # type: ignore[arg-type]
        column(np.float32, st.floats(-180, 180, width=32)),  # type: ignore[arg-type]
        column(np.float32, st.floats(0, 100, width=32)),  # type: ignore[arg-type]
        column(np.bool_, st.booleans()),  # type: ignore[arg-type]
        column(np.bool_, st.booleans()),  # type: ignore[arg-type]
        0.0,
    )
    verdict = judge(layer, np.zeros((40, 60, 3), np.uint8))
    assert verdict.characters <= count
    for line in cut_lines(layer, (40, 60)):
        assert line.polygon.min() >= 0
        assert line.polygon[:, 0].max() <= 60
        assert "".join(line.words) == line.text
