"""The content of a page in reading order: paragraphs, headings and what is no text.

Runs in: worker. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from galley.prose import join
from galley.vision.boxes import Box, as_boxes, enclose, turn_columns
from galley.vision.captions import caption_kind
from galley.vision.headings import DOCUMENT, heading_level
from galley.vision.labels import MARGINS, TITLES, PageFacts, is_code, is_prose, looks_like_code, looks_like_heading
from galley.vision.paragraphs import Row, ends_sentence, find_rows, goes_on, row_text, split_paragraphs
from galley.vision.regions import CAPTIONS, FORMULAS, KEPT_WITHOUT_TEXT, Region, runs_downwards

_LINE_BY_LINE = frozenset({"algorithm", "content"})
"""Labels of what keeps its lines."""
_IN_PARAGRAPHS = frozenset({"text", "reference", "abstract", "reference_content", "paragraph_title"})
"""Labels of what may be several paragraphs, or several headings."""
_RUNNING = frozenset({"text", "abstract"})
"""Labels of text whose paragraphs may go on elsewhere."""
_SAME_LEFT, _USUAL = 2.0, 0.8
"""Lines of one column begin within so many heights of a line; this part of them is not longer than usual."""
_NUMBER_AND_WORD = re.compile(r"^(\d{1,2}(?:\.\d{1,2})+\.?)(?=[^\W\d_])")
"""The number of a heading whose space was not read."""
_LONG, _LONG_WITHOUT_SPACES = 60, 25
"""A paragraph that goes on elsewhere has more characters than this: in scripts with and without spaces."""
_ASIDE = (KEPT_WITHOUT_TEXT - FORMULAS) | MARGINS | CAPTIONS
"""Labels of what may stand between two parts of a paragraph."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One paragraph, heading, caption, table, picture …"""

    label: str
    box: Box
    text: str
    lines: tuple[int, ...]
    """Indices of its lines of text, in reading order."""
    level: int | None = None
    """Of a heading, from 1."""
    joins: bool = False
    """Goes on with the paragraph of the last text before it."""


def make_pieces(regions: Sequence[Region], page: PageFacts) -> list[Piece]:
    """The pieces of `regions`, which are in reading order."""
    pieces: list[Piece] = []
    last: Piece | None = None
    for region in _whole_listings(regions):
        for place, piece in enumerate(_pieces_of(region, page)):
            if place == 0 and last is not None and piece.label in _RUNNING and _continues(last.text, piece.text):
                piece = replace(piece, joins=True)
            pieces.append(piece)
        if pieces and region.label not in _ASIDE:
            last = pieces[-1] if pieces[-1].label in _RUNNING else None
    return pieces


def _whole_listings(regions: Sequence[Region]) -> list[Region]:
    """`regions` in which listings right below each other are one."""
    joined: list[Region] = []
    for region in regions:
        last = joined[-1] if joined else None
        if last is not None and region.label == last.label == "algorithm" and _is_below(region.box, last.box):
            box = enclose(as_boxes([last.box, region.box]))
            joined[-1] = replace(last, box=box, lines=(*last.lines, *region.lines))
        else:
            joined.append(region)
    return joined


def _is_below(box: Box, other: Box) -> bool:
    return box[1] > other[1] and box[0] < other[2] and box[2] > other[0]


def _continues(text: str, following: str) -> bool:
    spaced = " " in text[-_LONG_WITHOUT_SPACES:]
    return len(text) > (_LONG if spaced else _LONG_WITHOUT_SPACES) and goes_on(text, following)


def _pieces_of(region: Region, page: PageFacts) -> list[Piece]:
    rows = _rows(region, page)
    if region.label in KEPT_WITHOUT_TEXT or not rows:
        return [Piece(region.label, region.box, "", _lines(rows))]
    if region.label in _LINE_BY_LINE:
        begin = _first_of_listing(rows, page) if region.label == "algorithm" else 0
        before = _paragraphs("text", rows[:begin], region, page)
        box = enclose(page.lines[list(_lines(rows[begin:]))])
        return [*before, Piece(region.label, box, _listing(rows[begin:], page), _lines(rows[begin:]))]
    if region.label in _IN_PARAGRAPHS | CAPTIONS:
        return _paragraphs(region.label, rows, region, page)
    return [_piece(region.label, rows, page)]


def _paragraphs(label: str, rows: Sequence[Row], region: Region, page: PageFacts) -> list[Piece]:
    paragraphs = split_paragraphs(rows, page.texts, _right_margin(region, page))
    pieces = [_piece(_label_of(label, paragraph, page), paragraph, page) for paragraph in paragraphs]
    kinds = [caption_kind(piece.text) for piece in pieces]
    if label not in CAPTIONS or not any(kinds):
        return pieces
    # Of a caption and a sentence that were seen as one.
    return [replace(piece, label="text" if kind is None else kind) for piece, kind in zip(pieces, kinds, strict=True)]


def _label_of(label: str, rows: Sequence[Row], page: PageFacts) -> str:
    """What a paragraph of a text is called: a heading that was seen as one with the text below it is one."""
    heading = label == "text" and len(rows) == 1 and looks_like_heading(row_text(rows[0], page.texts))
    return "paragraph_title" if heading else label


def _first_of_listing(rows: Sequence[Row], page: PageFacts) -> int:
    """How many rows above a listing are sentences; none where it is half of them or more."""
    texts = [row_text(row, page.texts) for row in rows]
    begin = next((place for place, text in enumerate(texts) if not _is_said(text)), 0)
    return begin if begin < len(rows) / 2 else 0


def _is_said(text: str) -> bool:
    """Whether a line is no program but words: many, or the last ones of a sentence."""
    return not is_code(text) and (is_prose([text]) or (" " in text and text.endswith((".", ":"))))


def _right_margin(region: Region, page: PageFacts) -> float:
    """How far to the right the lines of the page reach that begin where those of a region do."""
    left = page.lines[list(region.lines), 0].min()
    beside = np.abs(page.lines[:, 0] - left) < _SAME_LEFT * page.letter
    return float(np.quantile(page.lines[beside, 2], _USUAL))


def _rows(region: Region, page: PageFacts) -> list[Row]:
    own = [page.texts[index] for index in region.lines]
    downwards = bool(region.lines) and runs_downwards(page.lines[list(region.lines)], own)
    return find_rows(turn_columns(page.lines) if downwards else page.lines, region.lines)


def _lines(rows: Sequence[Row]) -> tuple[int, ...]:
    return tuple(index for row in rows for index in row.lines)


def _piece(label: str, rows: Sequence[Row], page: PageFacts) -> Piece:
    lines = _lines(rows)
    text = join([row_text(row, page.texts) for row in rows])
    level = None
    if label in TITLES:
        text = _NUMBER_AND_WORD.sub(r"\1 ", text)
        level = DOCUMENT if label == "doc_title" else heading_level(text)
    return Piece(label, enclose(page.lines[list(lines)]), text, lines, level)


def _listing(rows: Sequence[Row], page: PageFacts) -> str:
    """Lines as they stand, set in by spaces as on the page."""
    texts = [row_text(row, page.texts) for row in rows]
    if not looks_like_code(texts):
        return "\n".join(texts)
    left = min(row.box[0] for row in rows)
    width = sum(row.box[2] - row.box[0] for row in rows) / max(1, sum(len(text) for text in texts))
    return "\n".join(" " * round((row.box[0] - left) / width) + text for row, text in zip(rows, texts, strict=True))


def opens_paragraph(pieces: Sequence[Piece]) -> bool:
    """Whether the first text of a page begins a paragraph, instead of going on with one of the page before."""
    first = next((piece for piece in pieces if piece.label not in _ASIDE), None)
    return first is None or first.label not in _RUNNING or not goes_on("", first.text)


def closes_paragraph(pieces: Sequence[Piece]) -> bool:
    """Whether the last text of a page ends its paragraph."""
    last = next((piece for piece in reversed(pieces) if piece.label not in _ASIDE), None)
    return last is None or last.label not in _RUNNING or ends_sentence(last.text)
