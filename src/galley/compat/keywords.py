"""What a keyword is, and turning given keywords into settings.

Runs in: parent. The keywords themselves are in `galley.compat.table`.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from galley.config import suggest
from galley.errors import BadArguments


def flag_word(word: str) -> bool:
    """PaddleOCR's boolean flags take a word: true, yes, t, y and 1 mean yes.

    PaddleOCR takes every other word for no; here only false, no, f, n and 0 do, so that a typo is noticed.
    """
    lowered = word.lower()
    if lowered in ("true", "yes", "t", "y", "1"):
        return True
    if lowered in ("false", "no", "f", "n", "0"):
        return False
    raise BadArguments(f"{word!r} is neither true nor false")


def word_list(words: str) -> tuple[str, ...]:
    """Words separated by commas."""
    return tuple(word.strip() for word in words.split(",") if word.strip())


@dataclass(frozen=True, slots=True)
class Keyword:
    """One constructor keyword and, unless `flag` is false, one command-line flag."""

    name: str
    parse: Callable[[str], Any]
    """From the word on the command line to the value; its type is also the type of the keyword."""
    help: str
    path: str | None = None
    """Dotted path in `galley.api.Settings`; None where the keyword has no effect here."""
    default: Any = None
    """What PaddleOCR's signature says; the value counts as not given."""
    yaml: str | None = None
    """Dotted path in PaddleX's pipeline YAML, where it has one."""
    choices: tuple[str, ...] | None = None
    flag: bool = True
    no_effect: str = ""
    """Why it has no effect, said when it is given all the same."""


PADDLE_ENGINES = ("paddle", "paddle_static", "paddle_dynamic", "transformers")
OWN_ENGINES = ("openvino", "onnxruntime", "tensorrt")


def check_keywords(owner: str, rows: Sequence[Keyword], given: Mapping[str, Any]) -> None:
    """Refuse what `owner` does not take.

    Raises:
        BadArguments: an unknown keyword (near matches are named), or a value of the wrong type or choice.
    """
    table = {row.name: row for row in rows}
    for name, value in given.items():
        if name not in table:
            raise BadArguments(f"{owner} has no keyword {name!r}{suggest(name, list(table))}")
        if value is not None:
            _check_value(table[name], value)


def _check_value(row: Keyword, value: Any) -> None:
    if row.choices is not None and value not in row.choices:
        raise BadArguments(f"{row.name}={value!r}; choose from {', '.join(row.choices)}")
    expected = _TYPES.get(row.parse)
    if expected is not None and (not isinstance(value, expected) or (isinstance(value, bool) and bool not in expected)):
        raise BadArguments(f"{row.name}={value!r} is a {type(value).__name__}; give a {expected[0].__name__}")


_TYPES: Mapping[Callable[[str], Any], tuple[type, ...]] = {
    int: (int,),
    float: (float, int),
    flag_word: (bool,),
}


def settings_values(rows: Sequence[Keyword], given: Mapping[str, Any]) -> dict[str, Any]:
    """The values of `given` by their path in `Settings`; a warning for each that has no effect."""
    values: dict[str, Any] = {}
    for row in rows:
        value = given.get(row.name)
        if value is None or value == row.default:
            continue
        if row.path is not None:
            values[row.path] = value
        elif row.no_effect:
            warnings.warn(f"{row.name} has no effect: {row.no_effect}", stacklevel=4)
    engine = given.get("engine")
    if engine in PADDLE_ENGINES:
        warnings.warn(f"engine={engine!r} is not Galley's; the default engine is used", stacklevel=4)
        del values["pipeline.engine.engine"]
    if given.get("use_tensorrt"):
        values["pipeline.engine.engine"] = "tensorrt"
    return values


def signature(rows: Sequence[Keyword]) -> inspect.Signature:
    """A signature that shows these keywords, for `help()` and for editors."""
    return inspect.Signature(
        [
            inspect.Parameter(
                row.name, inspect.Parameter.KEYWORD_ONLY, default=row.default, annotation=_annotation(row)
            )
            for row in rows
        ]
    )


def _annotation(row: Keyword) -> str:
    name = {flag_word: "bool", word_list: "Sequence[str]"}.get(row.parse, getattr(row.parse, "__name__", "str"))
    return name if row.default is not None else f"{name} | None"
