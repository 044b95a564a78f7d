"""Showing a run while it goes on: a live picture on a terminal, plain lines elsewhere, or nothing.

Runs in: parent. Writes to standard error only.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from galley.fleet.messages import FleetEvent, WorkerDied, WorkerReady
from galley.pages import Failed, Outcome
from galley.tally import Tally
from galley.wording import counted, describe_seconds

_PLAIN_LINE_SECONDS = 10.0
_STATE_STYLE = {"busy": "green", "idle": "dim", "starting": "cyan", "restarting": "yellow", "gone": "red"}


class Progress(Protocol):
    """What a run tells whoever watches it."""

    def event(self, event: FleetEvent) -> None:
        """Something happened to a worker."""
        ...

    def outcome(self, outcome: Outcome) -> None:
        """A page ended."""
        ...

    def close(self) -> None:
        """The run is over."""
        ...


class SilentProgress:
    """Counts, and shows nothing."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally

    def event(self, event: FleetEvent) -> None:
        """Count it."""
        self.tally.count_event(event)

    def outcome(self, outcome: Outcome) -> None:
        """Count it."""
        self.tally.count_outcome(outcome, time.monotonic())

    def close(self) -> None:
        """Nothing to end."""


class PlainProgress:
    """A line when a worker is ready or dies, when a page fails, and every ten seconds."""

    def __init__(self, tally: Tally, write: Callable[[str], None]) -> None:
        self.tally = tally
        self._write = write
        self._next_line = time.monotonic() + _PLAIN_LINE_SECONDS

    def event(self, event: FleetEvent) -> None:
        """Count it; say what concerns a whole worker."""
        self.tally.count_event(event)
        if isinstance(event, WorkerReady):
            self._write(f"{event.slot} is ready: {self.tally.slots[event.slot].description}")
        elif isinstance(event, WorkerDied):
            self._write(death_line(event))

    def outcome(self, outcome: Outcome) -> None:
        """Count it; say what failed at once, and how far the run is now and then."""
        now = time.monotonic()
        self.tally.count_outcome(outcome, now)
        if isinstance(outcome, Failed):
            self._write(failure_line(outcome))
        if now >= self._next_line:
            self._next_line = now + _PLAIN_LINE_SECONDS
            self._write(headline(self.tally, now))

    def close(self) -> None:
        """Nothing to end."""


class LiveProgress:
    """A picture that is redrawn in place, from the first event on: the whole run, and a line for each slot.

    Not earlier: until then models may be fetched, which has a picture of its own, and a console shows one at a time.
    """

    def __init__(self, tally: Tally, console: Console) -> None:
        self.tally = tally
        self._console = console
        self._live = Live(console=console, get_renderable=self._picture, auto_refresh=True, refresh_per_second=5)

    def event(self, event: FleetEvent) -> None:
        """Count it; deaths of workers stay on the screen."""
        self.tally.count_event(event)
        self._live.start()
        if isinstance(event, WorkerDied):
            self._console.print(death_line(event), style="yellow", highlight=False, markup=False)

    def outcome(self, outcome: Outcome) -> None:
        """Count it; failures stay on the screen."""
        self.tally.count_outcome(outcome, time.monotonic())
        self._live.start()
        if isinstance(outcome, Failed):
            self._console.print(failure_line(outcome), style="red", highlight=False, markup=False)

    def close(self) -> None:
        """Leave the last picture on the screen."""
        self._live.stop()

    def _picture(self) -> Group:
        now = time.monotonic()
        known = max(self.tally.known, 1)
        bar = ProgressBar(total=known, completed=min(self.tally.ended, known), width=40)
        head = Table.grid(padding=(0, 1))
        head.add_row(bar, Text(headline(self.tally, now)))
        notice = [Text(self.tally.notice, style="yellow")] if self.tally.notice else []
        return Group(head, *notice, self._slots(now))

    def _slots(self, now: float) -> Table:
        table = Table.grid(padding=(0, 2))
        elapsed = max(now - self.tally.started_at, 1e-9)
        for name, slot in list(self.tally.slots.items()):  # drawn by another thread than the one that adds to it
            table.add_row(
                Text(name, style="bold"),
                Text(slot.state, style=_STATE_STYLE.get(slot.state, "")),
                Text(counted(slot.pages, "page"), justify="right"),
                Text(f"{slot.pages / elapsed:.2f}/s", justify="right"),
                Text(f"{min(100, 100 * slot.busy_seconds / elapsed):.0f} % busy", justify="right"),
                Text(slot.description, style="dim", overflow="ellipsis", no_wrap=True),
            )
        return table


def headline(tally: Tally, now: float) -> str:
    """The run in one line: `120 of 5,000 pages, 2 failed, 3.1 pages/s, 26 min left`."""
    rate = tally.rate(now)
    parts = [f"{tally.ended:,} of {counted(tally.known, 'page')}"]
    if tally.failed:
        parts.append(f"{tally.failed:,} failed")
    if rate > 0:
        parts.append(f"{rate:.3g} pages/s")
        if tally.known > tally.ended:
            parts.append(f"{describe_seconds((tally.known - tally.ended) / rate)} left")
    return ", ".join(parts)


def failure_line(failed: Failed) -> str:
    """A failure in one line."""
    return f"{failed.kind.value}: {failed.page}: {failed.message}"


def death_line(died: WorkerDied) -> str:
    """The end of a worker in one line."""
    return f"{died.slot} died: {died.reason}; {'restarting' if died.will_restart else 'given up'}"
