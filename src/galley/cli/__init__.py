"""The command `galley`: the only place that prints, exits, and sets up logging and signals.

Runs in: parent.
"""

from __future__ import annotations

import argparse
import io
import signal
import sys
import traceback
import warnings
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn, TextIO

from galley import __version__
from galley.cli import batch, doctor, models, pipelines, report, status
from galley.config import suggest
from galley.errors import ExitCode, GalleyError


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="galley",
        description="Document-OCR pipelines in parallel: many devices, many instances, the interface of one.",
        allow_abbrev=False,
    )
    parser.add_argument("-v", "--version", action="version", version=f"galley {__version__}")
    parser.set_defaults(explain=_explain_nothing)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    pipelines.add_commands(commands)
    batch.add_commands(commands)
    status.add_commands(commands)
    report.add_commands(commands)
    models.add_commands(commands)
    doctor.add_commands(commands)
    for command in commands.choices.values():
        command.set_defaults(parser=command)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code (`galley.errors.ExitCode`)."""
    parser = build_parser()
    given = sys.argv[1:] if arguments is None else list(arguments)
    if not given:
        parser.print_help(sys.stderr)
        return int(ExitCode.BAD_ARGUMENTS)
    _show_every_character(sys.stdout)
    signal.signal(signal.SIGTERM, _interrupt)
    warnings.showwarning = _show_warning
    try:
        options, unknown = parser.parse_known_args(given)
        if unknown:
            options.parser.error(f"unrecognized arguments: {' '.join(unknown)}{_meant(options, unknown)}")
        return int(options.run(options))
    except GalleyError as error:
        say(f"galley: {error}")
        if error.exit_code is ExitCode.UNEXPECTED and error.__cause__ is not None:
            say(str(error.__cause__))
        return int(error.exit_code)
    except KeyboardInterrupt:
        say("galley: interrupted; no worker is left running")
        return int(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our standard output has gone, as `galley … | head` does: nobody is left to tell.
        sys.stderr.close()
        return int(ExitCode.OUTPUT)
    except Exception:
        say(f"galley: this is a defect in Galley, please report it\n{traceback.format_exc()}")
        return int(ExitCode.UNEXPECTED)


def _meant(options: argparse.Namespace, unknown: Sequence[str]) -> str:
    """What may have been meant by the first unknown flag; nothing where none of the words is one."""
    flags = [word.partition("=")[0] for word in unknown if word.startswith("-")]
    if not flags:
        return ""
    known = [name for action in options.parser._actions for name in action.option_strings]
    explained: str = options.explain(flags[0], options)
    return explained if explained else suggest(flags[0], known)


def _explain_nothing(flag: str, options: argparse.Namespace) -> str:
    """For commands that know nothing of flags that are not theirs."""
    return ""


def _show_every_character(stream: TextIO) -> None:
    """Escape what the terminal's encoding lacks, as standard error does, in place of failing at it."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """Write a line to standard error."""
    print(text, file=sys.stderr, flush=True)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    say(f"galley: warning: {message}")
