"""Paragraphs, headings and listings from the regions of a page."""

from __future__ import annotations

import numpy as np

from galley.vision.labels import PageFacts
from galley.vision.pieces import closes_paragraph, make_pieces, opens_paragraph
from galley.vision.regions import Region


def page(*texts: str, width: float = 600.0) -> PageFacts:
    """Lines one below the other."""
    lines = np.array([(50.0, 100 + 30.0 * row, 50 + width, 120 + 30.0 * row) for row in range(len(texts))])
    return PageFacts(lines.reshape(-1, 4), texts, 1000.0, 1400.0, 20.0)


def region(label: str, *lines: int) -> Region:
    return Region(label, (50, 100 + 30 * min(lines), 650, 120 + 30 * max(lines)), 0.9, lines=lines)


def test_a_heading_seen_as_one_with_the_text_below_it_is_one() -> None:
    facts = page("REFERENCES", "[1] A. Writer. A paper.", "A journal, 2014.")
    facts.lines[0, 2] = 200.0
    pieces = make_pieces([region("text", 0, 1, 2)], facts)
    assert [(piece.label, piece.level) for piece in pieces] == [("paragraph_title", 2), ("text", None)]
    assert pieces[1].text == "[1] A. Writer. A paper. A journal, 2014."


def test_a_sentence_goes_on_in_the_next_column_behind_a_figure() -> None:
    facts = page("A sentence that is long enough to be seen as one that was cut at", "the end of its column goes on.")
    parts = [region("text", 0), Region("image", (700, 100, 900, 200), 0.9), region("text", 1)]
    assert [(piece.label, piece.joins) for piece in make_pieces(parts, facts)] == [
        ("text", False),
        ("image", False),
        ("text", True),
    ]


def test_a_formula_stands_where_it_is_said() -> None:
    facts = page(
        "A sentence that is long enough to be seen as one, and the rate is then given by", "where a is the rate."
    )
    parts = [region("text", 0), Region("formula", (100, 125, 600, 129), 0.9), region("text", 1)]
    assert [piece.joins for piece in make_pieces(parts, facts)] == [False, False, False]


def test_sentences_above_a_listing_are_none_of_it() -> None:
    facts = page("The following lines are an example of it", "for (i = 0; i < n; i++) {", "sum += a[i];", "}")
    assert [(piece.label, piece.lines) for piece in make_pieces([region("algorithm", 0, 1, 2, 3)], facts)] == [
        ("text", (0,)),
        ("algorithm", (1, 2, 3)),
    ]


def test_the_last_words_of_a_sentence_above_a_listing_go_on_with_it() -> None:
    facts = page(
        "A sentence that is long enough to go on, and you can use the query that is",
        "shown in Example 2.",
        "SELECT name, id;",
        "FROM users",
        "WHERE id = 3",
        "ORDER BY name;",
    )
    pieces = make_pieces([region("text", 0), region("algorithm", 1, 2, 3, 4, 5)], facts)
    assert [(piece.label, piece.lines, piece.joins) for piece in pieces] == [
        ("text", (0,), False),
        ("text", (1,), True),
        ("algorithm", (2, 3, 4, 5), False),
    ]


def test_listings_right_below_each_other_are_one() -> None:
    facts = page("if (a) {", "b += 1;", "}")
    facts.lines[1, 0] = 110.0
    above, below = region("algorithm", 0), region("algorithm", 1, 2)
    (piece,) = make_pieces([above, below], facts)
    assert piece.text.splitlines()[0] == "if (a) {"
    assert piece.text.splitlines()[1].startswith(" ")
    beside = Region("algorithm", (700, 100, 900, 150), 0.9, lines=(1, 2))
    assert len(make_pieces([above, beside], facts)) == 2


def test_pages_that_begin_and_end_within_a_sentence_say_so() -> None:
    within = make_pieces([region("text", 0)], page("and the sentence of the page before goes on to the"))
    whole = make_pieces([region("text", 0)], page("A sentence of its own."))
    assert (opens_paragraph(within), closes_paragraph(within)) == (False, False)
    assert (opens_paragraph(whole), closes_paragraph(whole)) == (True, True)
