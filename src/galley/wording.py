"""How numbers and names are said in messages.

Runs in: parent and worker. Pure.
"""

from __future__ import annotations

import re

_NOT_SHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What a terminal obeys or turns round, what ends a line, and bytes of a file's name that are not UTF-8."""


def counted(count: int, one: str, many: str | None = None) -> str:
    """`1 page`, `2 pages`, `1,000 pages`: `one` is said of a single thing, `many` of others (None: `one` and an s)."""
    return f"{count:,} {one if count == 1 else f'{one}s' if many is None else many}"


def describe_seconds(seconds: float) -> str:
    """A duration for a person: `3.2 s`, `4 min 10 s`, `2 h 5 min`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    if seconds < 3600:
        return f"{int(seconds // 60)} min {int(seconds % 60)} s"
    return f"{int(seconds // 3600)} h {int(seconds % 3600 // 60)} min"


def shown(name: str) -> str:
    """A file's name in one line, as a terminal or a page can show it: what it could not is escaped."""
    return _NOT_SHOWN.sub(lambda found: found[0].encode("unicode_escape").decode(), name)
