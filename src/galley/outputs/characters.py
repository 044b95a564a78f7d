"""Which characters may stand in a text file.

Runs in: parent and worker. Pure.
"""

from __future__ import annotations

import re

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]")
"""What XML 1.0 forbids or advises against, and so what no Word file, workbook, ALTO or hOCR file can hold."""
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LETTER = re.compile(r"[^\W\d_]")


def printable(text: str) -> str:
    """`text` without control characters (line feeds and tabs stay), halves of characters, and what is no character."""
    return _FORBIDDEN.sub("", text)


def printable_path(path: str) -> str:
    """The same of a file's name; what is not UTF-8 in it is escaped, so that it can be told."""
    return printable(path.encode("utf-8", "backslashreplace").decode())


def is_right_to_left(text: str) -> bool:
    """Whether most letters of `text` are of a script that is written from right to left."""
    return 2 * len(_RIGHT_TO_LEFT.findall(text)) > len(_LETTER.findall(text))
