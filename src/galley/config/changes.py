"""Replacing single knobs by their path.

Runs in: parent. Pure.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from galley.errors import BadArguments

ConfigT = TypeVar("ConfigT")


def overlay(config: ConfigT, values: Mapping[str, Any]) -> ConfigT:
    """`config` with some values replaced; keys are dotted paths such as `engine.precision`.

    Raises:
        BadArguments: a path names no field; the nearest names are given.
    """
    result = config
    for path, value in values.items():
        result = _replace_at(result, path.split("."), value, path)
    return result


def _replace_at(config: ConfigT, parts: list[str], value: Any, path: str) -> ConfigT:
    if not is_dataclass(config) or isinstance(config, type):
        raise BadArguments(f"{path!r} leads into a value that has no fields")
    known = [item.name for item in fields(config)]
    if parts[0] not in known:
        raise BadArguments(f"unknown option {path!r}{suggest(parts[0], known)}")
    if len(parts) > 1:
        value = _replace_at(getattr(config, parts[0]), parts[1:], value, path)
    return replace(config, **{parts[0]: value})


def suggest(name: str, known: list[str]) -> str:
    """The end of an error message: near matches of `name` among `known`, or all of a short list."""
    near = difflib.get_close_matches(name, dict.fromkeys(known), n=3, cutoff=0.6)
    if near:
        best = _likeness(name, near[0])
        near = [other for other in near if best - _likeness(name, other) < _AS_GOOD]
        return f"; did you mean {' or '.join(near)}?"
    return f"; known: {', '.join(sorted(known))}" if len(known) <= 40 else ""


def _likeness(name: str, other: str) -> float:
    return difflib.SequenceMatcher(None, other, name).ratio()


_AS_GOOD = 0.15
"""Matches that are worse than the best by more are not named."""
