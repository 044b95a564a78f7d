"""Headers and footers by what page after page repeats."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from galley.outputs.structured.leaf import Leaf, Piece
from galley.outputs.structured.running_heads import RunningHeads

TOP, MIDDLE, BOTTOM = (10, 10, 500, 40), (10, 300, 500, 400), (10, 770, 500, 790)


def leaf(*pieces: tuple[str, tuple[int, int, int, int]], label: str = "text") -> Leaf:
    made = tuple(Piece(label, text, box) for text, box in pieces)
    return Leaf("doc", 0, 600, 800, True, True, (), made)


def decide(pages: Sequence[Leaf]) -> list[list[str]]:
    heads = RunningHeads()
    for place, page in enumerate(pages):
        heads.learn(page, place)
    return [[piece.label for piece in heads.apply(page).pieces] for page in pages]


def test_the_same_text_on_three_pages_is_a_header_or_footer() -> None:
    pages = [leaf(("My Book", TOP), (f"Text {n}", MIDDLE), (f"Page {n} of 3", BOTTOM)) for n in range(3)]
    assert decide(pages) == [["header", "text", "footer"]] * 3


def test_left_and_right_pages_have_headers_of_their_own() -> None:
    pages = [leaf(("My Book" if n % 2 else "Chapter 1", TOP)) for n in range(6)]
    assert decide(pages) == [["header"]] * 6


def test_two_pages_are_too_few_and_far_apart_is_no_header() -> None:
    assert decide([leaf(("Introduction", TOP)), leaf(("Introduction", TOP))]) == [["text"], ["text"]]
    pages = [leaf(("Summary" if n % 5 == 0 else f"{chr(65 + n)}", TOP)) for n in range(20)]
    assert decide(pages) == [["text"]] * 20


def test_only_short_text_at_the_edge() -> None:
    assert decide([leaf(("Same", MIDDLE))] * 5) == [["text"]] * 5
    assert decide([leaf(("long " * 30, TOP))] * 5) == [["text"]] * 5
    assert decide([leaf(("Title", TOP), label="doc_title")] * 5) == [["doc_title"]] * 5


def test_a_heading_that_is_a_header_loses_its_level() -> None:
    heads = RunningHeads()
    page = Leaf("doc", 0, 600, 800, True, True, (), (Piece("paragraph_title", "Chapter", TOP, 2),))
    for place in range(3):
        heads.learn(page, place)
    assert heads.apply(page).pieces[0].level is None


@given(st.lists(st.sampled_from("abcdefgh"), max_size=60))
def test_what_is_kept_does_not_grow_with_the_pages(texts: list[str]) -> None:
    heads = RunningHeads()
    for place, text in enumerate(texts):
        heads.learn(leaf((text, TOP)), place)
        assert len(heads._runs) <= 3
