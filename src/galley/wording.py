"""How numbers are said in messages.

Runs in: parent and worker. Pure.
"""

from __future__ import annotations


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
