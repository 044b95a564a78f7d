"""Reads the journal for a report, in a few passes over the pages and in bounded memory.

Runs in: parent.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from galley.journal import Ledger, RunRecord, Timing, WorkerEvent
from galley.journal.records import FAILED, RUNNING, SKIPPED
from galley.report.durations import Durations
from galley.report.facts import Facts, FailureGroup, Lane
from galley.report.slices import DOWN, STARTING, Follower, Phase, Slice, cut_slices
from galley.report.timeline import Extent, Stretch, Timeline, lay_out_runs

LEAST_BINS, MOST_BINS = 30, 300
_PAGES_PER_BIN = 4
"""With few pages bins are wider: rates of single pages are noise."""
_MOST_RUNS = 20
_SHOWN_SLOWEST = 12
_SHOWN_FAILURES = 8
_SHOWN_REASONS = 5
_SHOWN_FILES = 20


def gather(ledger: Ledger, now: float | None = None) -> Facts:
    """What the report of a journal says.

    Raises:
        OutputError: the journal cannot be read.
    """
    now = time.time() if now is None else now
    counts = ledger.counts()
    runs = ledger.runs()
    extents = _extents(ledger, runs, now)
    bins = min(max((counts.done + counts.failed) // _PAGES_PER_BIN, LEAST_BINS), MOST_BINS)
    timeline = lay_out_runs(extents[-_MOST_RUNS:], bins)
    sums = _Sums(timeline)
    sums.take_pages(cut_slices(ledger.timings()))
    for run in runs:
        sums.take_run(run, ledger.events(run.id))
    return Facts(
        output=str(ledger.output),
        made=now,
        counts=counts,
        runs=tuple(runs),
        left_out=max(len(extents) - _MOST_RUNS, 0),
        timeline=timeline,
        done=tuple(sums.done),
        failed=tuple(sums.failed),
        lanes=sums.lanes(),
        durations=sums.durations,
        slowest=tuple(ledger.slowest(_SHOWN_SLOWEST)),
        failures=tuple(_failure_groups(ledger, counts.failures.items())),
        skipped=tuple(ledger.files(SKIPPED, _SHOWN_FILES)),
        noted=tuple(ledger.noted_files(_SHOWN_FILES)),
    )


def _extents(ledger: Ledger, runs: Sequence[RunRecord], now: float) -> list[Extent]:
    """From when to when each run went on that has pages, and the last run in any case."""
    spans = {span.run: span for span in ledger.spans()}
    extents = []
    for run in runs:
        span = spans.get(run.id)
        if span is None and run is not runs[-1]:
            continue
        known = [run.started] if span is None else [run.started, span.first, span.last]
        if run.ended is not None:
            known.append(run.ended)
        elif run.state == RUNNING:
            known.append(now)
        extents.append(Extent(run.id, min(known), max(known)))
    return extents


def _failure_groups(ledger: Ledger, kinds: Iterable[tuple[str, int]]) -> Iterator[FailureGroup]:
    for kind, count in sorted(kinds, key=lambda item: (-item[1], item[0])):
        yield FailureGroup(
            kind,
            count,
            tuple(ledger.reasons(kind, _SHOWN_REASONS)),
            tuple(ledger.failures(_SHOWN_FAILURES, kind)),
        )


@dataclass(slots=True)
class _LaneSums:
    """One slot while it is added up."""

    bins: int
    present: list[bool] = field(init=False)
    busy: list[float] = field(init=False)
    starting: list[float] = field(init=False)
    down: list[float] = field(init=False)
    deaths: list[int] = field(init=False)
    last_death: str = ""
    description: str = ""
    pages: int = 0
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.present = [False] * self.bins
        self.busy, self.starting, self.down = ([0.0] * self.bins for _ in range(3))
        self.deaths = [0] * self.bins

    def finish(self, slot: str) -> Lane:
        return Lane(
            slot,
            tuple(self.present),
            tuple(self.busy),
            tuple(self.starting),
            tuple(self.down),
            tuple(self.deaths),
            self.last_death,
            self.description,
            self.pages,
            self.seconds,
        )


class _Sums:
    """Everything that is added up over pages and events."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._stretches = {stretch.run: stretch for stretch in timeline.stretches}
        self._lanes: dict[str, _LaneSums] = {}
        self.done = [0] * timeline.bins
        self.failed = [0] * timeline.bins
        self.durations = Durations()

    def take_pages(self, slices: Iterable[Slice]) -> None:
        """Take in every page."""
        for page, begin, end in slices:
            if page.seconds:
                self.durations.add(page.seconds)
            stretch = self._stretches.get(page.run)
            if stretch is not None:
                self._take_page(page, stretch, begin, end)

    def _take_page(self, page: Timing, stretch: Stretch, begin: float, end: float) -> None:
        counts = self.failed if page.state == FAILED else self.done
        counts[self._timeline.bin_of(stretch, page.ended)] += 1
        if page.slot is None:
            return
        lane = self._lane(page.slot, stretch)
        lane.pages += 1
        for number, seconds in self._timeline.spread(stretch, begin, end):
            lane.busy[number] += seconds

    def take_run(self, run: RunRecord, events: Iterator[WorkerEvent]) -> None:
        """Take in the slots of a run and what happened to their workers."""
        stretch = self._stretches.get(run.id)
        if stretch is None:
            return
        followers = {str(slot["name"]): Follower(stretch.begin, stretch.end) for slot in run.slots}
        for event in events:
            if event.slot not in followers:
                followers[event.slot] = Follower(stretch.begin, stretch.end)
            self._take_event(event, stretch)
            self._take_phase(event.slot, stretch, followers[event.slot].take(event))
        for slot, follower in followers.items():
            self._take_phase(slot, stretch, follower.finish())

    def _take_event(self, event: WorkerEvent, stretch: Stretch) -> None:
        lane = self._lane(event.slot, stretch)
        if event.event == "died":
            lane.deaths[self._timeline.bin_of(stretch, event.time)] += 1
            lane.last_death = event.text
        elif event.event == "ready":
            lane.description = event.text

    def _take_phase(self, slot: str, stretch: Stretch, phase: Phase | None) -> None:
        lane = self._lane(slot, stretch)
        sums = None if phase is None else {STARTING: lane.starting, DOWN: lane.down}.get(phase.state)
        if phase is None or sums is None:
            return
        for number, seconds in self._timeline.spread(stretch, phase.begin, phase.end):
            sums[number] += seconds

    def _lane(self, slot: str, stretch: Stretch) -> _LaneSums:
        if slot not in self._lanes:
            self._lanes[slot] = _LaneSums(self._timeline.bins)
        lane = self._lanes[slot]
        if not lane.present[stretch.first]:
            lane.present[stretch.first : stretch.first + stretch.bins] = [True] * stretch.bins
            lane.seconds += stretch.seconds
        return lane

    def lanes(self) -> tuple[Lane, ...]:
        """All slots, by kind, number and instance."""
        return tuple(self._lanes[slot].finish(slot) for slot in sorted(self._lanes, key=_natural))


def _natural(slot: str) -> list[tuple[bool, int, str]]:
    """Numbers in names by their value: gpu:2 comes before gpu:10."""
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in re.split(r"(\d+)", slot)]
