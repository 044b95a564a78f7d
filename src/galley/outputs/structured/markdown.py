"""Elements as Markdown: CommonMark with tables and centred things in HTML, as PaddleOCR writes it.

Runs in: worker and parent. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape
from urllib.parse import quote

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
)

_PAGE_TAGS = re.compile(r"</?(?:html|body)>")
_LINE_START = re.compile(r"#{1,6}(?=\s|$)|[-+](?=\s|$)|=+\s*$|>|\|")
"""What would begin a heading, an item, a quotation or a table if it stood at the start of a line."""
_NUMBER_START = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
_RULE = re.compile(r"([-_*])(?:[ \t]*\1){2,}[ \t]*$")
_CLOSING = re.compile(r"(^|\s)(#+)$")
"""What would end a heading and be no part of it."""
_SIGNS = re.compile(
    r"""\\(?=[!-/:-@\[-`{-~\n])     # a backslash before what it would take the meaning of
    | [*`]
    | ~(?=~)|(?<=~)~
    | (?<![^\W_])_|_(?![^\W_])      # an underscore, but not within a word
    | \[(?=[^\]]*\])                # what may be a link
    | <(?=[a-zA-Z/!?])              # what may be a tag
    | &(?=\#?\w+;)                  # what may be a character by name
    """,
    re.VERBOSE,
)
_BY_NAME = {"<": "&lt;", "&": "&amp;"}


def write_markdown(
    elements: Iterable[Element], pretty: bool = True, show_formula_number: bool = False
) -> Iterator[str]:
    """Markdown piece by piece, without a line feed at the end.

    Args:
        elements: in their order.
        pretty: centre pictures, captions and tables by HTML; else pictures are Markdown's own, and captions text.
        show_formula_number: write the number of a formula behind it.
    """
    before: Element | None = None
    for element in elements:
        text = _write(element, pretty, show_formula_number)
        if before is not None:
            yield "\n" if isinstance(before, Item) and isinstance(element, Item) else "\n\n"
        yield text
        before = element


def _write(element: Element, pretty: bool, show_formula_number: bool) -> str:
    match element:
        case Heading(text, level):
            return f"{'#' * level} {_heading(text)}"
        case Paragraph(text):
            return escape_markdown(text)
        case Item(text, number):
            return f"{number if number else '-'} {escape_markdown(text)}"
        case Lines(text, is_code):
            return _fence(text) if is_code else _kept_lines(text)
        case Caption(text):
            return _centred(escape(text, quote=False)) if pretty else escape_markdown(text)
        case Picture(path, share):
            place = quote(path, errors="surrogateescape")
            image = f'<img src="{place}" alt="Image" width="{max(1, int(100 * share))}%" />'
            return _centred(image) if pretty else f"![Image]({place})"
        case HtmlTable(html):
            # An empty line would end the HTML.
            table = re.sub(r"\s*\n\s*", " ", _PAGE_TAGS.sub("", html))
            return _centred(table.replace("<table>", '<table border="1">', 1)) if pretty else table
        case Formula(tex, number):
            return f"$${tex} \\tag*{{{number}}}$$" if number and show_formula_number else f"$${tex}$$"


def escape_markdown(text: str) -> str:
    """`text` so that Markdown shows it as it is: only signs that would mean something where they stand are escaped."""
    text = text.strip()
    if _RULE.match(text):
        return f"\\{text[0]}{_inline(text[1:])}"
    if _LINE_START.match(text):
        return f"\\{text[0]}{_inline(text[1:])}"
    if number := _NUMBER_START.match(text):
        return f"{number[1]}\\{number[2]}{_inline(text[number.end() :])}"
    return _inline(text)


def _heading(text: str) -> str:
    return _CLOSING.sub(r"\1\\\2", _inline(text.strip()))


def _inline(text: str) -> str:
    text = _SIGNS.sub(lambda found: _BY_NAME.get(found[0], f"\\{found[0]}"), text)
    # One dollar is money; two may be taken for the ends of a formula.
    return text.replace("$", "\\$") if text.count("$") > 1 else text


def _kept_lines(text: str) -> str:
    """Lines of text that stay lines, by two spaces at their ends."""
    return "  \n".join(escape_markdown(line) for line in text.split("\n") if line.strip())


def _fence(text: str) -> str:
    longest = max((len(ticks) for ticks in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"


def _centred(html: str) -> str:
    return f'<div style="text-align: center;">{html}</div>'
