"""Numbers in messages."""

from __future__ import annotations

from galley.wording import counted


def test_one_thing_is_one_thing() -> None:
    assert [counted(count, "file") for count in (0, 1, 2, 1000)] == ["0 files", "1 file", "2 files", "1,000 files"]
    assert [counted(count, "try", "tries") for count in (1, 2)] == ["1 try", "2 tries"]
