"""One pipeline as PaddleOCR's users know it, and the settings that given keywords stand for.

Runs in: parent. The classes and the command line both go through here.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from galley.api import Settings
from galley.compat.keywords import Keyword, check_keywords, settings_values
from galley.compat.names import OWN
from galley.compat.paddlex_yaml import read_keywords
from galley.config import overlay
from galley.errors import BadArguments


@dataclass(frozen=True, slots=True)
class Interface:
    """A pipeline's names, keywords and defaults."""

    command: str
    """PaddleOCR's name of the command."""
    paddlex_name: str
    """PaddleX's name of the pipeline."""
    purpose: str
    """What it does with pages, in a few words."""
    rows: tuple[Keyword, ...]
    """What the constructor takes; those with a `flag` are the command's flags too."""
    positional: int
    """How many of them PaddleOCR's constructor takes by position too; they come first, in its order."""
    call_rows: tuple[Keyword, ...]
    """What `predict` takes besides its input."""
    result: type
    """The kind of `galley.results.PageResult`."""
    defaults: Callable[[], Settings[Any]]
    """What holds where nothing is given."""
    parse_inputs: Callable[[Sequence[str]], Sequence[Any]] = tuple
    """What words on the command line mean as input."""
    input_help: str = "Images, PDF and TIFF documents, folders, globs or URLs."
    translate: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict
    """Keywords, by name, whose meaning hangs on others: replaced by those that mean it alone."""
    translate_call: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict
    """The same of the keywords of `predict`."""
    adopt: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict
    """Keywords that a PaddleX configuration stands for: those of them that mean something here."""


def interface_of(name: str) -> Interface:
    """That of the class of Galley's own called `name`, a key of `OWN`."""
    interface: Interface = import_module(OWN[name]).INTERFACE
    return interface


def make_settings(interface: Interface, owner: str, given: Mapping[str, Any]) -> Settings[Any]:
    """The settings that the keywords `given` mean; those that are None count as not given.

    Args:
        interface: whose keywords these are.
        owner: who takes them, for messages.
        given: value by name.

    Raises:
        BadArguments: an unknown keyword, a value that it cannot have, or two that exclude each other.
    """
    rows = interface.rows
    check_keywords(owner, rows, given)
    given = _with_new_names(rows, {name: value for name, value in given.items() if value is not None})
    config = given.get("paddlex_config")
    base = interface.adopt(read_keywords(config, interface.paddlex_name, rows)) if config is not None else {}
    return overlay(interface.defaults(), settings_values(rows, {**base, **interface.translate(given)}))


def _with_new_names(rows: tuple[Keyword, ...], given: Mapping[str, Any]) -> dict[str, Any]:
    """`given` with deprecated names replaced, and a warning for each."""
    renamed = {row.name: row.new_name for row in rows if row.new_name is not None}
    values: dict[str, Any] = {}
    for name, value in given.items():
        new = renamed.get(name, name)
        if new != name:
            warnings.warn(f"{name} is deprecated; use {new}", DeprecationWarning, stacklevel=4)
            if new in given:
                raise BadArguments(f"{name} and {new} mean the same; give one of them")
        values[new] = value
    return values
