from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.outputs.pdf.results import line

from galley.outputs.words import bounds, certainty, words_of


@given(st.text(max_size=12), st.sampled_from([(100, 10), (10, 100)]), st.sampled_from([0, 1]))
def test_words_lie_in_their_line_in_its_order(text: str, size: tuple[int, int], angle: int) -> None:
    where = replace(line(text, 20, 30, *size), angle=angle)
    left, top, right, bottom = bounds(where)
    words = list(words_of(where))
    for word in words:
        assert word.text.strip()
        assert left <= word.box[0] <= word.box[2] <= right + 1e-6
        assert top <= word.box[1] <= word.box[3] <= bottom + 1e-6
    along = 1 if size[1] > size[0] else 0
    starts = [word.box[along] for word in words]
    assert starts == sorted(starts, reverse=angle == 1)
    assert all(word.blank is not None for word in words[1:]), "only blanks part words that were not located"


def test_letters_have_their_usual_widths() -> None:
    thin, broad = words_of(line("ill mmm", 0, 0, 70, 10))
    assert thin.box[2] - thin.box[0] <= broad.box[2] - broad.box[0]
    assert broad.blank is not None
    assert (thin.box[2], broad.box[0]) == pytest.approx((broad.blank[0], broad.blank[2]))


def test_located_words_are_taken_as_they_are() -> None:
    located = replace(line("图 b", 0, 0, 30, 10), words=(" ", "图", " ", "b\x00"), word_boxes=((0, 0, 1, 9),) * 4)
    assert [(word.text, word.blank is None) for word in words_of(located)] == [("图", True), ("b", False)]


@given(st.floats())
def test_any_score_is_a_share(score: float) -> None:
    value = certainty(replace(line("a", 0, 0, 9, 9), score=score))
    assert 0 <= value <= 1
    assert value == score or not 0 <= score <= 1
