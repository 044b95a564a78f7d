"""Rows of lines, and the paragraphs they make."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from galley.vision.paragraphs import ends_sentence, find_rows, goes_on, split_paragraphs


def test_sentences_end_and_go_on() -> None:
    assert ends_sentence("It is so.")
    assert not ends_sentence("It is")
    assert goes_on("It is", "so on the next line")
    assert not goes_on("It is so.", "so on")
    assert not goes_on("It is", "")


def lines_at(lefts: list[int], step: int = 30, height: int = 20, right: int = 600) -> np.ndarray:
    return np.array([(left, step * row, right, step * row + height) for row, left in enumerate(lefts)], float)


def test_lines_side_by_side_are_one_row() -> None:
    boxes = np.array([(300, 2, 500, 22), (0, 0, 200, 20), (0, 40, 200, 60)], float)
    assert [row.lines for row in find_rows(boxes, [0, 1, 2])] == [(1, 0), (2,)]


def test_an_indent_begins_a_paragraph() -> None:
    texts = ["The first one goes on", "and ends here.", "A second begins with an indent", "and goes on to its end."]
    paragraphs = split_paragraphs(find_rows(lines_at([0, 0, 40, 0]), range(4)), texts)
    assert [[index for row in paragraph for index in row.lines] for paragraph in paragraphs] == [[0, 1], [2, 3]]


def paragraphs_of(boxes: np.ndarray, *texts: str) -> list[list[int]]:
    """The lines of each paragraph."""
    split = split_paragraphs(find_rows(boxes, range(len(texts))), texts)
    return [[index for row in paragraph for index in row.lines] for paragraph in split]


def test_lines_found_some_pixels_higher_on_coarse_scans_are_one_paragraph() -> None:
    texts = [
        "the first line goes on",
        "to a second one and then",
        "Then to a third one, found higher,",
        "and to the last one",
    ]
    coarse = lines_at([0, 0, 0, 0], step=12, height=9)
    coarse[2] += (0, -2, 0, 2)
    assert paragraphs_of(coarse, *texts) == [[0, 1, 2, 3]]
    large = lines_at([0, 0, 0, 0], step=40, height=20)
    large[2] += (0, -6, 0, 6)
    assert len(paragraphs_of(large, *texts)) > 1, "on a fine scan letters of another size are another text"


def test_the_last_character_of_a_sentence_may_be_found_too_high() -> None:
    lines = lines_at([0, 0, 0])
    lines[2] = (0, 56, 30, 86)
    assert paragraphs_of(lines, "这是一个句子的开头，它还没有", "结束，而是在下一行继续到最", "后。") == [[0, 1, 2]]


def test_a_line_within_a_sentence_may_be_lower_than_the_others() -> None:
    texts = ["The text of one paragraph", "goes on and on to the", "even smaller letters of one line"]
    boxes = lines_at([0, 0, 0])
    boxes[2] += (0, 4, 0, -3)
    assert paragraphs_of(boxes, *texts) == [[0, 1, 2]]
    assert paragraphs_of(boxes, *texts[:2], "Even smaller letters") == [[0, 1], [2]]


def test_items_may_go_on_further_to_the_right() -> None:
    texts = ["1. An item that goes on", "Below its own words.", "2. Another item.", "What follows on the list."]
    assert paragraphs_of(lines_at([0, 40, 0, 0]), *texts) == [[0, 1], [2], [3]]
    assert paragraphs_of(lines_at([0, 0, 0, 0]), *texts) == [[0, 1], [2, 3]], "nothing says where the last item ends"


def test_a_line_set_in_that_begins_within_a_sentence_begins_no_paragraph() -> None:
    assert paragraphs_of(lines_at([0, 40, 0]), "A sentence that goes", "on here and", "ends there.") == [[0, 1, 2]]


def test_a_dash_before_a_word_begins_an_item_and_one_within_a_sentence_does_not() -> None:
    boxes = lines_at([0, 0])
    assert paragraphs_of(boxes, "there are:", "— an item of the list") == [[0], [1]]
    assert paragraphs_of(boxes, "It is so.", "—and that is a part of the sentence") == [[0, 1]]
    assert paragraphs_of(boxes - (0, 0, 300, 0) * (np.arange(2) == 0)[:, None], "It is", "—So to say") == [[0, 1]]


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 40)), min_size=1, max_size=10))
def test_no_line_is_lost(places: list[tuple[int, int]]) -> None:
    boxes = np.array([(x, 25.0 * y, x + 100, 25.0 * y + 20) for x, y in places], float)
    rows = find_rows(boxes, range(len(places)))
    split = split_paragraphs(rows, ["words"] * len(places))
    assert sorted(index for paragraph in split for row in paragraph for index in row.lines) == list(range(len(places)))
