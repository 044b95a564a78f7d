"""Reading the journal: for whoever wants to know how a batch stands, also in the middle of a run.

Runs in: parent.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from galley.errors import OutputError
from galley.journal import schema
from galley.journal.lock import is_locked
from galley.journal.records import (
    ABSENT,
    DONE,
    FAILED,
    KILLED,
    LISTED,
    RUNNING,
    SKIPPED,
    FileRecord,
    PageEntry,
    RunRecord,
    Span,
    Timing,
    WorkerEvent,
    restored,
    stored,
)

FILE_COLUMNS = "id, path, name, size, mtime_ns, digest, pages, state, message, documents"
PAGE_COLUMNS = (
    "file, page, run, state, kind, message, detail, tries, slot, started, ended, seconds, outputs, "
    "shard, shard_start, shard_end"
)
_OUTPUTS = PAGE_COLUMNS.split(", ").index("outputs")
_RUN_COLUMNS = (
    "id, state, started, ended, pid, fingerprint, settings, command, versions, slots, files_found, exit_code, message"
)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many pages and files are in which state. Files that are absent now count nowhere else."""

    files: int
    """Inputs with pages, or with the failure to have any."""
    unopened: int
    """Those of them whose pages nobody has counted yet."""
    skipped: int
    absent: int
    done: int
    failed: int
    pending: int
    """Pages that are listed and have no outcome."""
    failures: Mapping[str, int]
    """Failed pages by kind."""


def open_ledger(output: Path) -> Ledger:
    """The journal of an output folder, to read.

    Raises:
        OutputError: there is none, or it cannot be read.
    """
    return Ledger(output, schema.connect_reader(output))


class Ledger:
    """What the journal says. Every question is answered with the state of its moment.

    All methods raise `OutputError` when the database cannot be read.
    """

    def __init__(self, output: Path, database: sqlite3.Connection) -> None:
        """See `open_ledger`."""
        self.output = output
        self._database = database

    def runs(self) -> list[RunRecord]:
        """All runs, the oldest first."""
        with self._readable():
            runs = run_records(self._database)
        if runs and runs[-1].state == RUNNING and not is_locked(self.output):
            runs[-1] = replace(runs[-1], state=KILLED)
        return runs

    def counts(self) -> Counts:
        """How many are in which state."""
        files = {
            state: (count, pages, unopened)
            for state, count, pages, unopened in self._rows(
                "SELECT state, count(*), coalesce(sum(pages), 0), sum(pages IS NULL) FROM files GROUP BY state"
            )
        }
        listed, pages, unopened = files.get(LISTED, (0, 0, 0))
        ended = dict(
            self._rows(
                "SELECT pages.state, count(*) FROM pages JOIN files ON files.id = pages.file"
                " WHERE files.state = ? GROUP BY pages.state",
                LISTED,
            )
        )
        done, failed = ended.get(DONE, 0), ended.get(FAILED, 0)
        kinds = self._rows(
            "SELECT kind, count(*) FROM pages JOIN files ON files.id = pages.file"
            " WHERE pages.state = 'failed' AND files.state = ? GROUP BY kind ORDER BY kind",
            LISTED,
        )
        return Counts(
            files=listed,
            unopened=unopened,
            skipped=files.get(SKIPPED, (0,))[0],
            absent=files.get(ABSENT, (0,))[0],
            done=done,
            failed=failed,
            pending=max(pages - done - failed, 0),
            failures=dict(kinds),
        )

    def find_file(self, path: str) -> FileRecord | None:
        """What is known of an input."""
        with self._readable():
            return find_file(self._database, path)

    def pages_of(self, file: int) -> list[PageEntry]:
        """The outcomes of an input's pages, in page order."""
        with self._readable():
            return pages_of(self._database, file)

    def failures(self, limit: int = -1, kind: str | None = None) -> Iterator[tuple[FileRecord, PageEntry]]:
        """The failed pages with their files, in the order of their listing; at most `limit` if that is not negative."""
        query = "WHERE pages.state = 'failed' AND files.state = 'listed'{} ORDER BY pages.file, pages.page LIMIT ?"
        if kind is None:
            return self._joined(query.format(""), limit)
        return self._joined(query.format(" AND pages.kind = ?"), kind, limit)

    def reasons(self, kind: str, limit: int) -> list[tuple[str, int]]:
        """The most frequent messages of failures of a kind, and how many pages have them."""
        query = (
            "SELECT pages.message, count(*) AS pages FROM pages JOIN files ON files.id = pages.file"
            " WHERE pages.state = 'failed' AND pages.kind = ? AND files.state = 'listed'"
            " GROUP BY pages.message ORDER BY pages DESC, pages.message LIMIT ?"
        )
        return list(self._rows(query, kind, limit))

    def slowest(self, limit: int) -> Iterator[tuple[FileRecord, PageEntry]]:
        """The pages on which a worker spent most, with their files."""
        return self._joined("WHERE seconds > 0 ORDER BY seconds DESC LIMIT ?", limit)

    def spans(self) -> list[Span]:
        """For each run with outcomes, in order: how many pages, and from when to when they were worked on."""
        query = (
            "SELECT run, count(*), sum(state = 'failed'), min(coalesce(started, ended)), max(ended)"
            " FROM pages GROUP BY run ORDER BY run"
        )
        return [Span(*row) for row in self._rows(query)]

    def timings(self) -> Iterator[Timing]:
        """When every page that has an outcome was worked on: by run, then slot, the last that ended first."""
        query = (
            "SELECT files.path, page, run, pages.state, kind, tries, slot, started, ended, seconds"
            " FROM pages JOIN files ON files.id = pages.file ORDER BY run, slot, ended DESC"
        )
        for path, *rest in self._rows(query):
            yield Timing(restored(path), *rest)

    def pages(self) -> Iterator[tuple[FileRecord, PageEntry]]:
        """All pages that have an outcome, with their files."""
        return self._joined("ORDER BY pages.file, pages.page")

    def files(self, state: str | None = None, limit: int = -1) -> Iterator[FileRecord]:
        """All files, or those in one state."""
        where = "WHERE state = ?" if state is not None else "WHERE ? IS NULL"
        for row in self._rows(f"SELECT {FILE_COLUMNS} FROM files {where} ORDER BY id LIMIT ?", state, limit):
            yield file_record(row)

    def noted_files(self, limit: int = -1) -> Iterator[FileRecord]:
        """Files to which something happened in the middle of the run."""
        query = f"SELECT {FILE_COLUMNS} FROM files WHERE state = 'listed' AND message <> '' ORDER BY id LIMIT ?"
        for row in self._rows(query, limit):
            yield file_record(row)

    def events(self, run: int) -> Iterator[WorkerEvent]:
        """What happened to the workers of a run, in order."""
        for row in self._rows("SELECT run, time, slot, event, text FROM events WHERE run = ? ORDER BY rowid", run):
            yield WorkerEvent(*row)

    def close(self) -> None:
        """End reading."""
        self._database.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _joined(self, clauses: str, *values: object) -> Iterator[tuple[FileRecord, PageEntry]]:
        file_columns = ", ".join(f"files.{name}" for name in FILE_COLUMNS.split(", "))
        page_columns = ", ".join(f"pages.{name}" for name in PAGE_COLUMNS.split(", "))
        width = FILE_COLUMNS.count(",") + 1
        query = f"SELECT {file_columns}, {page_columns} FROM pages JOIN files ON files.id = pages.file {clauses}"
        for row in self._rows(query, *values):
            yield file_record(row[:width]), page_entry(row[width:])

    def _rows(self, query: str, *values: object) -> Iterator[Any]:
        with self._readable():
            yield from self._database.execute(query, values)

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise OutputError(f"cannot read the journal of {str(self.output)!r}: {error}") from error


def find_file(database: sqlite3.Connection, path: str) -> FileRecord | None:
    """What is known of an input."""
    row = database.execute(f"SELECT {FILE_COLUMNS} FROM files WHERE path = ?", (stored(path),)).fetchone()
    return None if row is None else file_record(row)


def pages_of(database: sqlite3.Connection, file: int) -> list[PageEntry]:
    """The outcomes of an input's pages, in page order."""
    rows = database.execute(f"SELECT {PAGE_COLUMNS} FROM pages WHERE file = ? ORDER BY page", (file,))
    return [page_entry(row) for row in rows]


def run_records(database: sqlite3.Connection) -> list[RunRecord]:
    """All runs, the oldest first, as their rows say."""
    rows = database.execute(f"SELECT {_RUN_COLUMNS} FROM runs ORDER BY id")
    return [RunRecord(*row[:6], *(json.loads(text) for text in row[6:10]), *row[10:]) for row in rows]


def file_record(row: Any) -> FileRecord:
    """From the `FILE_COLUMNS`."""
    if bytes in map(type, row):
        row = [restored(value) if isinstance(value, bytes) else value for value in row]
    return FileRecord._make((*row[:-1], () if row[-1] is None else tuple(json.loads(row[-1]))))


def page_entry(row: Any) -> PageEntry:
    """From the `PAGE_COLUMNS`."""
    return PageEntry._make((*row[:_OUTPUTS], tuple(json.loads(row[_OUTPUTS])), *row[_OUTPUTS + 1 :]))
