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

from galley.api import Runner, Settings
from galley.batches import BatchReport, BatchSettings, Watch, run_batch
from galley.batches.planning import plan_batch
from galley.cli.fetching import ShownFetch
from galley.cli.flags import PER_DOCUMENT, QUIET, add_keyword_flags, words
from galley.cli.showing import count_listed, open_console, open_progress
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
        "batch",
        help="run a folder through a pipeline",
        description=_DESCRIPTION,
        usage="galley batch --pipeline NAME --input_dir FOLDER [--output_dir FOLDER] [--device DEVICE] [option ...]",
        allow_abbrev=False,
    )
    _add_pipeline(parser.add_argument_group("pipeline"))
    _add_inputs(parser.add_argument_group("inputs"))
    _add_results(parser.add_argument_group("results"))
    _add_course(parser.add_argument_group("course of the run"))
    running = parser.add_argument_group("devices, workers, and how files are read")
    running.add_argument("--device", help="As for the pipeline's own command. Default: the first usable GPU, else cpu.")
    running.add_argument(
        "--instances_per_device",
        type=int,
        default=1,
        metavar="N",
        help="Pipelines on each device. Default: 1.",
    )
    running.add_argument(
        "--batch_size", type=int, default=1, metavar="N", help="Pages given to one predict call. Default: 1."
    )
    add_keyword_flags(running, RUN_ROWS)
    add_keyword_flags(parser.add_argument_group("servers, for DocUnderstanding"), SERVER_ROWS)
    parser.set_defaults(run=_run, explain=_explain)


def _explain(flag: str, options: argparse.Namespace) -> str:
    """What to write in place of a flag that is none of the batch's, where it is an option of the pipeline."""
    name = flag.lstrip("-")
    rows = option_rows(options.pipeline)
    if rows is None:
        return f"; if it is an option of the pipeline, give it as --set {name}=VALUE"
    known = name in {row.name for row in rows}
    return f"; it is an option of the pipeline: give it as --set {name}=VALUE" if known else ""


def _add_pipeline(group: argparse._ArgumentGroup) -> None:
    names = f"{', '.join(OWN)}, paddleocr:NAME or package.module:Class."
    group.add_argument("--pipeline", required=True, metavar="NAME", help=names)
    group.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="An option of the pipeline, as its own command has it; can be repeated.",
    )
    group.add_argument(
        "--config", metavar="FILE", help="A YAML file with options of the pipeline, or PaddleX's configuration of it."
    )


def _add_inputs(group: argparse._ArgumentGroup) -> None:
    source = group.add_mutually_exclusive_group(required=True)
    source.add_argument("--input_dir", metavar="FOLDER", help="Where the inputs are.")
    source.add_argument(
        "--input_jsonl",
        metavar="FILE",
        help='DocUnderstanding: questions, one a line: {"image": PATH, "query": TEXT}; paths begin at its folder.',
    )
    group.add_argument(
        "--input_glob_pattern",
        default="*",
        metavar="GLOB",
        help="Which files of the folder; a folder that matches stands for all files in it, ** for any number of "
        "folders. Default: *.",
    )
    question = group.add_mutually_exclusive_group()
    question.add_argument("--query", metavar="TEXT", help="DocUnderstanding: asked of every page.")
    question.add_argument("--query_file", metavar="FILE", help="The same in a file.")
    group.add_argument("--hash_inputs", action="store_true", help="Tell inputs by content, not by size and time.")
    group.add_argument("--allow_empty", action="store_true", help="Finding no input is no error.")


def _add_results(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--output_dir", default="output", metavar="FOLDER", help="For results and journal. Default: output."
    )
    group.add_argument(
        "--format",
        type=words,
        default=DEFAULT_FORMATS,
        metavar="FORMATS",
        help="What is written for each page, separated by commas: json, img and what else the pipeline has; jsonl "
        "for lines in a few large files. Default: json.",
    )
    group.add_argument("--per_document", action="store_true", help=PER_DOCUMENT)


def _add_course(group: argparse._ArgumentGroup) -> None:
    for name, what in (
        ("retry_failed", "Try pages again that failed in an earlier run."),
        ("fresh", "Forget all earlier runs on the output folder, and do everything again."),
        ("dry_run", "Say what would be done, and do nothing."),
        ("quiet", QUIET),
    ):
        group.add_argument(f"--{name}", action="store_true", help=what)


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
    console = open_console()
    tally = Tally(started_at=time.monotonic())
    progress = open_progress(quiet, tally, console)
    say = partial(console.print, soft_wrap=True)

    def found(files: int) -> None:
        tally.files = files

    def finished_before() -> None:
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
    if not quiet or report.exit_code is not ExitCode.OK:
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
