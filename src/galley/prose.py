"""Running text put together over the ends of lines, columns and pages.

Runs in: worker and parent. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import reduce

_HYPHENS = "-\u2010\u2011\u00ad"
_DASH = "\u2014"


def join(pieces: Iterable[str]) -> str:
    """All `pieces` as one text; see `glue`."""
    return reduce(glue, pieces, "").strip()


def glue(text: str, following: str) -> str:
    """`text` and what goes on with it, and a word that was divided put together.

    A space goes between, unless one of the two edges is Chinese or Japanese (PaddleOCR's rule), after a hyphen, or at a
    long dash that stands without spaces.
    """
    text, following = text.rstrip(), following.lstrip()
    if not text or not following:
        return text + following
    if is_divided(text, following):
        return text[:-1] + following
    hyphenated = text[-1] in _HYPHENS + _DASH and text[-2:-1].isalnum()
    dashed = following[0] == _DASH and following[1:2].isalnum()
    runs_on = hyphenated or dashed or has_no_spaces(text[-1]) or has_no_spaces(following[0])
    return text + following if runs_on else f"{text} {following}"


def is_divided(text: str, following: str) -> bool:
    """Whether `text` ends in a hyphen that only says that its last word goes on in `following`: small letters on both
    sides, and no other hyphen in the word.
    """
    if text[-1:] not in tuple(_HYPHENS) or not following:
        return False
    word = re.split(r"\s", text)[-1][:-1]
    return word[-1:].isalpha() and following[0].islower() and not any(hyphen in word for hyphen in _HYPHENS)


def has_no_spaces(character: str) -> bool:
    """Whether a character is of a script that is written without spaces: Chinese or Japanese, not Korean."""
    return unicodedata.east_asian_width(character) in "WF" and not "\uac00" <= character <= "\ud7a3"
