"""`galley status`: how the batches on an output folder stand, also while one is going on.

Runs in: parent.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from galley.batches.report import summarize
from galley.errors import ExitCode
from galley.journal import Ledger, RunRecord, open_ledger
from galley.journal.records import RUNNING
from galley.pages import name_place
from galley.wording import counted, describe_seconds, shown

_SHOWN = 20


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `status`."""
    parser = commands.add_parser(
        "status",
        help="what a batch has done, and what failed and why",
        description="How the batches on an output folder stand, also in the middle of a run.",
        allow_abbrev=False,
    )
    parser.add_argument("output", metavar="OUTPUT", help="the batch's output folder")
    parser.add_argument("--json", action="store_true", help="counts and runs for a program to read")
    parser.add_argument("--all", action="store_true", help=f"list all failures, not the first {_SHOWN}")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> ExitCode:
    with open_ledger(Path(options.output)) as ledger:
        if options.json:
            print(json.dumps(summarize(ledger), indent=2))
        else:
            _print(ledger, -1 if options.all else _SHOWN)
    return ExitCode.OK


def _print(ledger: Ledger, limit: int) -> None:
    counts = ledger.counts()
    runs = ledger.runs()
    absent = f", {counts.absent:,} not there any more" if counts.absent else ""
    print(f"{counted(counts.files, 'file')}, {counts.skipped:,} skipped{absent}")
    if runs and runs[-1].files_found is not None and runs[-1].files_found > counts.files:
        print(f"{counted(runs[-1].files_found - counts.files, 'file is', 'files are')} not listed yet")
    print(f"pages: {counts.done:,} done, {counts.failed:,} failed, {counts.pending:,} pending")
    for kind, count in counts.failures.items():
        print(f"  {count:,} {kind}")
    for number, (file, page) in enumerate(ledger.failures(limit), 1):
        place = name_place(file.path, None if page.page < 0 else page.page)
        print(f"  {page.kind}: {place}: {page.message}")
        if number == limit and counts.failed > limit:
            print(f"  and {counts.failed - limit:,} more; --all lists them")
    for file in ledger.noted_files(limit):
        print(f"  {shown(file.path)}: {file.message}")
    for run in runs:
        print(_run_line(run))


def _run_line(run: RunRecord) -> str:
    begun = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(run.started))
    if run.state == RUNNING:
        how = f"for {describe_seconds(time.time() - run.started)}, process {run.pid}"
    elif run.ended is None:
        how = "with no end on record"
    else:
        how = f"after {describe_seconds(run.ended - run.started)}, exit code {run.exit_code}"
    # What a worker wrote at its end follows on further lines: that is for report.json and the report.
    message = f": {run.message.splitlines()[0]}" if run.message else ""
    return f"run {run.id}, {begun}: {run.state} {how}{message}"
