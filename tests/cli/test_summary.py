"""What a run answers at its end."""

from __future__ import annotations

import pytest

from galley.cli.summary import exit_code
from galley.errors import ExitCode
from galley.pages import Done, Failed, FailureKind
from galley.tally import Tally


@pytest.mark.parametrize(
    ("done", "kinds", "code"),
    [
        (1, [], ExitCode.OK),
        (0, [FailureKind.UNREADABLE], ExitCode.BAD_INPUT),
        (1, [FailureKind.UNREADABLE], ExitCode.SOME_FAILED),
        (0, [FailureKind.CRASHED], ExitCode.SOME_FAILED),
        (1, [FailureKind.UNREADABLE, FailureKind.NOT_WRITTEN], ExitCode.OUTPUT),
    ],
)
def test_the_exit_code_says_what_became_of_the_pages(done: int, kinds: list[FailureKind], code: ExitCode) -> None:
    tally = Tally(started_at=0.0)
    for _ in range(done):
        tally.count_outcome(Done("a.png", None, "cpu:0", 1.0), now=1.0)
    for kind in kinds:
        tally.count_outcome(Failed("b.png", kind, "why"), now=1.0)
    assert exit_code(tally) == code
