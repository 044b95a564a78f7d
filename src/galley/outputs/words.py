"""Where the words of a line are, for formats that say so: ALTO and hOCR.

Runs in: parent and worker. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from galley.outputs.characters import printable
from galley.outputs.pdf.text import char_width
from galley.results import TextLine

Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right and bottom, in pixels of the page that was read."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a line, or one character of a script without blanks where words were located."""

    text: str
    """Never empty, and without what XML cannot hold."""
    box: Box
    blank: Box | None
    """The blank between this word and the one before; None for the first, and where there is none."""


def words_of(line: TextLine) -> Iterator[Word]:
    """The words of a line where they were located, else where letters of usual widths would have them."""
    places = zip(line.words, line.word_boxes, strict=False) if line.words else _likely_places(line)
    yield from _without_blanks(places)


def bounds(line: TextLine) -> Box:
    """The upright box around a line."""
    left, top, right, bottom = line.box
    return left, top, right, bottom


def certainty(line: TextLine) -> float:
    """The score of a line, from 0 to 1 whatever the network said."""
    return min(max(line.score, 0.0), 1.0) if math.isfinite(line.score) else 0.0


def _without_blanks(places: Iterable[tuple[str, Box]]) -> Iterator[Word]:
    blank: Box | None = None
    begun = False
    for text, box in places:
        kept = printable(text)
        if not kept.strip():
            blank = box
            continue
        yield Word(kept, box, blank if begun else None)
        blank, begun = None, True


def _likely_places(line: TextLine) -> Iterator[tuple[str, Box]]:
    left, top, right, bottom = bounds(line)
    tall = bottom - top > 1.5 * (right - left)
    total = max(sum(map(char_width, line.text)), 1)
    place = 0
    for word in _split(line.text):
        start, place = place, place + sum(map(char_width, word))
        first, last = start / total, place / total
        if line.angle == 1:
            first, last = 1 - last, 1 - first
        if tall:
            yield word, (left, top + first * (bottom - top), right, top + last * (bottom - top))
        else:
            yield word, (left + first * (right - left), top, left + last * (right - left), bottom)


def _split(text: str) -> Iterator[str]:
    for number, word in enumerate(text.split(" ")):
        if number:
            yield " "
        if word:
            yield word
