"""Flags made from the keyword table.

Runs in: parent.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable

from galley.compat.keyword_tables.shared import COMMON
from galley.compat.keywords import Keyword, flag_word, number, word_list
from galley.errors import BadArguments

PER_DOCUMENT = "Also write one file of all pages of each PDF and TIFF file, in those formats that can be joined."
"""What `--per_document` does."""

QUIET = "Write nothing to standard error where nothing goes wrong."
"""What `--quiet` does."""


def add_grouped_flags(parser: argparse.ArgumentParser, rows: Iterable[Keyword]) -> None:
    """Add a flag for every row that is one, in `--help` under titles that say what it is about."""
    groups: dict[str, list[Keyword]] = {title: [] for title in _TITLES}
    for row in rows:
        groups[_title(row)].append(row)
    for title, grouped in groups.items():
        if any(row.flag for row in grouped):
            add_keyword_flags(parser.add_argument_group(title), grouped)


_TITLES = ("what is done", "models", "devices, engines, workers, and how files are read", "old names")
_COMMON = frozenset(row.name for row in COMMON)


def _title(row: Keyword) -> str:
    steps, models, running, old = _TITLES
    if row.new_name is not None:
        return old
    if row.name in _COMMON:
        return running
    return models if row.name.endswith(("_model_name", "_model_dir")) else steps


def add_keyword_flags(parser: argparse._ActionsContainer, rows: Iterable[Keyword]) -> None:
    """Add a flag for every row that is one; None where it is not given."""
    for row in rows:
        if row.flag:
            parser.add_argument(
                f"--{row.name}",
                type=_argument_type(row),
                nargs=row.words,
                choices=row.choices,
                metavar=_metavar(row),
                help=row.help.replace("%", "%%"),
            )


def words(text: str) -> tuple[str, ...]:
    """Words separated by commas, as an argument type that shows as `words` in messages."""
    return word_list(text)


def _argument_type(row: Keyword) -> Callable[[str], object]:
    return _boolean if row.parse is flag_word else row.parse


def _boolean(word: str) -> bool:
    try:
        return flag_word(word)
    except BadArguments as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _metavar(row: Keyword) -> str | None:
    if row.choices is not None:
        return None
    return {flag_word: "{True,False}", int: "N", float: "X", number: "X"}.get(row.parse, "TEXT")
