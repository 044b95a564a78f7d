"""Labels that the text of a region corrects."""

from __future__ import annotations

import numpy as np
import pytest

from galley.vision.labels import PageFacts, looks_like_code, relabel
from galley.vision.regions import Region

WIDTH, HEIGHT, LETTER = 1000.0, 1400.0, 20.0
Line = tuple[str, float, float, float, float]


def label(seen: str, *lines: Line, beside: tuple[Region, ...] = ()) -> str:
    """What a region of these lines (text, left, top, right, bottom) is called in the end."""
    return labels(seen, *lines, beside=beside)[0]


def labels(seen: str, *lines: Line, beside: tuple[Region, ...] = ()) -> list[str]:
    """The same for each of the regions that it is taken apart into."""
    boxes = np.array([line[1:] for line in lines], float).reshape(-1, 4)
    box = (*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist())
    page = PageFacts(boxes, [line[0] for line in lines], WIDTH, HEIGHT, LETTER, opens=True)
    region = Region(seen, (box[0], box[1], box[2], box[3]), 0.9, lines=tuple(range(len(lines))))
    return [region.label for region in relabel([region, *beside], page)]


@pytest.mark.parametrize(
    ("seen", "line", "expected"),
    [
        ("text", ("17", 490.0, 1350.0, 510.0, 1370.0), "number"),
        ("text", ("17", 490.0, 700.0, 510.0, 720.0), "text"),
        ("header", ("Optimized Tokens", 100.0, 60.0, 400.0, 80.0), "header"),
        ("header", ("The title of a paper", 100.0, 100.0, 900.0, 140.0), "doc_title"),
        ("header", ("far too low", 100.0, 600.0, 400.0, 620.0), "text"),
        ("paragraph_title", ("2 Figures", 100.0, 100.0, 300.0, 122.0), "paragraph_title"),
        ("text", ("Chapter 3. Access Control 19", 100.0, 1340.0, 500.0, 1360.0), "footer"),
        ("text", ("arXiv:2206.01062v1 [cs.CV] 2 Jun 2022", 10.0, 300.0, 40.0, 900.0), "aside_text"),
        ("text", ("(12)", 850.0, 500.0, 890.0, 520.0), "formula_number"),
        ("text", ("3.1 Layout detection", 100.0, 500.0, 400.0, 520.0), "paragraph_title"),
        ("text", ("CLASSIFIED INFORMATION", 100.0, 500.0, 400.0, 520.0), "paragraph_title"),
        ("text", ("ACM", 100.0, 500.0, 200.0, 520.0), "text"),
        ("reference", ("[12] A. Writer. A paper.", 100.0, 500.0, 600.0, 520.0), "reference"),
        ("reference", ("A. Writer. A paper. 2014.", 100.0, 500.0, 600.0, 520.0), "reference"),
        ("reference", ("Bank account, street and town", 100.0, 500.0, 600.0, 520.0), "text"),
        ("text", ("1 A short item", 100.0, 500.0, 400.0, 520.0), "text"),
        ("formula", ("where the rate is given by words", 100.0, 500.0, 600.0, 520.0), "text"),
        ("formula", ("a = b + c", 100.0, 500.0, 600.0, 520.0), "formula"),
        ("figure_title", ("Figure 3 shows how it is done", 100.0, 500.0, 600.0, 520.0), "text"),
        ("figure_title", ("2. Compare the two of them", 100.0, 500.0, 600.0, 520.0), "text"),
        ("paragraph_title", ("3. If a user is connected with it, all of them return:", 100, 500.0, 700, 520), "text"),
        ("paragraph_title", ("3. Users of it:", 100.0, 500.0, 300.0, 520.0), "paragraph_title"),
        ("image", ("text in a picture", 100.0, 500.0, 600.0, 520.0), "image"),
    ],
)
def test_one_line_says_what_it_is(seen: str, line: Line, expected: str) -> None:
    assert label(seen, line) == expected


def test_the_first_line_of_a_column_is_no_running_head() -> None:
    line = ("the last words of a sentence", 520.0, 100.0, 900.0, 120.0)
    assert label("header", line, beside=(Region("image", (100, 95, 480, 400), 0.9),)) == "text"
    assert label("header", line, beside=(Region("image", (100, 130, 480, 400), 0.9),)) == "header"
    assert label("header", line, beside=(Region("text", (100, 95, 480, 125), 0.9),)) == "header", "a line is no column"


def test_a_line_below_a_running_head_in_larger_letters_is_a_title() -> None:
    line = ("NOTICE TO MARINERS", 100.0, 130.0, 400.0, 153.0)
    head = Region("header", (100, 100, 300, 120), 0.9)
    assert label("header", line, beside=(head,)) == "paragraph_title"
    assert label("header", (*line[:4], 150.0), beside=(head,)) == "header"
    assert label("header", line) == "header"


def test_a_title_seen_as_a_part_of_the_running_head_is_one() -> None:
    rows: list[Line] = [
        ("Port of Ardmouth", 300, 100, 450, 120),
        ("NOTICE TO MARINERS", 100, 130, 600, 155),
        ("Harbour Office, 18 March", 250, 160, 500, 180),
    ]
    assert labels("header", *rows) == ["header", "doc_title", "text"]
    assert labels("header", *rows[::2]) == ["header", "header"]


def test_a_caption_stands_beside_a_picture() -> None:
    line = ("Table 1: Results", 100.0, 520.0, 400.0, 540.0)
    assert label("text", line, beside=(Region("table", (90, 550, 600, 900), 0.9),)) == "table_title"
    assert label("text", line, beside=(Region("table", (90, 950, 600, 1200), 0.9),)) == "text"
    assert label("text", line) == "text"


def test_what_has_the_number_of_a_formula_beside_it_is_one() -> None:
    number = Region("formula_number", (900, 498, 940, 522), 0.9)
    line = ("Q = f(P) + g(T)", 100.0, 500.0, 400.0, 520.0)
    assert label("paragraph_title", line, beside=(number,)) == label("text", line, beside=(number,)) == "formula"
    assert label("text", line) == "text"
    assert label("text", ("words of a whole sentence", *line[1:]), beside=(number,)) == "text"


def test_text_beside_a_page_number_is_in_the_margin() -> None:
    number = Region("number", (900, 1345, 920, 1365), 0.9)
    line = ("Access Control Support", 100.0, 1345.0, 500.0, 1365.0)
    assert label("text", line, beside=(number,)) == "footer"
    assert label("text", line, beside=(Region("footer", (600, 1345, 900, 1365), 0.9),)) == "footer"
    assert label("text", line) == "text"


def test_listings_and_contents_are_told_from_text() -> None:
    def column(*texts: str) -> list[Line]:
        return [(text, 100.0, 300.0 + 30 * row, 800.0, 320.0 + 30 * row) for row, text in enumerate(texts)]

    assert label("text", *column("for (i = 0; i < n; i++) {", "sum += values[i];", "}")) == "algorithm"
    assert label("text", *column("Preface ........ xi", "1 Roles ........ 7", "2 Rows ........ 13")) == "content"
    assert label("text", *column("The first line of text", "goes on to a second", "and to a third one.")) == "text"
    assert looks_like_code(["SELECT NAME", "FROM USERS", "WHERE ID = 3"])
    assert not looks_like_code(["INTERNATIONAL", "TECHNICAL SUPPORT", "CHF 3"]), "capitals alone are no program"
    assert not looks_like_code(["Nothing here is a program.", "It is said in words."])


def test_on_a_page_of_a_program_each_part_is_lines_of_it() -> None:
    texts = [
        "CREATE MASK ON BANK AS C",
        "FOR COLUMN tax_id;",
        "RETURN CASE",
        "WHEN a = 1",
        "Words of a comment",
    ]
    lines = np.array([(100, 100 + 30 * row, 500, 120 + 30 * row) for row in range(len(texts))], float)
    regions = [
        Region(seen, (100, 100 + 30 * first, 500, 90 + 30 * last), 0.9, lines=tuple(range(first, last)))
        for seen, first, last in (("text", 0, 2), ("paragraph_title", 2, 3), ("text", 3, 4), ("text", 4, 5))
    ]
    page = PageFacts(lines, texts, WIDTH, HEIGHT, LETTER, opens=False)
    assert [region.label for region in relabel(regions, page)] == [*["algorithm"] * 3, "text"]
