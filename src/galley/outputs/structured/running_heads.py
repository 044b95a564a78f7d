"""Headers and footers that no page alone shows to be some: the same short text at the edge of page after page.

Runs in: worker. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from galley.outputs.structured.leaf import Leaf, Piece

_EDGE = 0.12
"""The part of the height at the top and at the bottom where headers and footers stand."""
_LONGEST = 120
"""Characters; more is no header."""
_PAGES = 3
"""A text is a header when it stands on so many pages …"""
_GAP = 2
"""… that are no more than this far apart: left and right pages have headers of their own."""
_FIXED = frozenset({"doc_title", "header", "footer", "number", "footnote", "table", "header_image", "footer_image"})
"""Labels that stay what they are."""

HEADER, FOOTER = "header", "footer"


@dataclass(slots=True)
class _Run:
    last: int
    pages: int = 1


@dataclass(slots=True)
class RunningHeads:
    """Learns from all pages, in their order, and then says what is a header. Keeps no more than what is one, and the
    candidates of the last pages.
    """

    _runs: dict[tuple[str, str], _Run] = field(default_factory=dict)
    _known: set[tuple[str, str]] = field(default_factory=set)

    def learn(self, leaf: Leaf, place: int) -> None:
        """Take the page at that place of the document into account."""
        for key in {_key(piece, leaf) for piece in leaf.pieces} - {None} - self._known:
            assert key is not None
            run = self._runs.get(key)
            if run is None:
                self._runs[key] = _Run(place)
            elif run.pages + 1 >= _PAGES:
                del self._runs[key]
                self._known.add(key)
            else:
                self._runs[key] = _Run(place, run.pages + 1)
        for key in [key for key, run in self._runs.items() if place - run.last >= _GAP]:
            del self._runs[key]

    def apply(self, leaf: Leaf) -> Leaf:
        """The page with its headers and footers named so."""
        pieces = []
        for piece in leaf.pieces:
            key = _key(piece, leaf)
            pieces.append(replace(piece, label=key[0], level=None) if key is not None and key in self._known else piece)
        return replace(leaf, pieces=tuple(pieces))


def _key(piece: Piece, leaf: Leaf) -> tuple[str, str] | None:
    """Where a piece stands and what it says, numbers aside; None of what cannot be a header."""
    text = " ".join(piece.content.split())
    if not text or len(text) > _LONGEST or piece.label in _FIXED:
        return None
    if piece.box[3] <= _EDGE * leaf.height:
        edge = HEADER
    elif piece.box[1] >= (1 - _EDGE) * leaf.height:
        edge = FOOTER
    else:
        return None
    return edge, re.sub(r"\d+", "0", text).casefold()
