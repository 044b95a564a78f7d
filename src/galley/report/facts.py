"""What a report says, as values: everything of bounded size, however many pages there are.

Runs in: pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from galley.errors import ExitCode
from galley.journal import Counts, FileRecord, PageEntry, RunRecord
from galley.journal.records import FINISHED, INTERRUPTED, KILLED, RUNNING, STOPPED, WHOLE
from galley.pages import name_place
from galley.report.durations import Durations
from galley.report.timeline import Timeline
from galley.wording import counted

LOW_SHARE = 0.75
"""A worker that is busy for less than this share of what the busiest is deserves attention."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One worker's share of the runs."""

    slot: str
    present: tuple[bool, ...]
    """For each bin: whether the run in it had this worker."""
    busy: tuple[float, ...]
    """Seconds in each bin that belong to pages."""
    starting: tuple[float, ...]
    """Seconds in each bin in which its pipeline was being opened."""
    down: tuple[float, ...]
    """Seconds in each bin without a process, after one had died."""
    deaths: tuple[int, ...]
    last_death: str
    """Why it died the last time; empty if it never did."""
    description: str
    """What it said when it was ready."""
    pages: int
    seconds: float
    """How long the runs that had it went on."""

    @property
    def started(self) -> bool:
        """Whether there ever was a process."""
        return bool(self.description or sum(self.starting) or sum(self.deaths) or self.pages)

    @property
    def share(self) -> float:
        """The part of its time in which it was busy, from 0 to 1."""
        return min(sum(self.busy) / self.seconds, 1.0) if self.seconds > 0 else 0.0


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """The failures of one kind."""

    kind: str
    count: int
    reasons: tuple[tuple[str, int], ...]
    """The most frequent messages, and how many pages have them."""
    examples: tuple[tuple[FileRecord, PageEntry], ...]
    """The first of them."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the page of a report shows."""

    output: str
    made: float
    """When the journal was read, in seconds since the epoch."""
    counts: Counts
    runs: tuple[RunRecord, ...]
    left_out: int
    """Runs with pages that are too old to be on the axis."""
    timeline: Timeline
    done: tuple[int, ...]
    """Pages in each bin that ended with a result."""
    failed: tuple[int, ...]
    """Pages in each bin that ended without."""
    lanes: tuple[Lane, ...]
    durations: Durations
    slowest: tuple[tuple[FileRecord, PageEntry], ...]
    failures: tuple[FailureGroup, ...]
    skipped: tuple[FileRecord, ...]
    """The first of the files that are of no supported kind."""
    noted: tuple[FileRecord, ...]
    """The first of the files to which something happened in the middle of a run."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the batch stands, in words."""

    tone: str
    """ok, busy, warn or bad."""
    headline: str
    explanation: str


def judge(counts: Counts, runs: Sequence[RunRecord]) -> Verdict:
    """How the batch stands after its last run, or in the middle of it."""
    if not runs:
        return Verdict("warn", "Nothing has run yet", "The journal holds no run.")
    last = runs[-1]
    total = counts.done + counts.failed + counts.pending
    progress = f"{counts.done:,} of {counted(total, 'page')} done" if total else "no page done"
    failed = f", {counts.failed:,} failed" if counts.failed else ""
    again = "The same command goes on from there."
    if last.state == RUNNING:
        return Verdict("busy", f"Running: {progress}{failed}", "As it was when this page was made.")
    if last.state == INTERRUPTED:
        return Verdict("warn", f"Interrupted: {progress}{failed}", again)
    if last.state == KILLED:
        return Verdict("bad", f"Killed: {progress}{failed}", f"The run did not come to its end. {again}")
    if last.state == STOPPED:
        return Verdict("bad", f"Stopped: {progress}{failed}", last.message)
    assert last.state == FINISHED
    return _judge_finished(counts, total)


def _judge_finished(counts: Counts, total: int) -> Verdict:
    if not total:
        return Verdict("warn", "Finished: there was nothing to do", "No input had a page.")
    whole = f"all {total:,} pages" if total > 1 else "the only page"
    if counts.pending:
        return Verdict("warn", f"Finished, with {counted(counts.pending, 'page')} left", "The same command does them.")
    if not counts.failed:
        return Verdict("ok", f"Done: {whole}", "Nothing failed.")
    if not counts.done:
        return Verdict("bad", f"Finished, and {whole} failed", "Nothing was written.")
    return Verdict(
        "warn",
        f"Done, but {counts.failed:,} of {total:,} pages failed",
        "All others have their results; --retry_failed tries these again.",
    )


def remark(lanes: Sequence[Lane]) -> list[str]:
    """A sentence for each worker that did little, and for those that died; the workers that do well need none."""
    sentences = []
    busiest = max((lane.share for lane in lanes), default=0.0)
    for lane in lanes:
        deaths = sum(lane.deaths)
        died = f"died {counted(deaths, 'time')} (the last: {lane.last_death})" if deaths else ""
        if not lane.pages:
            why = f": it {died}" if deaths else _why_nothing(lane)
            sentences.append(f"{lane.slot} did no page{why}.")
        elif lane.share < LOW_SHARE * busiest:
            also = f"; it {died}" if deaths else ""
            sentences.append(
                f"{lane.slot} was busy for {lane.share:.0%} of its time, the busiest for {busiest:.0%}{also}."
            )
        elif deaths:
            sentences.append(f"{lane.slot} {died}.")
    return sentences


def _why_nothing(lane: Lane) -> str:
    if lane.description:
        return ": it was ready, and nothing was left for it"
    return ": it never was ready" if sum(lane.starting) else ": no process was started for it"


def name_page(file: FileRecord, page: PageEntry | int) -> str:
    """A page as a person would name it, in characters that can be shown."""
    number = page if isinstance(page, int) else page.page
    return name_place(file.path, None if number == WHOLE else number)


def name_code(code: int | None) -> str:
    """An exit code and what it says."""
    if code is None:
        return "unknown"
    try:
        return f"{code} ({ExitCode(code).name.lower().replace('_', ' ')})"
    except ValueError:
        return str(code)
