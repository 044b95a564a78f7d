"""The content of a page in reading order: paragraphs, headings and what is no text.

Runs in: worker. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from galley.vision.boxes import Box, enclose, turn_columns
from galley.vision.headings import DOCUMENT, heading_level
from galley.vision.labels import MARGINS, TITLES, PageFacts, looks_like_code
from galley.vision.paragraphs import Row, ends_sentence, find_rows, goes_on, join, row_text, split_paragraphs
from galley.vision.regions import CAPTIONS, KEPT_WITHOUT_TEXT, Region, runs_downwards

_LINE_BY_LINE = frozenset({"algorithm", "content"})
"""Labels of what keeps its lines."""
_IN_PARAGRAPHS = frozenset({"text", "reference", "abstract", "reference_content", "paragraph_title"})
"""Labels of what may be several paragraphs, or several headings."""
_RUNNING = frozenset({"text", "abstract"})
"""Labels of text whose paragraphs may go on elsewhere."""
_ASIDE = KEPT_WITHOUT_TEXT | MARGINS | CAPTIONS | {"formula_number"}
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
    for region in regions:
        for place, piece in enumerate(_pieces_of(region, page)):
            if place == 0 and last is not None and piece.label in _RUNNING and goes_on(last.text, piece.text):
                piece = replace(piece, joins=True)
            pieces.append(piece)
        if pieces and region.label not in _ASIDE:
            last = pieces[-1] if pieces[-1].label in _RUNNING else None
    return pieces


def _pieces_of(region: Region, page: PageFacts) -> list[Piece]:
    rows = _rows(region, page)
    if region.label in KEPT_WITHOUT_TEXT or not rows:
        return [Piece(region.label, region.box, "", _lines(rows))]
    if region.label in _LINE_BY_LINE:
        return [Piece(region.label, region.box, _listing(rows, page), _lines(rows))]
    if region.label not in _IN_PARAGRAPHS:
        return [_piece(region.label, rows, page)]
    return [_piece(region.label, paragraph, page) for paragraph in split_paragraphs(rows, page.texts)]


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
