"""What is shown of a run while it goes on."""

from __future__ import annotations

import io
import time
from collections.abc import Callable

import pytest
from rich.console import Console

from galley.cli.showing import open_console
from galley.fleet.messages import WorkerDied, WorkerStarting
from galley.pages import Failed, FailureKind
from galley.progress import LiveProgress, PlainProgress, Progress
from galley.tally import Tally

REASON = "could not open: [/opt/x.so] is [bold]broken[/red] :bug:"


def live(tally: Tally, text: io.StringIO) -> Progress:
    return LiveProgress(tally, Console(file=text, width=200, emoji=False))


def plain(tally: Tally, text: io.StringIO) -> Progress:
    return PlainProgress(tally, lambda line: print(line, file=text))


@pytest.mark.parametrize("show", [live, plain])
def test_what_a_worker_or_a_page_ended_with_is_shown_as_it_is(show: Callable[[Tally, io.StringIO], Progress]) -> None:
    text = io.StringIO()
    progress = show(Tally(started_at=time.monotonic()), text)
    progress.event(WorkerDied("gpu:0", REASON, will_restart=False))
    progress.outcome(Failed("[/scans]/a.pdf", FailureKind.CRASHED, REASON))
    progress.close()
    assert f"gpu:0 died: {REASON}; given up" in text.getvalue()
    assert f"crashed: [/scans]/a.pdf: {REASON}" in text.getvalue()


def test_the_live_picture_leaves_the_console_to_others_until_a_worker_starts() -> None:
    text = io.StringIO()
    progress = LiveProgress(Tally(started_at=time.monotonic()), Console(file=text, width=200, force_terminal=True))
    assert text.getvalue() == ""
    progress.event(WorkerStarting("gpu:0"))
    progress.close()
    assert "starting" in text.getvalue()


def test_the_console_of_the_commands_shows_text_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    open_console().print(REASON, soft_wrap=True)
    assert capsys.readouterr().err == f"{REASON}\n"
