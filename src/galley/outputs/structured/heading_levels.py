"""Levels of the headings of a whole document: by their numbers, and by the size of their letters.

Runs in: worker. Pure.

A page alone knows the level of `3.1 Data`, but not that of `Results` in large letters. Over a document, headings of one
size are of one level: that of the numbered ones among them, or else one below the next larger size.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, field, replace

from galley.outputs.structured.leaf import HEADINGS, Leaf, Piece

_STEP = math.log(1.04)
"""Sizes are counted in classes of four per cent …"""
_WIDTH = 3
"""… and those of so many classes around a frequent one are one size: boxes of letters with and without descenders."""
_SECTION, _DEEPEST = 2, 6
_NUMBERED = re.compile(
    r"\s*[(（]?(?:\d|第\s?[\d一二三四五六七八九十百零〇]|[一二三四五六七八九十]+[、．.)）]|[A-Z]\.\s?\d)"
)
_TITLE = "doc_title"


@dataclass(slots=True)
class HeadingLevels:
    """Learns from all pages, in their order, and then tells the levels. What it keeps does not grow with the pages."""

    _titled: int | None = None
    """The first page with a title of the document; titles on later pages are headings."""
    _unnumbered: Counter[int] = field(default_factory=Counter)
    _numbered: Counter[tuple[int, int]] = field(default_factory=Counter)
    """How many headings there are, by size and level."""
    _levels: dict[int, int] | None = None

    def learn(self, leaf: Leaf, place: int) -> None:
        """Take the page at that place of the document into account."""
        for piece in leaf.pieces:
            if piece.label == _TITLE and self._titled is None:
                self._titled = place
            if not self._has_size(piece, place):
                continue
            if _is_numbered(piece):
                self._numbered[_size(piece), _level(piece)] += 1
            else:
                self._unnumbered[_size(piece)] += 1

    def apply(self, leaf: Leaf, place: int) -> Leaf:
        """The page with the levels that its headings have in the document."""
        if self._levels is None:
            self._levels = _levels_by_size(self._unnumbered, self._numbered)
        pieces = []
        for piece in leaf.pieces:
            if self._has_size(piece, place) and not _is_numbered(piece):
                piece = replace(piece, level=self._levels[_size(piece)])
            if piece.label == _TITLE and place != self._titled:
                piece = replace(piece, label="paragraph_title", level=max(_SECTION, _level(piece)))
            pieces.append(piece)
        return replace(leaf, pieces=tuple(pieces))

    def _has_size(self, piece: Piece, place: int) -> bool:
        return piece.label in HEADINGS and piece.letter > 0 and (piece.label != _TITLE or place != self._titled)


def _levels_by_size(unnumbered: Counter[int], numbered: Counter[tuple[int, int]]) -> dict[int, int]:
    """The level of unnumbered headings for each size."""
    sizes = Counter(unnumbered)
    for (size, _), count in numbered.items():
        sizes[size] += count
    groups = _groups(sizes)
    known = [_usual_level(group, numbered) for group in groups]
    levels: dict[int, int] = {}
    above = _SECTION - 1
    for place, group in enumerate(groups):
        # Larger letters are never deeper than the numbered headings in smaller ones.
        deepest = min([_DEEPEST, *(level for level in known[place:] if level is not None)])
        own = known[place]
        above = min(above + 1, deepest) if own is None else own
        levels |= dict.fromkeys(group, above)
    return levels


def _usual_level(group: set[int], numbered: Counter[tuple[int, int]]) -> int | None:
    """The level of most numbered headings of these sizes; None where there are none."""
    counts = Counter[int]()
    for (size, level), count in numbered.items():
        if size in group:
            counts[level] += count
    return min(counts, key=lambda level: (-counts[level], level)) if counts else None


def _groups(sizes: Counter[int]) -> list[set[int]]:
    """Sizes that count as one, largest first: around the most frequent one, then around that of what is left …"""
    left = dict(sizes)
    groups = []
    while left:
        centre = max(left, key=lambda size: (left[size], size))
        group = {size for size in left if abs(size - centre) <= _WIDTH}
        groups.append(group)
        for size in group:
            del left[size]
    return sorted(groups, key=max, reverse=True)


def _size(piece: Piece) -> int:
    return round(math.log(piece.letter) / _STEP)


def _level(piece: Piece) -> int:
    return _SECTION if piece.level is None else piece.level


def _is_numbered(piece: Piece) -> bool:
    return _NUMBERED.match(piece.content) is not None
