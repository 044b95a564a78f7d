"""What a keyword is, and turning given keywords into settings.

Runs in: parent. The keywords themselves are in `galley.compat.keyword_tables`.
"""

from __future__ import annotations

import functools
import inspect
import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from galley.config import suggest
from galley.errors import BadArguments
from galley.wording import counted


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


def number(word: str) -> Any:
    """A number on the command line; in Python also a table of numbers by the number of the class."""
    return float(word)


def as_given(word: str) -> Any:
    """A word on the command line; in Python also a mapping or a result, as the keyword's help says."""
    return word


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
    new_name: str | None = None
    """The keyword to use instead, where this one is deprecated."""
    words: int | Literal["+"] | None = None
    """How many words the flag takes, where its value is a sequence: so many, or any number of at least one."""


PADDLE_ENGINES = ("paddle", "paddle_static", "paddle_dynamic", "transformers")
OWN_ENGINES = ("openvino", "onnxruntime", "tensorrt")
_FORMER: Mapping[str, str] = {
    "use_gpu": "give device='gpu' or device='cpu'",
    "gpu_id": "give device='gpu:0', with the number of the GPU",
    "gpu_mem": "leave it out, or give device_memory",
    "use_mp": "give several devices, such as device='cpu:0,1'",
    "total_process_num": "give several devices, such as device='cpu:0,1'",
    "show_log": "leave it out: set the level of the log `galley` instead",
    "cls": "give use_textline_orientation",
    "det": "leave it out: lines are always found first",
    "rec": "leave it out: lines are always read",
}
"""Keywords of PaddleOCR 2, which PaddleOCR 3 refuses as well, and what to do instead."""


def check_keywords(owner: str, rows: Sequence[Keyword], given: Mapping[str, Any]) -> None:
    """Refuse what `owner` does not take.

    Raises:
        BadArguments: an unknown keyword (near matches are named), or a value of the wrong type or choice.
    """
    table = {row.name: row for row in rows}
    for name, value in given.items():
        if name not in table:
            hint = f"; {_FORMER[name]}" if name in _FORMER else suggest(name, list(table))
            raise BadArguments(f"{owner} has no keyword {name!r}{hint}")
        if value is not None:
            _check_value(table[name], value)


def _check_value(row: Keyword, value: Any) -> None:
    if row.choices is not None and value not in row.choices:
        raise BadArguments(f"{row.name}={value!r}; choose from {', '.join(row.choices)}")
    if row.words is not None and not isinstance(value, list | tuple):
        raise BadArguments(f"{row.name}={value!r}; give a list")
    types, what = _EXPECTED.get(row.parse, ((object,), ""))
    for each in [value] if row.words is None else value:
        if not isinstance(each, types) or (isinstance(each, bool) and bool not in types):
            raise BadArguments(f"{row.name}={value!r}; give {what}{'' if row.words is None else ' in each place'}")


_EXPECTED: Mapping[Callable[[str], Any], tuple[tuple[type, ...], str]] = {
    int: ((int,), "a whole number"),
    float: ((float, int), "a number"),
    flag_word: ((bool,), "True or False"),
    str: ((str, os.PathLike), "a text"),
    word_list: ((str, list, tuple), "a text, or a list of texts"),
}
"""How a keyword is parsed -> the types that its value may have in Python, and how they are called. Others: any."""


def settings_values(rows: Sequence[Keyword], given: Mapping[str, Any]) -> dict[str, Any]:
    """The values of `given` by their path in `Settings`; a warning for each that has no effect."""
    values: dict[str, Any] = {}
    for row in rows:
        value = given.get(row.name)
        if value is None or value == row.default:
            continue
        if row.path is not None:
            values[row.path] = _plain(value) if row.words is None else tuple(value)
        elif row.no_effect:
            warnings.warn(f"{row.name} has no effect: {row.no_effect}", stacklevel=4)
    engine = given.get("engine")
    if engine in PADDLE_ENGINES:
        warnings.warn(f"engine={engine!r} is not Galley's; the default engine is used", stacklevel=4)
        del values["pipeline.engine.engine"]
    if given.get("use_tensorrt"):
        values["pipeline.engine.engine"] = "tensorrt"
    return values


def _plain(value: Any) -> Any:
    """A path as text: what the settings hold is written to journals, too."""
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def by_position(
    owner: str, rows: Sequence[Keyword], values: Sequence[Any], keywords: Mapping[str, Any]
) -> dict[str, Any]:
    """`keywords` and the `values` that were given by position, in the order of `rows`.

    Raises:
        BadArguments: too many values, or one that is given twice.
    """
    if len(values) > len(rows):
        raise BadArguments(f"{owner} takes {counted(len(rows), 'value')} by position, not {len(values)}")
    named = {row.name: value for row, value in zip(rows, values, strict=False)}
    twice = named.keys() & keywords.keys()
    if twice:
        raise BadArguments(f"{owner} was given {', '.join(sorted(twice))} twice")
    return named | dict(keywords)


def signature(rows: Sequence[Keyword], positional: int = 0) -> inspect.Signature:
    """A signature that shows these keywords, the first `positional` by position too, for `help()` and editors."""
    return inspect.Signature(
        [
            inspect.Parameter(
                row.name,
                inspect.Parameter.POSITIONAL_OR_KEYWORD if place < positional else inspect.Parameter.KEYWORD_ONLY,
                default=row.default,
                annotation=_annotation(row),
            )
            for place, row in enumerate(rows)
        ]
    )


def shown_with(method: Callable[..., Any], first: str, rows: Sequence[Keyword]) -> Callable[..., Any]:
    """`method`, shown with the parameter `first` and these keywords."""
    named = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in ("self", first)]

    @functools.wraps(method)
    def shown(*values: Any, **keywords: Any) -> Any:
        return method(*values, **keywords)

    shown.__signature__ = inspect.Signature([*named, *signature(rows).parameters.values()])  # type: ignore[attr-defined]
    return shown


def _annotation(row: Keyword) -> str:
    special = {flag_word: "bool", word_list: "Sequence[str]", as_given: "Any"}
    name = special.get(row.parse, getattr(row.parse, "__name__", "str"))
    if row.words is not None:
        name = f"Sequence[{name}]"
    return name if row.default is not None else f"{name} | None"
