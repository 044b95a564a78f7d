"""Whether a text is the caption of a figure or a table, by how it begins.

Runs in: worker. Pure.
"""

from __future__ import annotations

import re

_BEGINNING = (
    r"(?:(?P<table>(?i:tab(?:le|\.)|表))|(?i:fig(?:ure|\.)?|scheme|listing|example|图|圖|図))"
    r"\s?(?:[A-Z]?\d+(?:[.\-]\d+)*(?![\d\-]|\.\d)|[IVX]+\b|[一二三四五六七八九十]+)\s*"
)
_VERB = (
    r"[a-z]|给出|显示|所示|展示|表示|列出|(?:说明|描述|总结|反映|比较|对比)了|可[以见知]|[是为的与及]|和[图表]"
    r"|中(?![国心央间文部学医])"
)
"""How a sentence goes on that speaks of a figure: in English with a small letter, in Chinese with one of these."""
_CAPTION = re.compile(_BEGINNING + rf"(?!{_VERB})(?:$|\S)")
_REFERENCE = re.compile(_BEGINNING + rf"(?:{_VERB})")


def caption_kind(text: str) -> str | None:
    """`table_title` or `figure_title` where `text` begins with a name and a number, and goes on without a verb."""
    match = _CAPTION.match(text)
    if match is None:
        return None
    return "table_title" if match["table"] else "figure_title"


def speaks_of_figure(text: str) -> bool:
    """Whether `text` is a sentence about a figure or a table, such as `Figure 3 shows …`."""
    return _REFERENCE.match(text) is not None
