"""One command for each pipeline, such as `galley doc_preprocessor`.

Runs in: parent.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from galley.api import Runner, Settings
from galley.cli.fetching import ShownFetch
from galley.cli.flags import PER_DOCUMENT, QUIET, add_grouped_flags, words
from galley.cli.showing import count_listed, open_console, open_progress
from galley.cli.summary import exit_code, print_summary
from galley.compat.interface import Interface, interface_of, make_settings
from galley.compat.names import OWN
from galley.errors import BadArguments, ExitCode
from galley.inputs import count_files
from galley.inputs.planning import without_repeats
from galley.outputs.files import TEMPORARY_PREFIX, remove_tree
from galley.outputs.saving import FORMATS, SAVE_ALL, SavePlan, plan_saving
from galley.pages import Done
from galley.tally import Tally

_USAGE = "-i INPUT [INPUT ...] [--save_path FOLDER] [--device DEVICE] [option ...]"
"""Instead of all flags, which would hide what a complaint says."""


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add a command for each pipeline there is."""
    for interface in dict.fromkeys(map(interface_of, OWN)):
        parser = commands.add_parser(
            interface.command,
            help=interface.purpose,
            description=f"{interface.purpose.capitalize()}, on one device or many.",
            usage=f"galley {interface.command} {_USAGE}",
            allow_abbrev=False,
        )
        _add_flags(parser, interface)
        parser.set_defaults(run=partial(_run_pipeline, interface))


def _add_flags(parser: argparse.ArgumentParser, interface: Interface) -> None:
    result = interface.result
    files = parser.add_argument_group("input and output")
    files.add_argument(
        "-i",
        "--input",
        required=True,
        nargs="+",
        action="extend",
        metavar="INPUT",
        help=interface.input_help,
    )
    files.add_argument(
        "--save_path",
        metavar="FOLDER",
        help="Where results are written; without it they are printed, one line of JSON for each page.",
    )
    files.add_argument(
        "--format",
        type=words,
        metavar="FORMATS",
        help=f"What is written, separated by commas: {', '.join(FORMATS[result])}. "
        f"Default: {','.join(SAVE_ALL[result])}.",
    )
    files.add_argument("--per_document", action="store_true", help=PER_DOCUMENT)
    files.add_argument("--quiet", action="store_true", help=QUIET)
    add_grouped_flags(parser, interface.rows)


def _run_pipeline(interface: Interface, options: argparse.Namespace) -> ExitCode:
    given = {row.name: getattr(options, row.name) for row in interface.rows if row.flag}
    settings = make_settings(interface, f"galley {interface.command}", given)
    inputs = interface.parse_inputs(options.input)
    save = _save_plan(options, interface.result)
    return _run(replace(settings, save=save), inputs if save.folder is None else without_repeats(inputs), options)


def _save_plan(options: argparse.Namespace, result: type) -> SavePlan:
    if options.save_path is None:
        if options.format is not None or options.per_document:
            raise BadArguments("--format and --per_document need --save_path, the folder to write to")
        return SavePlan(folder=None, formats=())
    names = SAVE_ALL[result] if options.format is None else options.format
    # A folder of its own: another run may be writing the same documents.
    parts = Path(options.save_path, f"{TEMPORARY_PREFIX}parts-{secrets.token_hex(4)}")
    return plan_saving(result, options.save_path, names, per_document=options.per_document, parts=str(parts))


def _run(settings: Settings[Any], inputs: Sequence[Any], options: argparse.Namespace) -> ExitCode:
    console = open_console()
    tally = Tally(started_at=time.monotonic())
    printing = options.save_path is None
    tally.files = count_files(inputs)
    runner = Runner(settings, ShownFetch(console))
    progress = open_progress(options.quiet, tally, console)
    runner.watch(progress.event, partial(count_listed, tally))
    try:
        for outcome in runner.run(inputs, ordered=printing):
            progress.outcome(outcome)
            if printing and isinstance(outcome, Done):
                line = {"res": outcome.result.json, **outcome.result.beside()}
                _print_json(line)
    finally:
        progress.close()
        runner.close()
        if settings.save is not None and settings.save.documents is not None:
            remove_tree(Path(settings.save.documents.parts))
    code = exit_code(tally)
    if not options.quiet or code is not ExitCode.OK:
        print_summary(console, tally, time.monotonic(), options.save_path)
    return code


def _print_json(line: Mapping[str, Any]) -> None:
    """Write a line of JSON to standard output: UTF-8, whatever the terminal's encoding is."""
    text = json.dumps(line, ensure_ascii=False, default=str)
    # Bytes of a file's name that are not UTF-8 become `\udcff`, which means the same in JSON.
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")
    sys.stdout.flush()
