"""`galley models`: what models there are, fetching them, checking them.

Runs in: parent.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from galley.cli.fetching import ShownFetch
from galley.cli.showing import open_console
from galley.errors import ExitCode
from galley.models.catalog import CATALOG
from galley.models.store import ModelStatus, State, ensure_models, list_models, open_store, verify_models
from galley.quantizing import quantize_recogniser


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `models` with its own commands."""
    parser = commands.add_parser("models", help="list, fetch and check models", allow_abbrev=False)
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    _add_action(actions, "list", _list, "what models there are and which are on this machine")
    pull = _add_action(actions, "pull", _pull, "fetch models, so that everything works offline afterwards")
    pull.add_argument("names", nargs="*", metavar="NAME", help="models to fetch; all when none is named")
    quantize = _add_action(
        actions,
        "quantize",
        _quantize,
        "make the int8 network that --precision int8 reads text with, by pages like yours (minutes)",
    )
    quantize.add_argument(
        "inputs", nargs="+", metavar="PAGES", help="pictures, documents or folders with 30 lines of text or more"
    )
    _add_action(actions, "verify", _verify, "check every byte of the models on this machine")


def _add_action(
    actions: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], ExitCode],
    what: str,
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.", allow_abbrev=False)
    parser.set_defaults(run=run)
    return parser


def _list(options: argparse.Namespace) -> ExitCode:
    table = Table(box=None, pad_edge=False)
    for title in ("model", "task", "size", "state", "licence", "source"):
        table.add_column(title, overflow="fold", no_wrap=title == "model")
    for status in list_models():
        spec = status.spec
        size = f"{spec.size / 1e6:.1f} MB"
        table.add_row(spec.name, spec.task.value, size, status.state.value, spec.licence, str(spec.wheel))
    # Without a terminal there is no width to keep to, and a program that reads this wants whole words.
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else 400, markup=False)
    console.print(table)
    console.print(f"store: {open_store().home}", soft_wrap=True, highlight=False)
    return ExitCode.OK


def _pull(options: argparse.Namespace) -> ExitCode:
    names = options.names if options.names else [spec.name for spec in CATALOG]
    for name, model in ensure_models(names, ShownFetch(open_console())).items():
        print(f"{name}  {model.path}")
    return ExitCode.OK


def _quantize(options: argparse.Namespace) -> ExitCode:
    path, lines = quantize_recogniser(options.inputs, ShownFetch(open_console()))
    print(f"{path}  made with {lines} lines")
    return ExitCode.OK


def _verify(options: argparse.Namespace) -> ExitCode:
    statuses = verify_models()
    for status in statuses:
        print(_verdict(status))
    damaged = any(status.state not in (State.PRESENT, State.MISSING) for status in statuses)
    return ExitCode.MODEL if damaged else ExitCode.OK


def _verdict(status: ModelStatus) -> str:
    # What there is to tell of a model names it and its state.
    return status.detail if status.detail else f"model {status.spec.name} is {status.state.value}"
