"""The tables of the journal, and opening its database.

Runs in: parent.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from galley.errors import OutputError

FOLDER = ".galley"
"""Below the output folder: whatever a batch keeps for itself."""

VERSION = 2

_TABLES = """
CREATE TABLE runs(
    id INTEGER PRIMARY KEY, state TEXT NOT NULL, started REAL NOT NULL, ended REAL, pid INTEGER NOT NULL,
    fingerprint TEXT NOT NULL, settings TEXT NOT NULL, command TEXT NOT NULL, versions TEXT NOT NULL,
    slots TEXT NOT NULL, files_found INTEGER, exit_code INTEGER, message TEXT NOT NULL DEFAULT ''
);
CREATE TABLE files(
    id INTEGER PRIMARY KEY, path UNIQUE NOT NULL, name NOT NULL, size INTEGER, mtime_ns INTEGER, digest TEXT,
    pages INTEGER, state TEXT NOT NULL, message TEXT NOT NULL DEFAULT '', documents TEXT, seen INTEGER NOT NULL
);
CREATE INDEX files_by_name ON files(name);
CREATE TABLE pages(
    file INTEGER NOT NULL, page INTEGER NOT NULL, run INTEGER NOT NULL, state TEXT NOT NULL, kind TEXT,
    message TEXT NOT NULL, detail TEXT NOT NULL, tries INTEGER NOT NULL, slot TEXT, started REAL, ended REAL NOT NULL,
    seconds REAL, outputs TEXT NOT NULL, shard INTEGER, shard_start INTEGER, shard_end INTEGER,
    PRIMARY KEY (file, page)
) WITHOUT ROWID;
CREATE INDEX failures ON pages(kind) WHERE state = 'failed';
CREATE INDEX lines ON pages(shard, shard_start) WHERE shard IS NOT NULL;
CREATE TABLE shards(number INTEGER PRIMARY KEY, length INTEGER NOT NULL);
CREATE TABLE events(
    run INTEGER NOT NULL, time REAL NOT NULL, slot TEXT NOT NULL, event TEXT NOT NULL, text TEXT NOT NULL
);
"""


def database_path(output: Path) -> Path:
    """Where the journal of an output folder is."""
    return output / FOLDER / "journal.sqlite"


def connect(output: Path) -> sqlite3.Connection:
    """Open the journal for writing, made new where there is none. Transactions are begun and ended by hand.

    Raises:
        OutputError: it cannot be opened, or another version of Galley wrote it.
    """
    path = database_path(output)
    try:
        database = sqlite3.connect(path, isolation_level=None, timeout=30.0)
    except sqlite3.Error as error:
        raise OutputError(f"cannot open the journal {str(path)!r}: {error}") from error
    try:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        version = _version(database)
        if version == 0:
            database.executescript(f"BEGIN; {_TABLES} PRAGMA user_version={VERSION}; COMMIT")
        else:
            _require_version(version, path)
    except sqlite3.Error as error:
        database.close()
        raise OutputError(f"cannot use the journal {str(path)!r}: {error}; --fresh begins a new one") from error
    except OutputError:
        database.close()
        raise
    return database


def connect_reader(output: Path) -> sqlite3.Connection:
    """Open the journal for reading, also in the middle of a run, or in a folder that cannot be written.

    Raises:
        OutputError: there is none, or it cannot be read.
    """
    path = database_path(output)
    if not path.is_file():
        raise OutputError(f"there is no journal in {str(output)!r}: no batch has run there")
    # In a folder that cannot be written SQLite reads only what it is told will not change.
    for query in ("mode=ro", "mode=ro&immutable=1"):
        database: sqlite3.Connection | None = None
        try:
            database = sqlite3.connect(f"{path.absolute().as_uri()}?{query}", uri=True, isolation_level=None)
            version = _version(database)
        except sqlite3.Error as error:
            failure = error
            if database is not None:
                database.close()
            continue
        if version == VERSION:
            return database
        database.close()
        if version == 0:
            raise OutputError(f"there is no journal in {str(output)!r} yet: a batch is just beginning there")
        _require_version(version, path)
    raise OutputError(f"cannot read the journal {str(path)!r}: {failure}")


def remove(output: Path) -> None:
    """Forget everything. For the holder of the folder's lock.

    Raises:
        OutputError: a file cannot be removed.
    """
    path = database_path(output)
    try:
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"cannot remove the journal {str(path)!r}: {error.strerror}") from error


def _version(database: sqlite3.Connection) -> int:
    version: int = database.execute("PRAGMA user_version").fetchone()[0]
    return version


def _require_version(version: int, path: Path) -> None:
    if version != VERSION:
        raise OutputError(
            f"the journal {str(path)!r} is of format {version}, and this Galley writes {VERSION}; "
            "use the Galley that wrote it, another --output_dir, or --fresh"
        )
