"""When each worker was at which page: one page at a time, though it has several in hand.

Runs in: pure.

A worker loads a page while it works on earlier ones, and pages of one batch end together. What is drawn is the time
that a page took, laid back from its end, and cut off where it would overlap with the page after it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from galley.journal import Timing, WorkerEvent

WAITING, STARTING, UP, DOWN = "waiting", "starting", "up", "down"
"""What a slot's worker may be: not needed yet, opening its pipeline, able to work, not there any more."""

_AFTER = {"starting": STARTING, "ready": UP, "died": DOWN, "recycled": DOWN}


class Slice(NamedTuple):
    """The time on a worker's lane that belongs to one page. Seconds since the epoch."""

    page: Timing
    begin: float
    end: float


class Phase(NamedTuple):
    """A part of a run in which a worker was in one state. Seconds since the epoch."""

    state: str
    begin: float
    end: float


def cut_slices(timings: Iterable[Timing]) -> Iterator[Slice]:
    """The slices of pages that come by run, then slot, the last that ended first; as many, in the same order.

    Those of one slot in one run never overlap, and each lies between the page's start and its end.
    """
    lane: tuple[int, str | None] | None = None
    limit = math.inf
    for page in timings:
        if (page.run, page.slot) != lane:
            lane, limit = (page.run, page.slot), math.inf
        # Comparisons, since min() and max() take ten times as long and there may be millions of pages.
        end = page.ended if page.ended < limit else limit
        begin = end if page.seconds is None or page.seconds < 0 else end - page.seconds
        if page.started is not None and begin < page.started:
            begin = page.started if page.started < end else end
        limit = begin
        yield Slice(page, begin, end)


class Follower:
    """The states of one slot's worker during a run, without gaps, from its events in their order."""

    def __init__(self, begin: float, end: float) -> None:
        self._end = end
        self._since = begin
        self._state = WAITING

    def take(self, event: WorkerEvent) -> Phase | None:
        """The state that this event ends, if it lasted any time."""
        changed = _AFTER.get(event.event, self._state)
        if changed == self._state:
            return None
        phase = self._until(event.time)
        self._state = changed
        return phase

    def finish(self) -> Phase | None:
        """The state at the end of the run."""
        return self._until(self._end)

    def _until(self, time: float) -> Phase | None:
        since, self._since = self._since, min(max(time, self._since), self._end)
        return Phase(self._state, since, self._since) if self._since > since else None
