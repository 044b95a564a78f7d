"""Levels of headings over a whole document."""

from __future__ import annotations

from collections.abc import Sequence

from galley.outputs.structured.heading_levels import HeadingLevels
from galley.outputs.structured.leaf import Leaf, Piece

BOX = (0, 0, 10, 10)


def heading(text: str, letter: float, level: int | None = 2, label: str = "paragraph_title") -> Piece:
    return Piece(label, text, BOX, level, letter=letter)


def decide(*pages: Sequence[Piece]) -> list[list[tuple[str, int | None]]]:
    leaves = [Leaf("doc", place, 600, 800, True, True, (), tuple(pieces)) for place, pieces in enumerate(pages)]
    levels = HeadingLevels()
    for place, leaf in enumerate(leaves):
        levels.learn(leaf, place)
    decided = [levels.apply(leaf, place) for place, leaf in enumerate(leaves)]
    return [[(piece.label, piece.level) for piece in leaf.pieces] for leaf in decided]


def test_unnumbered_headings_take_the_level_of_numbered_ones_of_their_size() -> None:
    pages = decide(
        [heading("1 Introduction", 24), heading("1.1 Data", 20, 3), heading("Abstract", 24.5)],
        [heading("Details", 19.6), heading("2 Method", 23.5), heading("References", 24)],
    )
    assert [level for page in pages for _, level in page] == [2, 3, 2, 3, 2, 2]


def test_without_numbers_larger_is_higher() -> None:
    pages = decide(
        [heading("Engines", 40), heading("Fuel", 28), heading("Tanks", 20)],
        [heading("Oil", 28.6), heading("Hulls", 39)],
    )
    assert [level for page in pages for _, level in page] == [2, 3, 4, 3, 2]


def test_large_letters_on_a_cover_push_nothing_down() -> None:
    pages = decide(
        [heading("IBM", 80), heading("Redpaper", 66)],
        [heading("1 Securing data", 54), heading("Preface", 44)],
        [heading("1.1 Basics", 31, 3), heading("Authors", 31)],
    )
    assert [[level for _, level in page] for page in pages] == [[2, 2], [2, 3], [3, 3]]


def test_titles_on_later_pages_are_headings() -> None:
    pages = decide(
        [heading("The Book", 60, 1, "doc_title")],
        [heading("Chapter", 44, 1, "doc_title"), heading("Section", 25)],
        [heading("Other chapter", 43, 1, "doc_title")],
    )
    assert pages == [
        [("doc_title", 1)],
        [("paragraph_title", 2), ("paragraph_title", 3)],
        [("paragraph_title", 2)],
    ]


def test_a_heading_of_unknown_size_keeps_its_level() -> None:
    assert decide([heading("Some", 0, 4), heading("More", 20)]) == [[("paragraph_title", 4), ("paragraph_title", 2)]]


def test_what_is_kept_does_not_grow_with_the_pages() -> None:
    levels = HeadingLevels()
    for place in range(2000):
        pieces = (heading(f"Heading {place}", 20 + place % 7), heading(f"{place} Numbered", 30 + place % 5))
        levels.learn(Leaf("doc", place, 600, 800, True, True, (), pieces), place)
    assert len(levels._unnumbered) + len(levels._numbered) < 20
