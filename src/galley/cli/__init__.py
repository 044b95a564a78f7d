"""The command `galley`: the only place that prints, exits, and sets up logging and signals.

Runs in: parent.
"""

from __future__ import annotations

import argparse
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


class _Parser(argparse.ArgumentParser):
    """An ArgumentParser whose complaint about an unknown flag names the flags it may have meant."""

    def error(self, message: str) -> NoReturn:
        prefix = "unrecognized arguments: "
        if message.startswith(prefix):
            known = [flag for action in self._every_action() for flag in action.option_strings]
            words = [word for word in message.removeprefix(prefix).split() if word.startswith("-")]
            message += "".join(suggest(word.split("=")[0], known) for word in words[:1])
        super().error(message)

    def _every_action(self) -> list[argparse.Action]:
        actions = list(self._actions)
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction):
                actions.extend(item for parser in action.choices.values() for item in parser._actions)
        return actions


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = _Parser(
        prog="galley",
        description="Document-OCR pipelines in parallel: many devices, many instances, the interface of one.",
        allow_abbrev=False,
    )
    parser.add_argument("-v", "--version", action="version", version=f"galley {__version__}")
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", required=True, parser_class=argparse.ArgumentParser
    )
    pipelines.add_commands(commands)
    batch.add_commands(commands)
    status.add_commands(commands)
    report.add_commands(commands)
    models.add_commands(commands)
    doctor.add_commands(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code (`galley.errors.ExitCode`)."""
    parser = build_parser()
    given = sys.argv[1:] if arguments is None else list(arguments)
    if not given:
        parser.print_help(sys.stderr)
        return int(ExitCode.BAD_ARGUMENTS)
    options = parser.parse_args(given)
    signal.signal(signal.SIGTERM, _interrupt)
    warnings.showwarning = _show_warning
    try:
        return int(options.run(options))
    except GalleyError as error:
        say(f"galley: {error}")
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
