"""Which characters may stand in a text file."""

from __future__ import annotations

from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from galley.outputs.characters import is_right_to_left, printable


@given(st.text(st.characters()))
def test_what_is_left_can_stand_in_xml(text: str) -> None:
    kept = printable(text)
    parsed = ElementTree.fromstring(f"<a>{escape(kept)}</a>".encode())
    assert ("" if parsed.text is None else parsed.text) == kept.replace("\r\n", "\n").replace("\r", "\n")


@given(st.text(st.characters(exclude_categories=["C"])))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "answer"),
    [("שלום world!", False), ("שלום עולם PDF 12", True), ("مرحبا", True), ("hello", False), ("", False), ("12", False)],
)
def test_the_direction_of_text(text: str, answer: bool) -> None:
    assert is_right_to_left(text) is answer
