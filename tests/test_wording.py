"""Numbers and names in messages."""

from __future__ import annotations

from galley.wording import counted, describe_seconds, shown


def test_one_thing_is_one_thing() -> None:
    assert [counted(count, "file") for count in (0, 1, 2, 1000)] == ["0 files", "1 file", "2 files", "1,000 files"]
    assert [counted(count, "try", "tries") for count in (1, 2)] == ["1 try", "2 tries"]


def test_a_duration_is_said_in_two_units_at_most() -> None:
    said = [describe_seconds(seconds) for seconds in (3.2, 250, 7500)]
    assert said == ["3.2 s", "4 min 10 s", "2 h 5 min"]


def test_names_of_files_cannot_command_a_terminal() -> None:
    assert shown("\u00fc \u4e2d & <b>.png") == "\u00fc \u4e2d & <b>.png"
    assert shown("a\x1b[31m\x07\nb\u202egnp.\udcff") == "a\\x1b[31m\\x07\\nb\\u202egnp.\\udcff"
