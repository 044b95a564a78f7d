"""Elements as plain text.

Runs in: worker and parent. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable

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
from galley.outputs.structured.grid import parse_table


def write_text(elements: Iterable[Element]) -> str:
    """Paragraphs with empty lines between; the cells of tables with tabs between; nothing of pictures."""
    texts = [text for element in elements if (text := _write(element))]
    return "\n\n".join(texts) + "\n" if texts else ""


def _write(element: Element) -> str:
    match element:
        case Heading(text) | Paragraph(text) | Caption(text) | Lines(text):
            return text
        case Item(text, number):
            return f"{number if number else '-'} {text}"
        case Formula(tex, number):
            return f"{tex} {number}".strip()
        case HtmlTable(html):
            rows = parse_table(html).by_row()
            return "\n".join("\t".join(" ".join(c.text.split()) if begins else "" for c, begins in row) for row in rows)
        case Picture():
            return ""
