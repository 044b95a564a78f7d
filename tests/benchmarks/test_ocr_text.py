from __future__ import annotations

import pytest
from benchmarks.ocr_text import Agreement, Errors, Glyph, ReadLine, compare, edit_distance, judge, overlap, plain
from hypothesis import given
from hypothesis import strategies as st


def line(text: str, left: int = 0, top: int = 0, right: int = 100, bottom: int = 20) -> ReadLine:
    return ReadLine(((left, top), (right, top), (right, bottom), (left, bottom)), text)


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [("", "", 0), ("abc", "abc", 0), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("ab", "ba", 2)],
)
def test_edits_are_counted(one: str, other: str, distance: int) -> None:
    assert edit_distance(one, other) == distance


def slow_distance(one: str, other: str) -> int:
    """By the definition."""
    if not one or not other:
        return len(one) + len(other)
    replaced = slow_distance(one[1:], other[1:]) + (one[0] != other[0])
    return min(replaced, slow_distance(one[1:], other) + 1, slow_distance(one, other[1:]) + 1)


@given(st.text("abc", max_size=5), st.text("abc", max_size=5))
def test_edits_are_counted_as_defined(one: str, other: str) -> None:
    assert edit_distance(one, other) == slow_distance(one, other)


def test_overlap_is_intersection_by_union() -> None:
    assert overlap((0, 0, 10, 10), (0, 0, 10, 10)) == 1
    assert overlap((0, 0, 10, 10), (5, 0, 15, 10)) == pytest.approx(1 / 3)
    assert overlap((0, 0, 10, 10), (10, 0, 20, 10)) == 0


def test_equal_readings_agree_in_everything() -> None:
    page = [line("one"), line("two", top=40, bottom=60)]
    assert compare(page, page) == Agreement(2, 0, 2, 2, 2, 0, 6)


def test_lines_are_matched_by_place_and_not_by_order() -> None:
    ours = [line("three", top=80, bottom=100), line("cne", right=98), line("extra", top=200, bottom=220)]
    theirs = [line("one"), line("lost", top=40, bottom=60), line("three", top=80, bottom=100)]
    expected = Agreement(
        lines=3, extra=1, matched=2, same_polygons=1, same_texts=1, edits=1 + len("lost") + len("extra"), characters=12
    )
    assert compare(ours, theirs) == expected


def test_spaces_and_ligatures_are_no_errors() -> None:
    assert plain("o\ufb03ce  desk\n") == "officedesk"


def test_glyphs_are_judged_in_the_line_they_lie_in() -> None:
    glyphs = [Glyph(each, 10 * index + 5, 10) for index, each in enumerate("ab c")]
    assert judge([line("abc")], glyphs) == Errors(0, 3)
    assert judge([line("abd")], glyphs) == Errors(1, 3)
    assert judge([], glyphs) == Errors(3, 3), "all missed"
    far = [Glyph("x", 500, 500)]
    assert judge([line("abc")], [*glyphs, *far]) == Errors(1, 4)
    assert judge([line("abc")], []) == Errors(3, 0)
    assert (Errors(1, 10) + Errors(2, 20)).rate == pytest.approx(0.1)
