"""How far text was read in the right order, and whether the text layer of a PDF page is in it.

Runs in: parent. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from benchmarks.ocr_text import Glyph, edit_distance, plain

_HYPHENS = re.compile("[-‐‑\u00ad\u0002\ufffe]")
_TALLEST, _WIDEST = 8, 60
"""Glyphs of one line: pixels from one to the next, down and across."""
_LONG = 20
"""Lines with fewer glyphs may be anything: formulas, labels, numbers."""
_LEFT, _RIGHT = 0.52, 0.48
"""Left columns end before, right ones begin behind this part of the width."""
_COLUMN = 15
"""A column has at least so many long lines."""
_BACK = 20
"""Pixels by which a line is higher than the last one if it does not follow it."""


@dataclass(frozen=True, slots=True)
class LayerOrder:
    """What a text layer says of its page."""

    two_columns: bool
    in_order: bool
    """Of two columns: it never goes back up, but from the first one to the second."""


def character_error(read: str, truth: str) -> float:
    """Edits per character of the truth; spaces do not count, nor hyphens, which may or may not divide a word."""
    wanted = comparable(truth)
    return edit_distance(comparable(read), wanted) / len(wanted)


def comparable(text: str) -> str:
    """`text` without what is written in more than one way."""
    return _HYPHENS.sub("", plain(text))


def look_at_layer(glyphs: Sequence[Glyph], width: int) -> LayerOrder:
    """How the text layer of a page of so many pixels' width runs."""
    lines = [line for line in _lines(glyphs) if len(line) >= _LONG]
    left = [line[-1].x < _LEFT * width for line in lines]
    right = [line[0].x > _RIGHT * width for line in lines]
    two = sum(left) >= _COLUMN and sum(right) >= _COLUMN
    in_order = not any(
        (right[before] and left[after])
        or (lines[after][0].y < lines[before][0].y - _BACK and not (right[after] and not right[before]))
        for before, after in pairwise(range(len(lines)))
    )
    return LayerOrder(two, two and in_order)


def _lines(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
    lines: list[list[Glyph]] = []
    for glyph in glyphs:
        last = lines[-1][-1] if lines else None
        if last is not None and abs(glyph.y - last.y) < _TALLEST and -_TALLEST < glyph.x - last.x < _WIDEST:
            lines[-1].append(glyph)
        else:
            lines.append([glyph])
    return lines
