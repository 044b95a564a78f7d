"""Elements as Markdown, read back by a parser of CommonMark."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from tests.outputs.structured.pages import paper

from galley.outputs.characters import printable
from galley.outputs.structured.elements import (
    Caption,
    Element,
    Formula,
    Heading,
    HtmlTable,
    Item,
    Lines,
    Paragraph,
    Picture,
    compose,
)
from galley.outputs.structured.leaf import leaf_of
from galley.outputs.structured.markdown import write_markdown

SIGNS = st.text(st.sampled_from(list("ab1 .#*_-+=`~[]()<>&;!\\|$:/'\"中")), min_size=1, max_size=30)
TEXTS = SIGNS | st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)


def written(*elements: Element, pretty: bool = True, numbers: bool = False) -> str:
    return "".join(write_markdown(elements, pretty, numbers))


def parse(text: str) -> list[Token]:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)


def shown(tokens: list[Token]) -> list[str]:
    """The text of each block as a reader sees it; anything but text in a block is named."""
    blocks = []
    for token in tokens:
        if token.type == "inline":
            parts = [
                each.content if each.type in ("text", "text_special") else each.type for each in token.children or []
            ]
            blocks.append("".join(parts))
    return blocks


def squeezed(text: str) -> str:
    return " ".join(text.split())


@given(TEXTS)
def test_a_paragraph_is_shown_as_it_was_read(text: str) -> None:
    text = squeezed(printable(text))
    if text:
        tokens = parse(written(Paragraph(text)))
        assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
        assert shown(tokens) == [text]


@given(TEXTS, st.integers(1, 6))
def test_a_heading_is_shown_as_it_was_read(text: str, level: int) -> None:
    text = squeezed(printable(text))
    if text:
        tokens = parse(written(Heading(text, level)))
        assert [token.tag for token in tokens] == [f"h{level}", "", f"h{level}"]
        assert shown(tokens) == [text]


@given(TEXTS, st.sampled_from(["", "1.", "12)"]))
def test_an_item_is_shown_as_it_was_read(text: str, number: str) -> None:
    text = squeezed(printable(text))
    if text:
        tokens = parse(written(Item(text, number)))
        assert tokens[0].type == ("ordered_list_open" if number else "bullet_list_open")
        assert shown(tokens) == [text]


@given(st.text(st.sampled_from(list("ab `~\n#")), min_size=1))
def test_a_listing_is_shown_as_it_was_read(text: str) -> None:
    (token,) = parse(written(Lines(text, True)))
    assert token.type == "fence"
    assert token.content == f"{text}\n"


@given(TEXTS)
def test_html_that_was_read_stays_text(text: str) -> None:
    class Seen(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.tags: list[str] = []
            self.text = ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.tags.append(tag)

        def handle_data(self, data: str) -> None:
            self.text += data

    text = squeezed(printable(text))
    seen = Seen()
    seen.feed(written(Caption(text)))
    seen.close()
    assert seen.tags == ["div"] and seen.text == text


def test_words_with_ordinary_signs_are_not_cluttered() -> None:
    text = "A_b costs $5 (50 % < 60 %) & more; see [3], e.g. http://x.org/a_b - or #2!"
    assert written(Paragraph(text)) == text.replace("[3]", "\\[3]")


def test_two_dollars_are_no_formula() -> None:
    assert written(Paragraph("from $5 to $6")) == "from \\$5 to \\$6"


def test_lists_are_tight_and_all_else_has_empty_lines_between() -> None:
    text = written(Paragraph("so:"), Item("one", ""), Item("two", ""), Paragraph("done"))
    assert text == "so:\n\n- one\n- two\n\ndone"


def test_pictures_in_both_ways() -> None:
    picture = Picture("imgs/my scan#1_0/img_in_image_box_1_2_3_4.jpg", 0.383)
    place = "imgs/my%20scan%231_0/img_in_image_box_1_2_3_4.jpg"
    assert written(picture) == (f'<div style="text-align: center;"><img src="{place}" alt="Image" width="38%" /></div>')
    assert written(picture, pretty=False) == f"![Image]({place})"


def test_tables_are_html_without_empty_lines() -> None:
    table = HtmlTable("<html><body><table><tr><td>a\n\nb</td></tr></table></body></html>")
    assert written(table, pretty=False) == "<table><tr><td>a b</td></tr></table>"
    assert written(table) == ('<div style="text-align: center;"><table border="1"><tr><td>a b</td></tr></table></div>')
    tokens = parse(written(table, Paragraph("after")))
    assert [token.type for token in tokens] == ["html_block", "paragraph_open", "inline", "paragraph_close"]


def test_formulas_with_and_without_their_numbers() -> None:
    assert written(Formula("x^2", "(3)")) == "$$x^2$$"
    assert written(Formula("x^2", "(3)"), numbers=True) == r"$$x^2 \tag*{(3)}$$"
    assert written(Formula("x^2", ""), numbers=True) == "$$x^2$$"


def test_lines_are_kept_by_spaces_at_their_ends() -> None:
    assert written(Lines("1 One .... 3\n\n2 Two .... 4", False)) == "1 One .... 3  \n2 Two .... 4"


@pytest.mark.parametrize("pretty", [True, False])
def test_a_paper_reads_as_a_parser_sees_it(pretty: bool) -> None:
    text = written(*compose(leaf_of(paper())), pretty=pretty)
    kinds = [token.type for token in parse(text) if token.level == 0 and not token.type.endswith("_close")]
    assert kinds[:4] == ["heading_open", "heading_open", "paragraph_open", "html_block" if pretty else "paragraph_open"]
    assert kinds.count("bullet_list_open") == 1 and kinds.count("ordered_list_open") == 1
    assert re.search(r"^### 1\.1 Data$", text, re.MULTILINE)
    assert "Proceedings" not in text and "A note" not in text
