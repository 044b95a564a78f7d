"""`report.json`: the account of all runs on an output folder, for machines.

Runs in: parent. Written whole or not at all, and piece by piece, since a million pages can fail. What a run that is
killed leaves of it lies with the journal, where the next run writes over it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from galley.errors import OutputError
from galley.journal import Ledger, RunRecord, open_ledger
from galley.journal.records import SKIPPED
from galley.journal.schema import FOLDER
from galley.outputs.files import describe_failure

REPORT_NAME = "report.json"


def write_report(output: Path) -> Path:
    """Write the report of the journal in `output` as it stands; where it is.

    Raises:
        OutputError: the journal cannot be read, or the report cannot be written.
    """
    path, draft = output / REPORT_NAME, output / FOLDER / REPORT_NAME
    try:
        with open_ledger(output) as ledger, draft.open("wb") as file:
            summary = summarize(ledger)
            file.write(json.dumps(summary, indent=2).encode()[:-2])
            _write_list(file, "failures", _failures(ledger))
            _write_list(file, "skipped", ({"path": f.path, "message": f.message} for f in ledger.files(SKIPPED)))
            _write_list(file, "unsteady", ({"path": f.path, "message": f.message} for f in ledger.noted_files()))
            file.write(b"\n}\n")
        draft.replace(path)
    except OSError as error:
        raise OutputError(describe_failure(path, error)) from error
    return path


def summarize(ledger: Ledger) -> dict[str, Any]:
    """Counts and runs, without the lists of single pages and files."""
    return {
        "output_dir": str(ledger.output),
        "counts": asdict(ledger.counts()),
        "runs": [_run(run) for run in ledger.runs()],
    }


def _run(run: RunRecord) -> dict[str, Any]:
    return {**asdict(run), "seconds": None if run.ended is None else run.ended - run.started}


def _failures(ledger: Ledger) -> Iterator[dict[str, Any]]:
    for file, page in ledger.failures():
        yield {
            "path": file.path,
            "page_index": page.page if page.page >= 0 else None,
            "kind": page.kind,
            "message": page.message,
            "detail": page.detail,
            "tries": page.tries,
            "slot": page.slot,
            "run": page.run,
        }


def _write_list(file: BinaryIO, name: str, entries: Iterable[dict[str, Any]]) -> None:
    file.write(f',\n  "{name}": ['.encode())
    for number, entry in enumerate(entries):
        file.write(b",\n    " if number else b"\n    ")
        file.write(json.dumps(entry).encode())
    file.write(b"]")
