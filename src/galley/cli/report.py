"""`galley report`: a page to look at, and a trace, of the batches on an output folder.

Runs in: parent.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from galley.errors import ExitCode
from galley.report import write_page, write_trace

_DESCRIPTION = """\
Write report.html to the output folder of a batch, also in the middle of a run: what is done, what failed and why,
and what every worker did when. One file, with everything inside."""


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `report`."""
    parser = commands.add_parser(
        "report", help="a page to look at of what a batch did", description=_DESCRIPTION, allow_abbrev=False
    )
    parser.add_argument("output", metavar="OUTPUT", help="the batch's output folder")
    parser.add_argument(
        "--trace",
        metavar="FILE",
        help="also write every page as a slice on its worker's lane, in the trace-event format that Perfetto and "
        "Chrome show",
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> ExitCode:
    output = Path(options.output)
    print(write_page(output))
    if options.trace is not None:
        write_trace(output, Path(options.trace))
        print(options.trace)
    return ExitCode.OK
