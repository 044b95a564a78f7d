"""`galley batch`: all matching files of a folder through a pipeline, continued after any interruption.

Runs in: parent.
"""

from __future__ import annotations

import argparse
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Any

from rich.console import Console

from galley.api import Runner, Settings
from galley.batches import BatchReport, BatchSettings, Watch, run_batch
from galley.batches.planning import plan_batch
from galley.cli.fetching import ShownFetch
from galley.cli.flags import PER_DOCUMENT, add_keyword_flags, words
from galley.cli.showing import count_listed, open_progress
from galley.cli.summary import print_summary
from galley.compat.batch import (
    DEFAULT_FORMATS,
    RUN_ROWS,
    SERVER_ROWS,
    BatchRequest,
    option_rows,
    parse_options,
    prepare,
    read_options,
)
from galley.compat.names import OWN
from galley.errors import ExitCode
from galley.tally import Tally
from galley.wording import counted

_DESCRIPTION = """\
Run all matching files of a folder through a pipeline, on one device or many. The output folder holds a journal:
the same command again goes on where the last one ended, however it ended, and does again only what has changed.
The first Ctrl-C finishes the pages in hand, the second breaks them off."""


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `batch`."""
    parser = commands.add_parser(
        "batch", help="run a folder through a pipeline", description=_DESCRIPTION, allow_abbrev=False
    )
    add = parser.add_argument
    add(
        "--pipeline",
        required=True,
        metavar="NAME",
        help=f"{', '.join(OWN)}, paddleocr:NAME or package.module:Class",
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--input_dir", metavar="FOLDER", help="where the inputs are")
    source.add_argument(
        "--input_jsonl",
        metavar="FILE",
        help='DocUnderstanding: questions, one on each line: {"image": PATH, "query": TEXT}; paths begin at its folder',
    )
    question = parser.add_mutually_exclusive_group()
    question.add_argument("--query", metavar="TEXT", help="DocUnderstanding: asked of every page")
    question.add_argument("--query_file", metavar="FILE", help="the same in a file")
    add("--device", help="as for the pipeline's own command (default: the first GPU that can be used, else cpu)")
    add("--output_dir", default="output", metavar="FOLDER", help="for results and journal (default: output)")
    add("--instances_per_device", type=int, default=1, metavar="N", help="pipelines on each device (default: 1)")
    add("--batch_size", type=int, default=1, metavar="N", help="pages given to one predict call (default: 1)")
    add(
        "--input_glob_pattern",
        default="*",
        metavar="GLOB",
        help="which files of the folder (default: *); a folder that matches stands for all files in it, ** for any "
        "number of folders",
    )
    add("--set", action="append", default=[], metavar="KEY=VALUE", help="an option of the pipeline; can be repeated")
    add("--config", metavar="FILE", help="a YAML file with options of the pipeline, or PaddleX's configuration of it")
    add(
        "--format",
        type=words,
        default=DEFAULT_FORMATS,
        metavar="FORMATS",
        help="what is written for each page, separated by commas: json, img and what else the pipeline has; jsonl "
        "for lines in a few large files (default: json)",
    )
    add("--per_document", action="store_true", help=PER_DOCUMENT)
    add("--retry_failed", action="store_true", help="try pages again that failed in an earlier run")
    add("--fresh", action="store_true", help="forget all earlier runs on the output folder, and do everything again")
    add("--hash_inputs", action="store_true", help="recognise inputs by content, not by size and time of change")
    add("--allow_empty", action="store_true", help="finding no input is no error")
    add("--dry_run", action="store_true", help="say what would be done, and do nothing")
    add("--quiet", action="store_true", help="show no progress; failures are still reported")
    add_keyword_flags(parser, (*SERVER_ROWS, *RUN_ROWS))
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> ExitCode:
    settings, batch = prepare(_request(options))
    if options.dry_run:
        return _print_plan(settings, batch)
    return _run_batch(settings, batch, options.quiet)


def _request(options: argparse.Namespace) -> BatchRequest:
    given = {} if options.config is None else read_options(options.config)
    servers = {row.name: value for row in SERVER_ROWS if (value := getattr(options, row.name)) is not None}
    return BatchRequest(
        pipeline=options.pipeline,
        input_dir=options.input_dir,
        input_jsonl=options.input_jsonl,
        query=options.query,
        query_file=options.query_file,
        device=options.device,
        output_dir=options.output_dir,
        instances_per_device=options.instances_per_device,
        batch_size=options.batch_size,
        input_glob_pattern=options.input_glob_pattern,
        options=given | servers | parse_options(option_rows(options.pipeline), options.set),
        run_options={row.name: getattr(options, row.name) for row in RUN_ROWS},
        formats=options.format,
        per_document=options.per_document,
        retry_failed=options.retry_failed,
        fresh=options.fresh,
        hash_inputs=options.hash_inputs,
        allow_empty=options.allow_empty,
    )


def _run_batch(settings: Settings[Any], batch: BatchSettings, quiet: bool) -> ExitCode:
    console = Console(stderr=True)
    tally = Tally(started_at=time.monotonic())
    progress = open_progress(quiet, tally, console)
    say = partial(console.print, highlight=False, markup=False, soft_wrap=True)

    def found(files: int) -> None:
        tally.files = files

    def finished_before(pages: int) -> None:
        tally.files -= 1

    watch = Watch(say, found, finished_before, partial(count_listed, tally), progress.event, progress.outcome)

    def notice(text: str) -> None:
        tally.notice = text
        if quiet or not console.is_terminal:
            # Not through a stream or the console: their locks may be held by the very code that was interrupted.
            os.write(2, f"galley: {text}\n".encode())

    with _gentle_interrupt(notice) as interrupt:
        try:
            report = run_batch(batch, lambda: Runner(settings, ShownFetch(console)), watch, interrupt.asked)
        finally:
            tally.notice = ""
            progress.close()
    if tally.ended:
        print_summary(console, tally, time.monotonic(), None)
    say(_conclusion(report))
    return report.exit_code


def _conclusion(report: BatchReport) -> str:
    parts = [f"{counted(report.files, 'file')}: {counted(report.done, 'page')} done"]
    if report.earlier:
        parts.append(f"{report.earlier:,} of them by earlier runs")
    if report.failed:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(report.failures.items()))
        parts.append(f"{report.failed:,} failed ({kinds}); --retry_failed tries them again")
    if report.skipped:
        parts.append(f"{counted(report.skipped, 'file')} of no supported kind skipped")
    if report.absent:
        parts.append(f"{counted(report.absent, 'input')} of earlier runs not there any more")
    lines = ["; ".join(parts)]
    if report.message:
        lines.append(report.message)
    lines.append(f"results, report.json and the journal are in {report.output_dir}")
    return "\n".join(lines)


def _print_plan(settings: Settings[Any], batch: BatchSettings) -> ExitCode:
    plan = plan_batch(settings, batch)
    for line in plan.lines():
        print(line)
    return ExitCode.OK if plan.files or batch.allow_empty else ExitCode.BAD_INPUT


class _Interrupt:
    """The first Ctrl-C or SIGTERM asks, the second breaks off."""

    def __init__(self, notice: Callable[[str], None]) -> None:
        self._notice = notice
        self._asked = False

    def asked(self) -> bool:
        return self._asked

    def receive(self, number: int, frame: FrameType | None) -> None:
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True
        self._notice("finishing the pages in hand; once more breaks them off")


@contextmanager
def _gentle_interrupt(notice: Callable[[str], None]) -> Iterator[_Interrupt]:
    interrupt = _Interrupt(notice)
    before = {number: signal.signal(number, interrupt.receive) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interrupt
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
