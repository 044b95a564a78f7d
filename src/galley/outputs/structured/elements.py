"""The text of pages in elements that every form of it can write: headings, paragraphs, tables, pictures …

Runs in: worker and parent. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile, zip_longest
from pathlib import PurePosixPath
from typing import TypeAlias

from galley.outputs.structured.leaf import HEADINGS, PICTURES, Leaf, Piece
from galley.prose import glue, is_divided, join


@dataclass(frozen=True, slots=True)
class Heading:
    """1 is the document's title."""

    text: str
    level: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text, without line breaks."""

    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list."""

    text: str
    number: str
    """As it is printed, such as `3.`; empty for those with a bullet."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Text whose line breaks matter."""

    text: str
    is_code: bool


@dataclass(frozen=True, slots=True)
class Caption:
    """What a figure or table is called, or the text of a seal."""

    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure, or whatever is kept as one."""

    path: str
    """Relative to the text's file."""
    share: float
    """Its part of the page's width."""


@dataclass(frozen=True, slots=True)
class HtmlTable:
    """A table, as HTML: `<table>…</table>`, perhaps in a page of its own."""

    html: str


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula on a line of its own."""

    tex: str
    number: str


Element: TypeAlias = Heading | Paragraph | Item | Lines | Caption | Picture | HtmlTable | Formula

_CAPTIONS = frozenset({"figure_title", "table_title", "chart_title"})
_LINE_BY_LINE = frozenset({"algorithm", "content"})
_FORMULAS = frozenset({"formula", "display_formula", "inline_formula"})
_FORMULA_NUMBER = "formula_number"
_SECTION = 2
"""The level of a heading of which it is not known."""
_DEEPEST = 6
_OPENING_TITLES = frozenset({"abstract", "摘要", "references", "参考文献"})
"""A first line of an abstract or a list of references that is its heading."""
_TITLED = frozenset({"abstract", "reference"})
_BULLET = re.compile(r"[•●○▪■□◆◇►‣⁃∙·]\s*(?=\S)|[-–*]\s+(?=\S)")
_NUMBER = re.compile(r"(\d{1,3}[.)])\s+(?=\S)")


def compose(leaf: Leaf, pictures: str | None = None) -> list[Element]:
    """The elements of a page.

    Args:
        leaf: the page.
        pictures: the folder of its pictures; None for that of the page's name.
    """
    folder = PurePosixPath(PICTURES, PurePosixPath(leaf.name).name) if pictures is None else PurePosixPath(pictures)
    elements: list[Element] = []
    pieces = [piece for piece in leaf.pieces if piece.label not in leaf.ignored]
    for piece, following in zip_longest(pieces, pieces[1:]):
        number = following.content if following is not None and following.label == _FORMULA_NUMBER else ""
        made = list(_elements(piece, folder, leaf.width, number))
        if piece.joins or _breaks_a_word(elements, made):
            made = _join(elements, made)
        elements += made
    return elements


def compose_document(leaves: Iterable[Leaf]) -> Iterator[Element]:
    """The elements of all pages, in their order; paragraphs that go on over a page's end are one.

    Held back is no more than what stands behind the last unfinished paragraph.
    """
    held: list[Element] = []
    for leaf in leaves:
        elements = compose(leaf)
        if held and not leaf.opens:
            elements = _join(held, elements)
        held += elements
        cut = len(held)
        if not leaf.closes and (last := _last_text(held)) is not None:
            cut = last
        yield from held[:cut]
        held = held[cut:]
    yield from held


def _breaks_a_word(before: Sequence[Element], after: Sequence[Element]) -> bool:
    """Whether two paragraphs side by side are one, whatever the page says: a word runs from one into the other."""
    if not before or not after:
        return False
    last, first = before[-1], after[0]
    return isinstance(last, Paragraph) and isinstance(first, Paragraph) and is_divided(last.text, first.text)


def _join(before: list[Element], after: Sequence[Element]) -> list[Element]:
    """Glue the first text of `after` to the last of `before`, where only figures and tables stand between them; what
    is left of `after`.
    """
    last = _last_text(before)
    floats = len(list(takewhile(_is_float, after)))
    if last is None or floats == len(after):
        return list(after)
    text, following = before[last], after[floats]
    if not isinstance(text, Paragraph | Item) or not isinstance(following, Paragraph):
        return list(after)
    before[last] = replace(text, text=glue(text.text, following.text))
    return [*after[:floats], *after[floats + 1 :]]


def _last_text(elements: Sequence[Element]) -> int | None:
    """The place of the last element if only figures and tables come after it, and it is text."""
    place = len(elements) - 1 - len(list(takewhile(_is_float, reversed(elements))))
    return place if place >= 0 and isinstance(elements[place], Paragraph | Item) else None


def _is_float(element: Element) -> bool:
    return isinstance(element, Picture | Caption | HtmlTable)


def _elements(piece: Piece, folder: PurePosixPath, width: int, number: str) -> Iterator[Element]:
    label, content = piece.label, piece.content.strip()
    if piece.picture is not None:
        share = (piece.box[2] - piece.box[0]) / width if width else 1.0
        yield Picture(str(folder / piece.picture), min(1.0, max(0.0, share)))
    if not content or label == _FORMULA_NUMBER:
        return
    if label in HEADINGS:
        first = 1 if label == "doc_title" else _SECTION
        yield Heading(join(content.split("\n")), min(_DEEPEST, first if piece.level is None else piece.level))
    elif label in _CAPTIONS or label == "seal":
        yield Caption(join(content.split("\n")))
    elif label in _LINE_BY_LINE:
        yield Lines(piece.content.strip("\n"), label == "algorithm")
    elif label in _FORMULAS:
        yield Formula(content.replace("$$", "").strip(), number.strip())
    elif label == "table":
        yield HtmlTable(content)
    else:
        yield from _paragraphs(label, [line.strip() for line in content.split("\n") if line.strip()])


def _paragraphs(label: str, lines: list[str]) -> Iterator[Element]:
    if label in _TITLED and lines[0].rstrip(".:：").lower() in _OPENING_TITLES:
        yield Heading(lines.pop(0), _SECTION)
    for line in lines:
        if bullet := _BULLET.match(line):
            yield Item(line[bullet.end() :], "")
        elif number := _NUMBER.match(line):
            yield Item(line[number.end() :], number[1])
        else:
            yield Paragraph(line)
