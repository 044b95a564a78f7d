"""Two parts of a paragraph put together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from galley.prose import glue, join


@pytest.mark.parametrize(
    ("first", "second", "whole"),
    [
        ("one", "two", "one two"),
        ("one ", " two", "one two"),
        ("页面", "读取", "页面读取"),
        ("ページ", "です", "ページです"),
        ("（页面）", "and", "（页面）and"),
        ("한국어", "문장", "한국어 문장"),
        ("inter-", "rupted", "interrupted"),
        ("inter\u00ad", "rupted", "interrupted"),
        ("state-of-", "the-art", "state-of-the-art"),
        ("COVID-", "19", "COVID-19"),
        ("New-", "York", "New-York"),
        ("a -", "b", "a - b"),
        ("the track", "\u2014existing notes", "the track\u2014existing notes"),
        ("the track\u2014", "existing notes", "the track\u2014existing notes"),
        ("the track \u2014", "existing notes", "the track \u2014 existing notes"),
        ("", "two", "two"),
        ("one", "", "one"),
    ],
)
def test_words_and_characters(first: str, second: str, whole: str) -> None:
    assert glue(first, second) == whole


@given(st.text(), st.text())
def test_only_spaces_and_one_hyphen_are_lost(first: str, second: str) -> None:
    def letters(text: str) -> str:
        return "".join(text.split())

    glued, whole = letters(glue(first, second)), letters(first) + letters(second)
    assert glued == whole or (len(glued) == len(whole) - 1 and set(whole) & set("-\u2010\u00ad"))


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (["running", "text"], "running text"),
        (["a divi-", "ded word"], "a divided word"),
        (["state-of-the-", "art"], "state-of-the-art"),
        (["the A-", "B test"], "the A-B test"),
        (["中文", "段落"], "中文段落"),
        (["한국어", "문장"], "한국어 문장"),
        (["", "alone", ""], "alone"),
        ([], ""),
    ],
)
def test_lines_are_joined_as_one_would_write_them(pieces: list[str], text: str) -> None:
    assert join(pieces) == text


@given(st.lists(st.text(alphabet="abc 中文-.", max_size=8), max_size=6))
def test_joining_loses_nothing_but_hyphens(pieces: list[str]) -> None:
    def letters(text: str) -> list[str]:
        return [character for character in text if character not in " -"]

    assert letters(join(pieces)) == letters("".join(pieces))
