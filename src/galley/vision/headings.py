"""How deep in a document a heading stands, by its number.

Runs in: worker. Pure.
"""

from __future__ import annotations

import re

DOCUMENT, SECTION = 1, 2
"""The level of a document's title, and of a heading without a number."""
DEEPEST = 6

_DECIMAL = re.compile(r"(?:[A-Z]\.)?(\d{1,2}(?:\s?[.．]\s?\d{1,2}){0,4})(?:[.．、:)）]|\s|(?=[^\W\d_]))")
_CHINESE = (
    (re.compile(r"第\s?[一二三四五六七八九十百零〇\d]+\s?[章编篇部]"), SECTION),
    (re.compile(r"第\s?[一二三四五六七八九十百零〇\d]+\s?节"), SECTION + 1),
    (re.compile(r"[一二三四五六七八九十]{1,3}\s?[、．.]"), SECTION),
    (re.compile(r"[(（][一二三四五六七八九十]{1,3}[)）]"), SECTION + 1),
)


def heading_level(text: str) -> int:
    """The level of a heading within a document: `3 Method` 2, `3.1 Data` 3, `3.1.4 Scans` 4; 2 without a number."""
    text = text.strip()
    for pattern, level in _CHINESE:
        if pattern.match(text):
            return level
    match = _DECIMAL.match(text)
    return min(SECTION + len(re.findall(r"[.．]", match[1])), DEEPEST) if match else SECTION
