"""The text of parts of a line, by where its characters stand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from galley.vision.spelling import Spelling, spell, spell_parts

HEIGHT = 20.0
LEFT, RIGHT = (100.0, 140.0), (170.0, 210.0)
WHOLE = Spelling("pear 17 kg", (104.0, 114.0, 124.0, 135.0, 155.0, 175.0, 182.0, 190.0, 197.0, 205.0), (0.9,) * 10)


def texts(whole: Spelling | None, *parts: tuple[float, float]) -> list[str | None]:
    return [None if part is None else part.text for part in spell_parts(whole, parts, HEIGHT)]


def moved(index: int, place: float) -> Spelling:
    return replace(WHOLE, places=(*WHOLE.places[:index], place, *WHOLE.places[index + 1 :]))


def test_each_part_has_the_characters_that_stand_in_it() -> None:
    assert texts(WHOLE, LEFT, RIGHT) == ["pear", "17 kg"]
    assert texts(None, LEFT, RIGHT) == [None, None]
    assert texts(WHOLE) == []


def test_a_part_is_not_told_where_anything_speaks_against_it() -> None:
    assert texts(moved(3, 152.0), LEFT, RIGHT) == [None, None], "a letter between both"
    assert texts(moved(3, 142.5), LEFT, RIGHT) == ["pear", "17 kg"], "a step of the network beside its ink"
    assert texts(WHOLE, (100.0, 138.0), (140.0, 210.0)) == [None, None], "no space between them"
    assert texts(WHOLE, (80.0, 140.0), RIGHT) == [None, "17 kg"], "ink before the first letter"
    assert texts(WHOLE, LEFT, (170.0, 230.0)) == ["pear", None], "ink behind the last letter"
    assert texts(WHOLE, (20.0, 60.0), LEFT, RIGHT) == [None, "pear", "17 kg"], "no letter in the ink"
    unsure = replace(WHOLE, scores=(0.3, *WHOLE.scores[1:]))
    assert texts(unsure, LEFT, RIGHT) == [None, "17 kg"]
    assert texts(replace(WHOLE, scores=(*WHOLE.scores[:7], 0.1, 0.9, 0.9)), LEFT, RIGHT) == ["pear", "17 kg"], "a space"


def test_places_are_those_of_the_line_and_back() -> None:
    assert spell("ab", None, 0, 10) is None
    whole = spell(WHOLE.text, WHOLE.within(100, 210), 100, 210)
    assert whole is not None
    assert whole.places == pytest.approx(WHOLE.places, abs=1e-3)
    assert whole.score == pytest.approx(0.9)


def test_a_sign_comes_before_the_text() -> None:
    signed = replace(WHOLE, text=" ear 17 k ").stripped().behind("•", 90.0)
    assert signed.text == "• ear 17 k"
    assert len(signed.places) == len(signed.scores) == len(signed.text)
    assert list(signed.places) == sorted(signed.places)
    assert Spelling("  ", (1.0, 2.0), (0.5, 0.5)).stripped() == Spelling("", (), ())


@given(
    st.lists(st.tuples(st.floats(0, 500), st.sampled_from("ab 中")), max_size=40),
    st.lists(st.floats(0, 500), max_size=8),
)
def test_what_is_told_stands_in_the_text_and_nothing_twice(
    characters: list[tuple[float, str]], edges: list[float]
) -> None:
    ordered = sorted(characters)
    whole = Spelling("".join(each for _, each in ordered), tuple(x for x, _ in ordered), (0.9,) * len(ordered))
    ends = sorted(edges)
    parts = list(zip(ends[::2], ends[1::2], strict=False))
    told = [part for part in spell_parts(whole, parts, HEIGHT) if part is not None]
    joined = "".join(part.text for part in told)
    rest = iter(whole.text)
    assert all(character in rest for character in joined), "in its order, each once"
    assert all(part.text == part.text.strip() != "" for part in told)
    assert np.all(np.diff([x for part in told for x in part.places]) >= 0)
