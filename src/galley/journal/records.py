"""What the journal holds, as values.

Runs in: pure.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

WHOLE = -1
"""Page number of a file that is one page, or of an input that yields none."""

DONE, FAILED = "done", "failed"
"""States of a page that has its outcome; one without a row is pending."""

LISTED, SKIPPED, ABSENT = "listed", "skipped", "absent"
"""States of a file: it has pages; it is of no supported kind; it was not among the inputs of the latest run."""

RUNNING, FINISHED, INTERRUPTED, STOPPED, KILLED = "running", "finished", "interrupted", "stopped", "killed"
"""States of a run. One that was killed says `running` until the next reader looks at the lock."""


@dataclass(frozen=True, slots=True)
class RunStart:
    """What is known of a run when it begins. The mappings must be fit for JSON."""

    fingerprint: str
    """Changes with whatever the results depend on."""
    settings: Mapping[str, Any]
    """What the results depend on, by dotted name."""
    command: Mapping[str, Any]
    """What else the run was told."""
    versions: Mapping[str, str]
    slots: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run, as it is or was. Times are seconds since the epoch."""

    id: int
    state: str
    started: float
    ended: float | None
    pid: int
    fingerprint: str
    settings: Mapping[str, Any]
    command: Mapping[str, Any]
    versions: Mapping[str, str]
    slots: Sequence[Mapping[str, Any]]
    files_found: int | None
    """Files there are; None while nobody has counted."""
    exit_code: int | None
    message: str


class FileRecord(NamedTuple):
    """One input. A named tuple, which is made several times faster than a frozen dataclass: there is one per input."""

    id: int
    path: str
    name: str
    """Output stem, without page number; kept for as long as the file is known."""
    size: int | None
    mtime_ns: int | None
    digest: str | None
    pages: int | None
    """How many outcomes it will have; None before it was opened."""
    state: str
    message: str
    """Why it was skipped, or what happened to it during the run."""
    documents: tuple[str, ...]
    """The files made of all its pages, below the output folder."""


class PageEntry(NamedTuple):
    """The outcome of one page. A named tuple for the same reason."""

    file: int
    page: int
    """0-based page of a document, or `WHOLE`."""
    run: int
    state: str
    kind: str | None
    """Why it failed: a `galley.pages.FailureKind`."""
    message: str
    detail: str
    tries: int
    slot: str | None
    started: float | None
    ended: float
    seconds: float | None
    """What the worker spent on it: less than `ended - started`, which includes waiting behind earlier pages."""
    outputs: tuple[str, ...]
    """Its files, below the output folder."""
    shard: int | None = None
    """Where its line is, if lines are written: number of the shard, first byte, and the byte after the last."""
    shard_start: int | None = None
    shard_end: int | None = None


@dataclass(frozen=True, slots=True)
class WorkerEvent:
    """Something that happened to a worker."""

    run: int
    time: float
    slot: str
    event: str
    """starting, ready, died or recycled."""
    text: str


class Span(NamedTuple):
    """What the pages say of a run. Times are seconds since the epoch."""

    run: int
    pages: int
    """Pages whose outcome is of this run; those that a later run did again are not."""
    failed: int
    first: float
    """When the first page was started."""
    last: float
    """When the last page ended."""


class Timing(NamedTuple):
    """When one page was worked on, as in `PageEntry`; a tuple, since there may be millions."""

    path: str
    page: int
    run: int
    state: str
    kind: str | None
    tries: int
    slot: str | None
    started: float | None
    ended: float
    seconds: float | None


def stored(text: str) -> str | bytes:
    """A path as SQLite can hold it: text, or bytes for names that are not UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return os.fsencode(text)
    return text


def restored(value: str | bytes) -> str:
    """The path that `stored` was given."""
    return value if isinstance(value, str) else os.fsdecode(value)
