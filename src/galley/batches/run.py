"""The loop of a batch: list, leave out what is done, run, write down every outcome.

Runs in: parent.
"""

from __future__ import annotations

import os
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

from galley.batches.lines import LineStore
from galley.batches.remaining import Remaining, page_number
from galley.batches.report import write_report
from galley.batches.settings import PARTS, BatchReport, BatchSettings, PageRunner, Watch, describe_changes
from galley.batches.start import describe_start
from galley.errors import ExitCode, GalleyError, OutputError
from galley.fleet.messages import (
    FleetEvent,
    PageEnded,
    PageStarted,
    WorkerDied,
    WorkerReady,
    WorkerRecycled,
    WorkerStarting,
)
from galley.inputs import PageCounter, count_files_in, page_stem
from galley.journal import Journal, PageEntry, WorkerEvent, open_journal
from galley.journal.records import DONE, FAILED, FINISHED, INTERRUPTED, STOPPED
from galley.outputs.files import remove_empty_folders, remove_tree, sweep
from galley.outputs.shards import Line
from galley.pages import Document, Done, Failed, FailureKind, Outcome, Unit
from galley.results import SavedPage
from galley.wording import counted

_LOST = (FailureKind.NO_WORKER, FailureKind.NOT_WRITTEN)
"""Not the page's own failure: it stays pending, and the run stops."""


def run_batch(
    batch: BatchSettings,
    open_runner: Callable[[], PageRunner],
    watch: Watch | None = None,
    stop: Callable[[], bool] = bool,
) -> BatchReport:
    """Do all pages of a batch that are not done yet, and keep its journal.

    Args:
        batch: which files, where to, and how to deal with what earlier runs did.
        open_runner: called once the output folder is ours.
        watch: whom to tell what happens.
        stop: asked again and again; once it says yes, only the pages in hand are finished.

    Raises:
        BadArguments: the folders cannot work.
        OutputError: another run holds the output folder, or it cannot be written. Pages whose outcome is in the
            journal are safe; the same command goes on from there.
        NoWorkerLeft, GalleyError: as `galley.api.Runner.run`.
        KeyboardInterrupt: broken off; the pages in hand are pending.
    """
    batch.check()
    with (
        closing(open_journal(Path(batch.output_dir), batch.fresh)) as journal,
        closing(open_runner()) as runner,
        PageCounter() as counter,
    ):
        if batch.fresh:
            remove_tree(Path(batch.output_dir, PARTS))
        return _Run(batch, journal, runner, counter, Watch() if watch is None else watch, stop).carry_out()


class _Ending(NamedTuple):
    """Where and when a page ended, as the fleet said."""

    slot: str | None
    started: float | None
    ended: float
    seconds: float


class _Run:
    """One run, from its row in the journal to its report."""

    def __init__(
        self,
        batch: BatchSettings,
        journal: Journal,
        runner: PageRunner,
        counter: PageCounter,
        watch: Watch,
        stop: Callable[[], bool],
    ) -> None:
        self._batch = batch
        self._journal = journal
        self._runner = runner
        self._watch = watch
        self._asked_to_stop = stop
        self._folder = f"{Path(batch.output_dir)}/"
        """How the paths of results begin."""
        self._begun = time.monotonic()
        self._previous = journal.runs()[-1:]
        journal.begin_run(describe_start(batch, runner.slots))
        self._remaining = Remaining(journal, batch, counter, watch, self._stopping)
        self._lines = LineStore(journal) if batch.lines else None
        self._started: dict[int, float] = {}
        self._endings: deque[_Ending] = deque()
        self._done = 0
        self._failures: Counter[str] = Counter()
        self._lost: Failed | None = None
        self._littered = any(run.state != FINISHED for run in self._previous)
        """Whether a process was killed that may have been writing a file."""

    def carry_out(self) -> BatchReport:
        """Do it. Raises as `run_batch`."""
        try:
            self._announce()
            self._work()
        except GalleyError as error:
            self._end(STOPPED, error.exit_code, str(error))
            raise
        except BaseException as error:
            broken_off = isinstance(error, KeyboardInterrupt)
            code = ExitCode.INTERRUPTED if broken_off else ExitCode.UNEXPECTED
            message = "broken off; the pages in hand are pending" if broken_off else f"{type(error).__name__}: {error}"
            self._end(INTERRUPTED if broken_off else STOPPED, code, message)
            raise
        interrupted = not self._remaining.progress.complete
        code = ExitCode.INTERRUPTED if interrupted else self._exit_code()
        message = "interrupted; the same command goes on from here" if interrupted else ""
        if self._lines is not None:
            self._lines.compact()
        if self._littered:
            sweep(self._journal.output)
        if self._batch.documents is not None:
            self._journal.commit()
            remove_empty_folders(Path(self._batch.documents.parts))
        self._journal.end_run(INTERRUPTED if interrupted else FINISHED, code, message)
        write_report(self._journal.output)
        return self._report(code, interrupted, message)

    # ---- the way of a page ----

    def _announce(self) -> None:
        batch = self._batch
        for run in self._previous:
            changes = describe_changes(run.settings, batch.identity)
            if changes:
                self._watch.say(
                    f"options are not those of the last run ({changes}); pages done with others are done again"
                )
        files = count_files_in(batch.input_dir, batch.pattern, os.path.realpath(batch.output_dir))
        self._journal.count_files(files)
        self._watch.found(files)
        if not files:
            self._watch.say(f"no file of a supported kind matches {batch.pattern!r} in {batch.input_dir!r}")

    def _work(self) -> None:
        self._runner.watch(self._on_event, self._watch.listed)
        self._carry_through(self._remaining.units())
        if self._batch.documents is not None:
            # Those whose last pages were still in work when no page was left to give out.
            self._carry_through(self._remaining.documents())
        if self._lost is not None:
            raise OutputError(f"stopped, since a result could not be written: {self._lost.message}")
        progress = self._remaining.progress
        if progress.changed:
            self._watch.say(f"{counted(progress.changed, 'input')} changed since an earlier run, and done again")

    def _carry_through(self, units: Iterator[Unit]) -> None:
        with closing(self._runner.run_pages(units, ordered=False)) as outcomes:
            for outcome in outcomes:
                self._record(outcome)
                self._watch.outcome(outcome)

    def _stopping(self) -> bool:
        return self._lost is not None or self._asked_to_stop()

    def _on_event(self, event: FleetEvent) -> None:
        self._watch.event(event)
        now = time.time()
        match event:
            case PageStarted():
                self._started[event.seq] = now
            case PageEnded():
                self._endings.append(_Ending(event.slot, self._started.pop(event.seq, None), now, event.seconds))
            case WorkerStarting():
                self._journal.record_event(WorkerEvent(self._journal.run, now, event.slot, "starting", ""))
            case WorkerReady():
                text = "; ".join(f"{step}: {what}" for step, what in event.description.items())
                self._journal.record_event(WorkerEvent(self._journal.run, now, event.slot, "ready", text))
            case WorkerDied():
                self._littered = True
                self._journal.record_event(WorkerEvent(self._journal.run, now, event.slot, "died", event.reason))
            case WorkerRecycled():
                self._journal.record_event(WorkerEvent(self._journal.run, now, event.slot, "recycled", event.reason))
            case _:
                pass
        self._journal.tick()

    def _record(self, outcome: Outcome) -> None:
        # The fleet reports the end of a page just before it hands out its outcome, in the same order; an input that
        # is refused before the first page never reaches the fleet.
        now = time.time()
        ending = self._endings.popleft() if self._endings else _Ending(None, None, now, 0.0)
        if isinstance(outcome, Failed) and outcome.kind in _LOST:
            self._lost = outcome if self._lost is None else self._lost
            self._journal.make_room()
            return
        if isinstance(outcome.page, Document):
            self._record_document(outcome)
            return
        file = self._remaining.file_of(outcome.page)
        number = page_number(outcome.page)
        self._journal.record_page(self._entry(outcome, file.id, number, ending))
        if isinstance(outcome, Failed):
            self._failures[outcome.kind.value] += 1
        else:
            self._done += 1
        self._remaining.end_page(file)

    def _record_document(self, outcome: Outcome) -> None:
        self._remaining.end_document(outcome)
        if isinstance(outcome, Failed):
            self._failures[outcome.kind.value] += 1
        self._journal.tick()

    def _entry(self, outcome: Outcome, file: int, page: int, ending: _Ending) -> PageEntry:
        failed = outcome if isinstance(outcome, Failed) else None
        line = self._add_line(outcome) if isinstance(outcome, Done) else None
        return PageEntry(
            file=file,
            page=page,
            run=self._journal.run,
            state=DONE if failed is None else FAILED,
            kind=None if failed is None else failed.kind.value,
            message="" if failed is None else failed.message,
            detail="" if failed is None else failed.detail,
            tries=outcome.tries,
            slot=ending.slot,
            started=ending.started,
            ended=ending.ended,
            seconds=ending.seconds,
            outputs=self._outputs(outcome) if isinstance(outcome, Done) else (),
            shard=None if line is None else line.shard,
            shard_start=None if line is None else line.start,
            shard_end=None if line is None else line.end,
        )

    def _outputs(self, done: Done) -> tuple[str, ...]:
        files = done.result.files if isinstance(done.result, SavedPage) else ()
        folder = self._folder
        return tuple(
            file[len(folder) :] if file.startswith(folder) else os.path.relpath(file, folder) for file in files
        )

    def _add_line(self, done: Done) -> Line | None:
        saved: SavedPage = done.result
        return None if self._lines is None else self._lines.add(page_stem(done.page), saved.json, saved.beside())

    # ---- the end ----

    def _end(self, state: str, code: ExitCode, message: str) -> None:
        """Note why the run was broken off, as far as that can still be written."""
        with suppress(OutputError):
            if code is ExitCode.OUTPUT:
                self._journal.make_room()
            self._journal.end_run(state, code, message)
            write_report(self._journal.output)

    def _exit_code(self) -> ExitCode:
        progress = self._remaining.progress
        if not progress.files and not self._batch.allow_empty:
            return ExitCode.BAD_INPUT
        failures = progress.failures + self._failures
        if not failures:
            return ExitCode.OK
        nothing_done = not self._done + progress.done
        only_unreadable = set(failures) == {FailureKind.UNREADABLE.value}
        return ExitCode.BAD_INPUT if nothing_done and only_unreadable else ExitCode.SOME_FAILED

    def _report(self, code: ExitCode, interrupted: bool, message: str) -> BatchReport:
        progress = self._remaining.progress
        failures = progress.failures + self._failures
        return BatchReport(
            output_dir=self._batch.output_dir,
            run=self._journal.run,
            exit_code=code,
            files=progress.files,
            skipped=progress.skipped,
            absent=progress.absent,
            done=progress.done + self._done,
            earlier=progress.done,
            failed=failures.total(),
            failures=dict(failures),
            changed=progress.changed,
            unsteady=progress.unsteady,
            seconds=time.monotonic() - self._begun,
            interrupted=interrupted,
            message=message,
        )
