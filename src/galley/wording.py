"""How numbers are said in messages.

Runs in: parent and worker. Pure.
"""

from __future__ import annotations


def counted(count: int, one: str, many: str | None = None) -> str:
    """`1 page`, `2 pages`, `1,000 pages`: `one` is said of a single thing, `many` of others (None: `one` and an s)."""
    return f"{count:,} {one if count == 1 else f'{one}s' if many is None else many}"
