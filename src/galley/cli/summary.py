"""The last lines of a run: how many pages, what failed and why, how fast, where the results are.

Runs in: parent.
"""

from __future__ import annotations

from rich.console import Console

from galley.errors import ExitCode
from galley.pages import FailureKind
from galley.progress import failure_line
from galley.tally import Tally
from galley.wording import counted, describe_seconds

_SHOWN_FAILURES = 20


def print_summary(console: Console, tally: Tally, now: float, folder: str | None) -> None:
    """Write the summary to the console's stream."""
    seconds = now - tally.started_at
    lines = [f"{tally.done:,} of {counted(tally.ended, 'page')} done in {describe_seconds(seconds)}"]
    if tally.done:
        lines[0] += f" ({tally.overall_rate(now):.2f} pages/s)"
    if tally.done and tally.first_result_at is not None:
        lines[0] += f", the first after {describe_seconds(tally.first_result_at - tally.started_at)}"
    if tally.failed:
        lines.append(f"{tally.failed:,} failed:")
        lines.extend(f"  {failure_line(failed)}" for failed in tally.kept_failures[:_SHOWN_FAILURES])
        if tally.failed > _SHOWN_FAILURES:
            lines.append(f"  and {tally.failed - _SHOWN_FAILURES:,} more")
    if folder is not None and tally.done:
        lines.append(f"results are in {folder}")
    for line in lines:
        console.print(line, soft_wrap=True)


def exit_code(tally: Tally) -> ExitCode:
    """What a run that came to its end answers."""
    if not tally.failed:
        return ExitCode.OK
    if FailureKind.NOT_WRITTEN in tally.failures:
        return ExitCode.OUTPUT
    only_unreadable = set(tally.failures) == {FailureKind.UNREADABLE}
    return ExitCode.BAD_INPUT if only_unreadable and not tally.done else ExitCode.SOME_FAILED
