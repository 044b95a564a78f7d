"""The one table from PaddleOCR's keywords to Galley's settings.

Runs in: parent. Data, and the few functions that read it.

Constructor keywords and command-line flags are both made from these rows, so that a name, its type, its meaning
and its help stand in one place.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from galley.config import PRECISIONS, suggest
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


_PADDLE_ENGINE = "it tunes Paddle's own inference engine, which Galley does not use"
PADDLE_ENGINES = ("paddle", "paddle_static", "paddle_dynamic", "transformers")
OWN_ENGINES = ("openvino", "onnxruntime", "tensorrt")

COMMON: tuple[Keyword, ...] = (
    Keyword(
        "device",
        str,
        "Where to run: cpu, cpu:0,1, gpu:0, gpu:0,1,2,3, gpu:0-3, gpu:0,1+cpu:0. One instance of the pipeline on "
        "each. Default: the first GPU that can be used, else cpu.",
        path="device",
    ),
    Keyword(
        "engine",
        str,
        "Inference engine. Default: openvino on CPU, onnxruntime on GPU. Names of Paddle's engines are accepted "
        "and mean the default.",
        path="pipeline.engine.engine",
        choices=(*OWN_ENGINES, *PADDLE_ENGINES),
    ),
    Keyword(
        "engine_config",
        str,
        "A mapping; accepted without effect.",
        no_effect="use engine, precision and cpu_threads",
        flag=False,
    ),
    Keyword(
        "enable_hpi", flag_word, "Accepted; Galley always takes the fastest engine there is.", no_effect=""
    ),
    Keyword("use_tensorrt", flag_word, "Use TensorRT (GPU): the same as --engine tensorrt.", default=False),
    Keyword(
        "precision",
        str,
        "Arithmetic of the networks. auto lets the engine take its fastest faithful one for this processor.",
        path="pipeline.engine.precision",
        choices=PRECISIONS,
    ),
    Keyword("enable_mkldnn", flag_word, "Accepted without effect.", default=True, no_effect=_PADDLE_ENGINE),
    Keyword("mkldnn_cache_capacity", int, "Accepted without effect.", default=10, no_effect=_PADDLE_ENGINE),
    Keyword(
        "cpu_threads",
        int,
        "Threads per instance of the pipeline. Default: its share of the processor's cores.",
        path="threads",
    ),
    Keyword("enable_cinn", flag_word, "Accepted without effect.", default=False, no_effect=_PADDLE_ENGINE),
    Keyword(
        "paddlex_config",
        str,
        "A PaddleX pipeline YAML file, or a mapping of the same form: its model names, model folders and switches "
        "are taken over.",
    ),
    Keyword(
        "instances_per_device",
        int,
        "Instances of the pipeline on each device.",
        path="instances_per_device",
        default=1,
    ),
    Keyword("page_timeout", float, "Seconds that one page may take.", path="limits.page_timeout"),
    Keyword("max_tries", int, "How often a page that kills its worker is tried.", path="limits.max_tries"),
    Keyword("pdf_password", str, "Password of encrypted PDF files.", path="inputs.pdf_password"),
    Keyword(
        "pdf_scale", float, "Scale at which PDF pages are rendered; 1 is 72 dpi.", path="inputs.pdf_scale"
    ),
    Keyword("max_pixels", int, "Largest picture that is decoded.", path="inputs.max_pixels"),
    Keyword(
        "serial",
        flag_word,
        "Run everything in this process, one page after another: for debugging.",
        path="serial",
        default=False,
    ),
)
"""What every pipeline takes: PaddleOCR's common keywords first, then Galley's own."""

ON_FAILURE = Keyword(
    "on_failure",
    str,
    "What predict does once all pages are done and some have failed: raise PagesFailed, or skip them with a warning.",
    path="on_failure",
    choices=("raise", "skip"),
    flag=False,
)
"""Python only: the command line always reports failures and says so in its exit code."""

_ORIENTATION_YAML = "SubModules.DocOrientationClassify"
_UNWARPING_YAML = "SubModules.DocUnwarping"

DOC_PREPROCESSOR: tuple[Keyword, ...] = (
    Keyword(
        "doc_orientation_classify_model_name",
        str,
        "Name of the page orientation model.",
        path="pipeline.orientation_model.name",
        yaml=f"{_ORIENTATION_YAML}.model_name",
    ),
    Keyword(
        "doc_orientation_classify_model_dir",
        str,
        "PaddleX ONNX folder of the page orientation model.",
        path="pipeline.orientation_model.folder",
        yaml=f"{_ORIENTATION_YAML}.model_dir",
    ),
    Keyword(
        "doc_unwarping_model_name",
        str,
        "Name of the unwarping model.",
        path="pipeline.unwarping_model.name",
        yaml=f"{_UNWARPING_YAML}.model_name",
    ),
    Keyword(
        "doc_unwarping_model_dir",
        str,
        "PaddleX ONNX folder of the unwarping model.",
        path="pipeline.unwarping_model.folder",
        yaml=f"{_UNWARPING_YAML}.model_dir",
    ),
    Keyword(
        "use_doc_orientation_classify",
        flag_word,
        "Find out how each page is turned, and turn it upright. Default: True.",
        path="pipeline.options.use_doc_orientation_classify",
        yaml="use_doc_orientation_classify",
    ),
    Keyword(
        "use_doc_unwarping",
        flag_word,
        "Flatten each page. Default: True.",
        path="pipeline.options.use_doc_unwarping",
        yaml="use_doc_unwarping",
    ),
)


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
    if expected is not None and (
        not isinstance(value, expected) or (isinstance(value, bool) and bool not in expected)
    ):
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
    name = {flag_word: "bool", word_list: "Sequence[str]"}.get(
        row.parse, getattr(row.parse, "__name__", "str")
    )
    return name if row.default is not None else f"{name} | None"
