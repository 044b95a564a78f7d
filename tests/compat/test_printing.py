"""What `result.print()` writes, and where."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest

from galley.compat.printing import show_fields

SCRIPT = """
import logging, sys
from galley.compat.printing import show_fields
exec(sys.argv[1])
show_fields({"res": "\u4e2d"}, False, 4, False)
"""


@pytest.mark.parametrize(
    ("set_up", "written"),
    [
        ("pass", "{'res': '\u4e2d'}\n"),
        ("logging.basicConfig()", "{'res': '\u4e2d'}\n"),
        ("logging.basicConfig(level='INFO')", "INFO:galley:{'res': '\u4e2d'}\n"),
        ("logging.getLogger('galley').setLevel('WARNING')", ""),
    ],
)
def test_it_is_seen_unless_the_program_says_otherwise(set_up: str, written: str) -> None:
    command = [sys.executable, "-X", "utf8", "-c", SCRIPT, set_up]
    assert subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stderr == written


def test_json_is_what_was_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "galley"):
        show_fields({"res": "\u4e2d"}, True, 1, True)
    assert caplog.messages == ['{\n "res": "\\u4e2d"\n}']
