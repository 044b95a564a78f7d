"""How well two readings of a page agree, and how well a reading agrees with the text that is in a PDF.

Runs in: parent. Pure.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TypeAlias

import cv2
import numpy as np

Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom."""

SAME_PLACE = 0.7
"""Boxes whose intersection is more than this part of their union are the same line."""


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One line as a system found and read it."""

    polygon: tuple[tuple[int, int], ...]
    text: str

    @property
    def box(self) -> Box:
        """The upright rectangle around it."""
        xs, ys = [x for x, _ in self.polygon], [y for _, y in self.polygon]
        return min(xs), min(ys), max(xs), max(ys)


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character of a PDF's text layer, and the pixel of the rendered page that is in its middle."""

    character: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """Counts over pages; they can be added."""

    lines: int = 0
    """Lines of the second system."""
    extra: int = 0
    """Lines that only the first has."""
    matched: int = 0
    """Lines in the same place in both."""
    same_polygons: int = 0
    """Of these, with all corners equal."""
    same_texts: int = 0
    """Of these, with equal texts."""
    edits: int = 0
    """Between the texts of lines in the same place; the whole text of others."""
    characters: int = 0
    """Of the second system."""

    def __add__(self, other: Agreement) -> Agreement:
        return Agreement(*(getattr(self, item.name) + getattr(other, item.name) for item in fields(self)))


@dataclass(frozen=True, slots=True)
class Errors:
    """Edits between a reading and a text layer, in characters without spaces; they can be added."""

    edits: int = 0
    characters: int = 0

    def __add__(self, other: Errors) -> Errors:
        return Errors(self.edits + other.edits, self.characters + other.characters)

    @property
    def rate(self) -> float:
        """Edits per character of the text layer."""
        return self.edits / self.characters if self.characters else 0.0


def edit_distance(one: str, other: str) -> int:
    """Insertions, deletions and replacements of one character each that make `other` of `one` (Levenshtein)."""
    row = np.arange(len(other) + 1)
    codes = np.array([ord(each) for each in other], np.int64)
    for number, character in enumerate(one, 1):
        best = np.minimum(row[1:] + 1, row[:-1] + (codes != ord(character)))
        candidates = np.concatenate([[number], best]) - np.arange(len(row))
        # An insertion takes the left neighbour plus one: a running minimum, once each place's own index is taken off.
        row = np.minimum.accumulate(candidates) + np.arange(len(row))
    return int(row[-1])


def overlap(one: Box, other: Box) -> float:
    """Intersection by union."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return width * height / (areas - width * height)


def compare(one: Sequence[ReadLine], other: Sequence[ReadLine]) -> Agreement:
    """How far the reading `one` agrees with the reading `other`; each line is matched with its best, once."""
    left = list(range(len(one)))
    total = Agreement(lines=len(other), characters=sum(len(line.text) for line in other))
    for line in other:
        best = max(left, key=lambda index: overlap(one[index].box, line.box), default=None)
        if best is None or overlap(one[best].box, line.box) <= SAME_PLACE:
            total += Agreement(edits=len(line.text))
            continue
        left.remove(best)
        total += Agreement(
            matched=1,
            same_polygons=one[best].polygon == line.polygon,
            same_texts=one[best].text == line.text,
            edits=edit_distance(one[best].text, line.text),
        )
    return total + Agreement(extra=len(left), edits=sum(len(one[index].text) for index in left))


def plain(text: str) -> str:
    """Without spaces and without differences of form that no picture shows: ligatures, wide letters."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def judge(lines: Sequence[ReadLine], glyphs: Sequence[Glyph]) -> Errors:
    """Errors of a reading against a text layer: each glyph belongs to the line it lies in, or was missed."""
    references: list[list[str]] = [[] for _ in lines]
    outlines = [np.array(line.polygon, np.float32) for line in lines]
    missed = 0
    for glyph in glyphs:
        depths = [cv2.pointPolygonTest(outline, (glyph.x, glyph.y), True) for outline in outlines]
        deepest = max(range(len(depths)), key=depths.__getitem__, default=None)
        if deepest is None or depths[deepest] < 0:
            missed += len(plain(glyph.character))
        else:
            references[deepest].append(glyph.character)
    texts = [plain("".join(reference)) for reference in references]
    edits = sum(edit_distance(plain(line.text), text) for line, text in zip(lines, texts, strict=True))
    return Errors(edits + missed, sum(map(len, texts)) + missed)
