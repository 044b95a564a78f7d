"""The journal as a trace: every page as a slice on its worker's lane, for a viewer of Chrome's trace-event format.

Runs in: parent. Written as it is read, so a million pages need no memory.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from galley.journal import Ledger, RunRecord, open_ledger
from galley.outputs.files import open_whole
from galley.pages import name_place
from galley.report.slices import Slice, cut_slices
from galley.wording import shown

_WITHOUT_WORKER = "no worker"


def write_trace(output: Path, path: Path) -> None:
    """Write the trace of the journal in `output` to `path`, whole or not at all.

    Raises:
        OutputError: there is no journal or it cannot be read, or the trace cannot be written.
    """
    with open_ledger(output) as ledger, open_whole(path) as file:
        file.write(b'{"displayTimeUnit": "ms", "traceEvents": [')
        for number, event in enumerate(trace_events(ledger)):
            file.write(b",\n" if number else b"\n")
            file.write(json.dumps(event).encode())
        file.write(b"\n]}\n")


def trace_events(ledger: Ledger) -> Iterator[dict[str, Any]]:
    """Events of the trace: a run is a process, a worker a thread, a page a complete event, a worker's life instants.

    Times are microseconds since the begin of the first run. See "Trace Event Format", 2016, for the fields.
    """
    runs = ledger.runs()
    if not runs:
        return
    zero = runs[0].started
    lanes = _Lanes()
    for run in runs:
        yield from _run_events(run)
        for event in ledger.events(run.id):
            yield from lanes.announce(run.id, event.slot)
            yield {
                "ph": "i",
                "name": event.event,
                "cat": "worker",
                "s": "t",
                "pid": run.id,
                "tid": lanes.number(run.id, event.slot),
                "ts": _micros(event.time - zero),
                "args": {"text": event.text},
            }
    for piece in cut_slices(ledger.timings()):
        slot = _WITHOUT_WORKER if piece.page.slot is None else piece.page.slot
        yield from lanes.announce(piece.page.run, slot)
        yield _page_event(piece, lanes.number(piece.page.run, slot), zero)


def _run_events(run: RunRecord) -> Iterator[dict[str, Any]]:
    begun = {"ph": "M", "pid": run.id, "tid": 0}
    yield {**begun, "name": "process_name", "args": {"name": f"run {run.id} ({run.state})"}}
    yield {**begun, "name": "process_sort_index", "args": {"sort_index": run.id}}


def _page_event(piece: Slice, lane: int, zero: float) -> dict[str, Any]:
    page = piece.page
    name = page.path.rsplit("/", 1)[-1]
    # Begin and end are rounded, not the duration, so that neighbours do not overlap.
    begin = _micros(piece.begin - zero)
    colour = {} if page.kind is None else {"cname": "terrible"}
    return {
        "ph": "X",
        "name": name_place(name, None if page.page < 0 else page.page),
        "cat": page.state,
        "pid": page.run,
        "tid": lane,
        "ts": begin,
        "dur": _micros(piece.end - zero) - begin,
        "args": {
            "path": shown(page.path),
            "page": page.page + 1 if page.page >= 0 else None,
            "state": page.state,
            "failure": page.kind,
            "tries": page.tries,
            "seconds": page.seconds,
            "in_hand_seconds": None if page.started is None else round(page.ended - page.started, 6),
        },
        **colour,
    }


def _micros(seconds: float) -> int:
    return round(seconds * 1e6)


class _Lanes:
    """Numbers of the threads of a trace."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[int, str], int] = {}

    def number(self, run: int, slot: str) -> int:
        """The thread of a worker."""
        return self._numbers[run, slot]

    def announce(self, run: int, slot: str) -> Iterator[dict[str, Any]]:
        """The name of a worker's thread, before the first event on it."""
        if (run, slot) in self._numbers:
            return
        self._numbers[run, slot] = number = len(self._numbers) + 1
        thread = {"ph": "M", "pid": run, "tid": number}
        yield {**thread, "name": "thread_name", "args": {"name": slot}}
        yield {**thread, "name": "thread_sort_index", "args": {"sort_index": number}}
