"""Two parts of one paragraph put together, over a column's end or a page's.

Runs in: worker and parent. Pure.
"""

from __future__ import annotations

import re

_CJK = re.compile(
    "[\u2e80-\u303f\u3041-\u30ff\u3105-\u312f\u31a0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uff65]"
)
"""Characters between which no spaces stand."""
_HYPHENS = "-\u2010\u00ad"


def glue(text: str, following: str) -> str:
    """`text` and what goes on with it: PaddleOCR's rule (a space, unless one of the two edges is Chinese), and a word
    that was divided is put together.
    """
    text, following = text.rstrip(), following.lstrip()
    if not text or not following:
        return text + following
    if is_divided(text, following):
        return text[:-1] + following
    if text[-1] in _HYPHENS and text[-2:-1].isalnum():
        return text + following
    return text + following if _CJK.match(text[-1]) or _CJK.match(following[0]) else f"{text} {following}"


def is_divided(text: str, following: str) -> bool:
    """Whether `text` ends in a hyphen that only says that its last word goes on in `following`: small letters on both
    sides, and no other hyphen in the word.
    """
    if text[-1:] not in tuple(_HYPHENS) or not following:
        return False
    word = re.split(r"\s", text)[-1][:-1]
    return word[-1:].isalpha() and following[0].islower() and not any(hyphen in word for hyphen in _HYPHENS)
