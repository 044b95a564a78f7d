"""Tables, told from listings and lists."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from galley.vision.paragraphs import Row
from galley.vision.tabular import count_columns, has_inner_rules, looks_like_table

STEP, HIGH = 40, 24


def drawn(*rows: list[tuple[int, int]]) -> tuple[NDArray[np.uint8], list[Row]]:
    """A picture of rows of words, each from and to a pixel across, and the rows."""
    grey: NDArray[np.uint8] = np.full((STEP * len(rows) + 20, 600), 255, np.uint8)
    found = []
    for number, words in enumerate(rows):
        top = 10 + STEP * number
        for left, right in words:
            grey[top + 6 : top + HIGH - 4, left:right] = 0
        found.append(Row((number,), (float(words[0][0]), float(top), float(words[-1][1]), float(top + HIGH))))
    return grey, found


def test_columns_are_counted_by_what_is_empty_in_all_rows() -> None:
    grey, rows = drawn(*[[(20, 120 + 5 * k), (250, 300), (420, 560)] for k in range(6)])
    assert count_columns(grey, rows, HIGH) == 3
    assert looks_like_table(grey, rows, code=False)


def test_words_of_text_make_no_columns() -> None:
    grey, rows = drawn(*[[(20, 90 + 31 * k), (97 + 31 * k, 380), (388, 590)] for k in range(6)])
    assert count_columns(grey, rows, HIGH) == 1
    assert not looks_like_table(grey, rows, code=False)


def test_bullets_are_no_column() -> None:
    grey, rows = drawn(*[[(20, 30), (60, 400 + 20 * k)] for k in range(5)])
    assert count_columns(grey, rows, HIGH) == 1


def test_a_listing_in_two_columns_is_no_table() -> None:
    grey, rows = drawn(*[[(20, 120), (250, 400 + 20 * k)] for k in range(5)])
    assert looks_like_table(grey, rows, code=False)
    assert not looks_like_table(grey, rows, code=True)


def test_rules_within_are_seen_and_a_frame_is_none() -> None:
    grey, rows = drawn(*[[(60, 500)] for _ in range(5)])
    cv2.rectangle(grey, (2, 2), (597, grey.shape[0] - 3), 0, 2)
    assert not has_inner_rules(grey, HIGH)
    assert not looks_like_table(grey, rows, code=False), "one cell in a frame"
    cv2.line(grey, (530, 2), (530, grey.shape[0] - 3), 0, 2)
    assert has_inner_rules(grey, HIGH)
    assert looks_like_table(grey, rows, code=True)
    assert not looks_like_table(grey, [], code=False)
