"""Flags made from the keyword table.

Runs in: parent.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from galley.compat.keywords import Keyword, flag_word, word_list
from galley.errors import BadArguments

PER_DOCUMENT = "also write one file of all pages of each PDF and TIFF file, in those formats that can be joined"
"""What `--per_document` does."""


def add_keyword_flags(parser: argparse.ArgumentParser, rows: Iterable[Keyword]) -> None:
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


def _argument_type(row: Keyword) -> Any:
    return _boolean if row.parse is flag_word else row.parse


def _boolean(word: str) -> bool:
    try:
        return flag_word(word)
    except BadArguments as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _metavar(row: Keyword) -> str | None:
    if row.choices is not None:
        return None
    return {flag_word: "{True,False}", int: "N", float: "X"}.get(row.parse, "TEXT")
