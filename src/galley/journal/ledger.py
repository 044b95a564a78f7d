"""Writing the journal: what the one run on an output folder finds, does and fails to do.

Runs in: parent.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from galley.errors import OutputError
from galley.journal import schema
from galley.journal.lock import FolderLock
from galley.journal.reading import PAGE_COLUMNS, find_file, pages_of, run_records
from galley.journal.records import (
    ABSENT,
    KILLED,
    LISTED,
    RUNNING,
    FileRecord,
    PageEntry,
    RunRecord,
    RunStart,
    WorkerEvent,
    stored,
)

_RESERVE, _RESERVE_BYTES = "reserve", 1 << 20
"""A file that is given up when the disk is full, so that the journal can still say what was done by then."""

_SEEN_AT_ONCE = 1000
COMMIT_OUTCOMES = 200
COMMIT_SECONDS = 0.5
"""A group of outcomes is committed when it is that large, or that old when the next thing happens."""


def open_journal(output: Path, fresh: bool = False) -> Journal:
    """Take the output folder for one run; `fresh` forgets all earlier ones.

    Raises:
        OutputError: another run holds the folder, or it cannot be written, or its journal cannot be used.
    """
    lock = FolderLock(output)
    try:
        if fresh:
            schema.remove(output)
        _keep_reserve(output)
        return Journal(output, schema.connect(output), lock)
    except BaseException:
        lock.release()
        raise


def _keep_reserve(output: Path) -> None:
    path = output / schema.FOLDER / _RESERVE
    try:
        if not path.exists() or path.stat().st_size < _RESERVE_BYTES:
            path.write_bytes(bytes(_RESERVE_BYTES))
    except OSError as error:
        raise OutputError(f"cannot use the output folder {str(output)!r}: {error.strerror}") from error


class Journal:
    """The journal of the run that holds the folder. What is written lasts from the next `commit` on.

    All methods raise `OutputError` when the database cannot be written; what was not committed is then gone.
    """

    def __init__(self, output: Path, database: sqlite3.Connection, lock: FolderLock) -> None:
        """See `open_journal`."""
        self.output = output
        self.run = 0
        """The run's number, once it has begun."""
        self._database = database
        self._lock = lock
        self._uncommitted = 0
        self._committed_at = time.monotonic()
        self._before_commit: Callable[[], None] = _nothing
        self._after_commit: list[Callable[[], None]] = []
        self._seen: list[int] = []

    def before_commit(self, prepare: Callable[[], None]) -> None:
        """Call `prepare` before every commit, to bring to the disk what the commit speaks of."""
        self._before_commit = prepare

    def after_commit(self, act: Callable[[], None]) -> None:
        """Call `act` once, after the next commit: it destroys what is needed until the commit lasts."""
        self._after_commit.append(act)

    # ---- runs ----

    def runs(self) -> list[RunRecord]:
        """All runs so far, the oldest first."""
        try:
            return run_records(self._database)
        except sqlite3.Error as error:
            raise self._give_up(error) from error

    def begin_run(self, start: RunStart) -> int:
        """Note that a run begins; its number. One that never ended was killed."""
        self._write("UPDATE runs SET state = ? WHERE state = ?", (KILLED, RUNNING))
        cursor = self._write(
            "INSERT INTO runs(state, started, pid, fingerprint, settings, command, versions, slots)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                RUNNING,
                time.time(),
                os.getpid(),
                start.fingerprint,
                *(json.dumps(part, default=str) for part in (start.settings, start.command, start.versions)),
                json.dumps(start.slots, default=str),
            ),
        )
        assert cursor.lastrowid is not None
        self.run = cursor.lastrowid
        self.commit()
        return self.run

    def count_files(self, files: int) -> None:
        """Note how many inputs the run has found."""
        self._write("UPDATE runs SET files_found = ? WHERE id = ?", (files, self.run))

    def end_run(self, state: str, exit_code: int, message: str) -> None:
        """Note how the run ended, and commit."""
        self._write(
            "UPDATE runs SET state = ?, ended = ?, exit_code = ?, message = ? WHERE id = ?",
            (state, time.time(), exit_code, _valid(message), self.run),
        )
        self.commit()

    def record_event(self, event: WorkerEvent) -> None:
        """Note what happened to a worker."""
        self._write(
            "INSERT INTO events(run, time, slot, event, text) VALUES (?, ?, ?, ?, ?)",
            (event.run, event.time, event.slot, event.event, _valid(event.text)),
        )

    # ---- files ----

    def find_file(self, path: str) -> FileRecord | None:
        """What is known of an input."""
        try:
            return find_file(self._database, path)
        except sqlite3.Error as error:
            raise self._give_up(error) from error

    def has_files(self) -> bool:
        """Whether anything is known of any input."""
        return self._read("SELECT 1 FROM files LIMIT 1", ()).fetchone() is not None

    def has_name(self, name: str) -> bool:
        """Whether an input has this output name."""
        return self._read("SELECT 1 FROM files WHERE name = ?", (stored(name),)).fetchone() is not None

    def add_file(self, file: FileRecord) -> int:
        """Note an input of which nothing is known; its number, which `file` has none of yet."""
        cursor = self._write(
            "INSERT INTO files(path, name, size, mtime_ns, digest, pages, state, message, documents, seen)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            self._file_values(file),
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def put_file(self, file: FileRecord) -> None:
        """Note a known input as it is now."""
        self._write(
            "UPDATE files SET path = ?, name = ?, size = ?, mtime_ns = ?, digest = ?, pages = ?, state = ?,"
            " message = ?, documents = ?, seen = ? WHERE id = ?",
            (*self._file_values(file), file.id),
        )

    def _file_values(self, file: FileRecord) -> tuple[object, ...]:
        documents = json.dumps(file.documents) if file.documents else None
        return (stored(file.path), stored(file.name), *file[3:8], file.message, documents, self.run)

    def see_file(self, file: FileRecord) -> None:
        """Note that an input is still as it was."""
        self._seen.append(file.id)
        if file.state != LISTED or len(self._seen) >= _SEEN_AT_ONCE:
            self._write_seen()

    def note_file(self, file: int, message: str) -> None:
        """Note what happened to an input in the middle of the run."""
        self._write("UPDATE files SET message = ? WHERE id = ?", (message, file))

    def set_documents(self, file: int, documents: Sequence[str]) -> None:
        """Note the files that were made of all pages of the input."""
        self._write("UPDATE files SET documents = ? WHERE id = ?", (json.dumps(documents), file))

    def mark_absent(self) -> int:
        """Once all inputs were listed: note those of earlier runs that are not among them; how many."""
        self._write_seen()
        return self._write(
            "UPDATE files SET state = ?, message = 'not among the inputs any more' WHERE seen < ? AND state <> ?",
            (ABSENT, self.run, ABSENT),
        ).rowcount

    def _write_seen(self) -> None:
        seen, self._seen = self._seen, []
        try:
            if not self._database.in_transaction:
                self._database.execute("BEGIN IMMEDIATE")
            self._database.executemany(
                "UPDATE files SET seen = ?, state = ?, message = '' WHERE id = ?",
                ((self.run, LISTED, file) for file in seen),
            )
        except sqlite3.Error as error:
            raise self._give_up(error) from error

    # ---- pages ----

    def pages_of(self, file: int) -> list[PageEntry]:
        """The outcomes of an input's pages, in page order."""
        try:
            return pages_of(self._database, file)
        except sqlite3.Error as error:
            raise self._give_up(error) from error

    def forget_pages(self, file: int, pages: Iterable[int] | None = None) -> None:
        """Make pages pending again: all of the input's, or those numbers."""
        if pages is None:
            self._write("DELETE FROM pages WHERE file = ?", (file,))
            return
        for page in pages:
            self._write("DELETE FROM pages WHERE file = ? AND page = ?", (file, page))

    def record_page(self, entry: PageEntry) -> None:
        """Note the outcome of a pending page, and commit if it is time.

        Raises:
            OutputError: also if the page has an outcome already, which is a defect of the caller.
        """
        self._write(
            f"INSERT INTO pages({PAGE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *entry[:5],
                _valid(entry.message),
                _valid(entry.detail),
                *entry[7:12],
                json.dumps(entry.outputs),
                *entry[13:],
            ),
        )
        self._uncommitted += 1
        if self._uncommitted >= COMMIT_OUTCOMES:
            self.commit()
        else:
            self.tick()

    # ---- shards ----

    def shard_lengths(self) -> dict[int, int]:
        """The committed length of every shard, in bytes."""
        return dict(self._read("SELECT number, length FROM shards ORDER BY number", ()))

    def set_shard_length(self, number: int, length: int | None) -> None:
        """Note how long a shard is; None: that it is no more."""
        if length is None:
            self._write("DELETE FROM shards WHERE number = ?", (number,))
        else:
            self._write("INSERT OR REPLACE INTO shards(number, length) VALUES (?, ?)", (number, length))

    def live_bytes(self) -> dict[int, int]:
        """Bytes of the valid lines of every shard that has any."""
        query = "SELECT shard, sum(shard_end - shard_start) FROM pages WHERE shard IS NOT NULL GROUP BY shard"
        return dict(self._read(query, ()))

    def lose_lines(self, shard: int, length: int) -> int:
        """Make pages pending whose lines are not within the first `length` bytes of a shard; the length of the rest."""
        self._write("DELETE FROM pages WHERE shard = ? AND shard_end > ?", (shard, length))
        row = self._read("SELECT coalesce(max(shard_end), 0) FROM pages WHERE shard = ?", (shard,)).fetchone()
        return int(row[0])

    def lines_of(self, shard: int) -> list[tuple[int, int, int, int]]:
        """File, page, first byte and end of every valid line in a shard, in their order."""
        return self._read(
            "SELECT file, page, shard_start, shard_end FROM pages WHERE shard = ? ORDER BY shard_start", (shard,)
        ).fetchall()

    def move_line(self, file: int, page: int, place: tuple[int, int, int]) -> None:
        """Note where a page's line is now: shard, first byte, end."""
        self._write(
            "UPDATE pages SET shard = ?, shard_start = ?, shard_end = ? WHERE file = ? AND page = ?",
            (*place, file, page),
        )

    # ---- the end of a group ----

    def tick(self) -> None:
        """Commit if the group is old enough."""
        if time.monotonic() - self._committed_at >= COMMIT_SECONDS:
            self.commit()

    def commit(self) -> None:
        """Make everything so far last."""
        self._committed_at = time.monotonic()
        self._uncommitted = 0
        if not self._database.in_transaction:
            return
        try:
            self._before_commit()
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        try:
            self._database.execute("COMMIT")
        except sqlite3.Error as error:
            self.make_room()
            raise self._give_up(error) from error
        acts, self._after_commit = self._after_commit, []
        for act in acts:
            act()

    def make_room(self) -> None:
        """The disk is full, or may be: leave what is left of it to the journal."""
        with suppress(OSError):
            (self.output / schema.FOLDER / _RESERVE).unlink()

    def close(self) -> None:
        """Give up the folder. What was not committed is lost."""
        try:
            self._database.close()
        finally:
            self._lock.release()

    def _write(self, query: str, values: Sequence[object]) -> sqlite3.Cursor:
        database = self._database
        try:
            if not database.in_transaction:
                database.execute("BEGIN IMMEDIATE")
            return database.execute(query, values)
        except sqlite3.Error as error:
            raise self._give_up(error) from error

    def _read(self, query: str, values: Sequence[object]) -> sqlite3.Cursor:
        try:
            return self._database.execute(query, values)
        except sqlite3.Error as error:
            raise self._give_up(error) from error

    def _give_up(self, error: sqlite3.Error) -> OutputError:
        if self._database.in_transaction:
            self._database.execute("ROLLBACK")
        return OutputError(f"cannot write the journal of {str(self.output)!r}: {error}")


def _nothing() -> None:
    """Before a commit that speaks of nothing but itself."""


def _valid(text: str) -> str:
    """Text that SQLite can hold: file names that are not UTF-8 are escaped."""
    return text.encode("utf-8", "backslashreplace").decode()
