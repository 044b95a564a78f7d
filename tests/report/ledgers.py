"""Journals made up for tests: any number of pages, with any times, on any workers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from galley.errors import ExitCode
from galley.journal import FileRecord, Journal, PageEntry, RunStart, WorkerEvent, open_journal
from galley.journal.records import DONE, FAILED, FINISHED, LISTED, WHOLE
from galley.journal.schema import database_path

BEGIN = 1_760_000_000.0
"""When the first made-up run begins: seconds since the epoch."""


@dataclass(frozen=True)
class Piece:
    """One page: its file, when it was worked on (seconds after the run's start), where, and how it ended."""

    path: str
    start: float
    end: float
    slot: str | None = "cpu:0"
    page: int = WHOLE
    kind: str | None = None
    message: str = ""
    seconds: float | None = None
    detail: str = ""
    tries: int = 1


@dataclass(frozen=True)
class Turn:
    """One run."""

    pieces: Iterable[Piece]
    begin: float = BEGIN
    end: float | None = None
    """When it ended, seconds after `begin`; None for one that was killed."""
    slots: Sequence[str] = ("cpu:0",)
    events: Sequence[tuple[float, str, str, str]] = ()
    """Seconds after the start, slot, event, text."""
    state: str = FINISHED
    message: str = ""
    exit_code: ExitCode = ExitCode.OK


def make_journal(output: Path, turns: Sequence[Turn]) -> Path:
    """Write a journal; the output folder."""
    output.mkdir(parents=True, exist_ok=True)
    times = []
    with closing(open_journal(output)) as journal:
        files: dict[str, int] = {}
        for turn in turns:
            run = journal.begin_run(_start(turn))
            times.append((turn.begin, None if turn.end is None else turn.begin + turn.end, run))
            for seconds, slot, event, text in turn.events:
                journal.record_event(WorkerEvent(run, turn.begin + seconds, slot, event, text))
            for piece in turn.pieces:
                _record(journal, turn, piece, files)
            if turn.end is not None:
                journal.end_run(turn.state, turn.exit_code, turn.message)
            journal.commit()
    with closing(sqlite3.connect(database_path(output))) as database, database:
        database.executemany("UPDATE runs SET started = ?, ended = ? WHERE id = ?", times)
        # As many pages as there are outcomes: none is pending.
        database.execute("UPDATE files SET pages = (SELECT count(*) FROM pages WHERE pages.file = files.id)")
    return output


def _start(turn: Turn) -> RunStart:
    return RunStart(
        fingerprint="0123456789abcdef",
        settings={"pipeline": "DocPreprocessor", "engine.precision": "auto", "formats": ["json", "img"]},
        command={
            "input_dir": "/data/in",
            "output_dir": "/data/out",
            "arguments": ["galley", "batch", "--device", "a b"],
        },
        versions={"python": "3.11.9", "galley-ocr": "0.1.0"},
        slots=[{"name": name, "cores": [number], "threads": 1} for number, name in enumerate(turn.slots)],
    )


def _record(journal: Journal, turn: Turn, piece: Piece, files: dict[str, int]) -> None:
    if piece.path not in files:
        files[piece.path] = journal.add_file(_file(piece.path))
    elif turn.begin > BEGIN:
        journal.forget_pages(files[piece.path], [piece.page])
    journal.record_page(
        PageEntry(
            file=files[piece.path],
            page=piece.page,
            run=journal.run,
            state=DONE if piece.kind is None else FAILED,
            kind=piece.kind,
            message=piece.message,
            detail=piece.detail,
            tries=piece.tries,
            slot=piece.slot,
            started=turn.begin + piece.start,
            ended=turn.begin + piece.end,
            seconds=piece.end - piece.start if piece.seconds is None else piece.seconds,
            outputs=(),
        )
    )


def _file(path: str) -> FileRecord:
    return FileRecord(
        id=0,
        path=path,
        name=path.lstrip("/"),
        size=1000,
        mtime_ns=0,
        digest=None,
        pages=None,
        state=LISTED,
        message="",
        documents=(),
    )
