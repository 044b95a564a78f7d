"""What has happened in a run so far: counted from outcomes and fleet events.

Runs in: parent. Pure: time is an argument.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field

from galley.fleet.messages import (
    FleetEvent,
    PageEnded,
    PageStarted,
    WorkerDied,
    WorkerReady,
    WorkerRecycled,
    WorkerStarting,
)
from galley.pages import Document, Done, Failed, FailureKind, Outcome

_RATE_WINDOW_SECONDS = 30.0
_KEPT_FAILURES = 1000


@dataclass(slots=True)
class SlotTally:
    """One slot's share of the run."""

    state: str = "waiting"
    description: str = ""
    pages: int = 0
    busy_seconds: float = 0.0


@dataclass(slots=True)
class Tally:
    """The whole run. Mutable, of bounded size however many pages there are."""

    started_at: float
    slots: dict[str, SlotTally] = field(default_factory=dict)
    files: int = 0
    """Files there are; 0 where nobody has counted."""
    files_listed: int = 0
    """Files whose pages have been counted."""
    pages_listed: int = 0
    """Pages in those."""
    done: int = 0
    failures: Counter[FailureKind] = field(default_factory=Counter)
    kept_failures: list[Failed] = field(default_factory=list)
    """The first of them; a report does not need a million."""
    first_result_at: float | None = None
    notice: str = ""
    """What the user is to know while the run goes on."""
    _recent: deque[tuple[float, int]] = field(default_factory=deque)
    _started: dict[int, str] = field(default_factory=dict)
    """Page in work -> the slot that has it; several in each, since pages are loaded ahead."""

    @property
    def failed(self) -> int:
        """Pages and inputs without a result."""
        return self.failures.total()

    @property
    def known(self) -> int:
        """Pages known of: those of the files looked into, and at least one for each further file."""
        return max(self.pages_listed + max(self.files - self.files_listed, 0), self.ended)

    @property
    def ended(self) -> int:
        """Pages and inputs that have their outcome."""
        return self.done + self.failed

    def count_listed(self, first_of_file: bool) -> None:
        """Take in one page, or one input that yields none, that was found."""
        self.pages_listed += 1
        self.files_listed += first_of_file

    def count_event(self, event: FleetEvent) -> None:
        """Take in what the fleet reports of a worker."""
        if isinstance(event, PageEnded):
            self._started.pop(event.seq, None)
        if event.slot is None:
            return
        slot = self.slots.setdefault(event.slot, SlotTally())
        if isinstance(event, WorkerStarting):
            slot.state = "starting"
        elif isinstance(event, WorkerReady):
            slot.state = "idle"
            slot.description = "; ".join(f"{step}: {what}" for step, what in event.description.items())
        elif isinstance(event, WorkerDied):
            slot.state = "restarting" if event.will_restart else "gone"
            self._forget_started(event.slot)
        elif isinstance(event, WorkerRecycled):
            slot.state = "restarting"
            self._forget_started(event.slot)
        elif isinstance(event, PageStarted):
            slot.state = "busy"
            self._started[event.seq] = event.slot
        elif isinstance(event, PageEnded):
            if slot.state == "busy" and event.slot not in self._started.values():
                slot.state = "idle"
            slot.pages += 1
            slot.busy_seconds += event.seconds

    def _forget_started(self, slot: str) -> None:
        self._started = {page: where for page, where in self._started.items() if where != slot}

    def count_outcome(self, outcome: Outcome, now: float) -> None:
        """Take in the end of a page; of a whole document only if it failed."""
        if isinstance(outcome, Done) and isinstance(outcome.page, Document):
            return
        if isinstance(outcome, Failed):
            self.failures[outcome.kind] += 1
            if len(self.kept_failures) < _KEPT_FAILURES:
                self.kept_failures.append(outcome)
        else:
            self.done += 1
            if self.first_result_at is None:
                self.first_result_at = now
        self._recent.append((now, self.ended))
        while self._recent[0][0] < now - _RATE_WINDOW_SECONDS:
            self._recent.popleft()

    def rate(self, now: float) -> float:
        """Pages per second: over the last half minute, or since the first result where that is shorter."""
        if not self._recent:
            return 0.0
        then, ended = self._recent[0]
        elapsed = now - then
        return (self.ended - ended) / elapsed if elapsed > 0 else 0.0

    def overall_rate(self, now: float) -> float:
        """Pages done per second since the start, starting of workers included."""
        elapsed = now - self.started_at
        return self.done / elapsed if elapsed > 0 else 0.0
