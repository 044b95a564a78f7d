"""`galley.batch`: a folder of files through a pipeline that is named, with the seed script's words and a journal.

Runs in: parent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from galley.api import Runner, Settings
from galley.batches import BatchReport, BatchSettings, run_batch
from galley.batches.settings import LINES, PARTS, flatten
from galley.compat.asking import choose_source, read_query
from galley.compat.interface import interface_of, make_settings
from galley.compat.keyword_tables.shared import COMMON
from galley.compat.keyword_tables.understanding import DOC_UNDERSTANDING
from galley.compat.keywords import Keyword, check_keywords, settings_values
from galley.compat.names import Origin, resolve
from galley.compat.parallel import foreign_config
from galley.config import overlay, suggest
from galley.errors import BadArguments
from galley.foreign import ForeignPage
from galley.outputs.saving import SavePlan, plan_saving
from galley.results import UnderstoodPage

DEFAULT_FORMATS = ("json",)
"""What the script that this command stems from writes."""

RUN_ROWS: tuple[Keyword, ...] = tuple(
    row for row in COMMON if row.path is not None and row.path.split(".")[0] in ("limits", "inputs", "threads")
)
"""Keywords that are about the run and not about the pipeline: flags of `galley batch` for whatever pipeline."""

SERVER_ROWS: tuple[Keyword, ...] = tuple(row for row in DOC_UNDERSTANDING if row.name.startswith("vl_rec_"))
"""Keywords of pipelines that ask servers, which take the place of `device`: flags of `galley batch` as well."""


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """What the user asked for, before any of it is checked."""

    pipeline: str
    """`DocPreprocessor`, `paddleocr:PPStructureV3` or `package.module:Class`: see `galley.compat.names`."""
    input_dir: str | None = None
    """The folder of the inputs; or else"""
    input_jsonl: str | None = None
    """a JSONL file, each line a question: `{"image": …, "query": …}`."""
    query: str | None = None
    """Asked of every page that brings no query of its own."""
    query_file: str | None = None
    """The same in a file."""
    device: str | None = None
    """As for the classes; None for the first GPU that can be used, else the CPU."""
    output_dir: str = "output"
    """For results and journal."""
    instances_per_device: int = 1
    batch_size: int = 1
    """Most pages given to one predict call."""
    input_glob_pattern: str = "*"
    """Which files of the folder; a folder that matches stands for all files in it."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Keywords of the pipeline's constructor."""
    run_options: Mapping[str, Any] = field(default_factory=dict)
    """By the names of `RUN_ROWS`; None counts as not given."""
    formats: Sequence[str] = DEFAULT_FORMATS
    """What is written for each page; `jsonl` for lines in shards."""
    per_document: bool = False
    """Also make one file of each PDF or TIFF file, of every format that can."""
    retry_failed: bool = False
    """Try pages again that failed in an earlier run."""
    fresh: bool = False
    """Forget all earlier runs on the output folder."""
    hash_inputs: bool = False
    """Recognise inputs by content, not by size and time of change."""
    allow_empty: bool = False
    """Finding no input is no error."""


def batch(
    pipeline: str,
    input_dir: Any = None,
    device: str | None = None,
    output_dir: Any = "output",
    instances_per_device: int = 1,
    batch_size: int = 1,
    input_glob_pattern: str = "*",
    *,
    options: Mapping[str, Any] | None = None,
    formats: Sequence[str] = DEFAULT_FORMATS,
    **more: Any,
) -> BatchReport:
    """Run all matching files of a folder through a pipeline on many devices; what is done already is left out.

    The parameters are the fields of `BatchRequest`, whose switches (`per_document`, `retry_failed`, `fresh`,
    `hash_inputs`, `allow_empty`), questions (`input_jsonl`, `query`, `query_file`) and run options (`page_timeout`,
    `max_tries`, `cpu_threads`, `pdf_password`, `pdf_scale`, `max_pixels`) are given by name.

    Returns:
        Counts, and the exit code that the command would have. Failed pages are counted, and never raised.

    Raises:
        BadArguments, DeviceError, ModelError: nothing was started.
        OutputError, NoWorkerLeft: the run was stopped; what is done is in the journal.
    """
    request = BatchRequest(
        pipeline=pipeline,
        input_dir=None if input_dir is None else str(input_dir),
        device=device,
        output_dir=str(output_dir),
        instances_per_device=instances_per_device,
        batch_size=batch_size,
        input_glob_pattern=input_glob_pattern,
        options={} if options is None else options,
        run_options={name: value for name, value in more.items() if name not in _FIELDS},
        formats=formats,
        **{name: value for name, value in more.items() if name in _FIELDS},
    )
    settings, plan = prepare(request)
    return run_batch(plan, lambda: Runner(settings))


_SWITCHES = ("per_document", "retry_failed", "fresh", "hash_inputs", "allow_empty")
_FIELDS = (*_SWITCHES, "input_jsonl", "query", "query_file")


def prepare(request: BatchRequest) -> tuple[Settings[Any], BatchSettings]:
    """The settings that a request means.

    Raises:
        BadArguments: a name, a keyword, a format or a number in it is wrong.
    """
    source = choose_source(request.pipeline, request.input_dir, request.input_jsonl)
    query = read_query(request.pipeline, request.query, request.query_file)
    if query is not None:
        request = replace(request, options={**request.options, "query": query})
    if request.input_jsonl is not None and request.per_document:
        raise BadArguments("per_document is for the pages of documents, and not for rows")
    settings, result = _open_by_name(request)
    if result is UnderstoodPage and request.input_jsonl is None and "query" not in request.options:
        raise BadArguments("there is no question: give a query, a query_file or an input_jsonl")
    lines = LINES in request.formats
    files = tuple(name for name in request.formats if name != LINES)
    if lines and not files and not request.per_document:
        save = SavePlan(None, ())
    else:
        parts = f"{request.output_dir}/{PARTS}"
        save = plan_saving(result, request.output_dir, files, per_document=request.per_document, parts=parts)
    settings = replace(
        settings,
        save=save,
        device=request.device,
        instances_per_device=request.instances_per_device,
        limits=settings.limits.with_batches(request.batch_size),
    )
    return settings, BatchSettings(
        input_dir=source,
        output_dir=request.output_dir,
        pattern=request.input_glob_pattern,
        inputs=settings.inputs,
        identity=identity(request.pipeline, settings, request.formats),
        lines=lines,
        documents=save.documents,
        retry_failed=request.retry_failed,
        fresh=request.fresh,
        hash_inputs=request.hash_inputs,
        allow_empty=request.allow_empty,
    )


def _open_by_name(request: BatchRequest) -> tuple[Settings[Any], type]:
    """The pipeline's settings, and the kind of its results."""
    _check_options(request)
    found = resolve(request.pipeline)
    if found.origin is Origin.GALLEY:
        interface = interface_of(request.pipeline)
        given = {**request.options, **request.run_options}
        return make_settings(interface, f"pipeline {request.pipeline}", given), interface.result
    check_keywords("batch", RUN_ROWS, request.run_options)
    config = foreign_config(found, request.options, keep=())
    return overlay(Settings(config), settings_values(RUN_ROWS, request.run_options)), ForeignPage


def option_rows(pipeline: str) -> tuple[Keyword, ...] | None:
    """The keywords of a pipeline; None where only a worker can know them.

    Raises:
        BadArguments: there is no such pipeline; near matches are named.
    """
    return interface_of(pipeline).rows if resolve(pipeline).origin is Origin.GALLEY else None


def identity(pipeline: str, settings: Settings[Any], formats: Sequence[str]) -> dict[str, Any]:
    """What the results depend on: not where and how fast they are made, nor the secret that opens the inputs."""
    inputs = {"pdf_scale": settings.inputs.pdf_scale, "max_pixels": settings.inputs.max_pixels}
    whole = {"pipeline": pipeline, "config": settings.pipeline, "inputs": inputs, "formats": sorted(set(formats))}
    return {name: _brief(part) for top, value in whole.items() for name, part in flatten(value, top).items()}


def _brief(value: Any) -> Any:
    """A long text as its beginning and checksum: enough to tell it from others."""
    if not isinstance(value, str) or len(value) <= _LONGEST_TEXT:
        return value
    checksum = hashlib.sha256(value.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return f"{value[:_LONGEST_TEXT]}… ({len(value):,} characters, {checksum})"


_LONGEST_TEXT = 200


def parse_options(rows: Sequence[Keyword] | None, words: Sequence[str]) -> dict[str, Any]:
    """`key=value` words as keywords, typed as the table says; without a table, as YAML would.

    Raises:
        BadArguments: a word of another form, an unknown key (near matches are named), or a value of another type.
    """
    table = None if rows is None else {row.name: row for row in rows}
    options = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise BadArguments(f"--set {word!r} is not of the form key=value")
        if table is None:
            options[name] = _parse_yaml(name, text)
        elif name in table:
            options[name] = _parse(table[name], text)
        else:
            raise BadArguments(f"--set {name}: there is no such option{suggest(name, _of_pipeline(table))}")
    return options


def _of_pipeline(names: Iterable[str]) -> list[str]:
    """Those that `--set` takes."""
    others = {*_OWN_FLAGS, *_NOT_FOR_BATCHES, *(row.name for row in RUN_ROWS)}
    return [name for name in names if name not in others]


def _parse_yaml(name: str, text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadArguments(f"--set {name}={text}: {error}") from error


def _parse(row: Keyword, text: str) -> Any:
    parts = text.replace(",", " ").split() if row.words is not None else [text]
    try:
        values = [row.parse(part) for part in parts]
    except ValueError as error:
        raise BadArguments(f"--set {row.name}={text}: {error}") from error
    return values[0] if row.words is None else tuple(values)


def read_options(path: str) -> dict[str, Any]:
    """The keywords in a YAML file: a mapping of them, or a pipeline configuration of PaddleX.

    Raises:
        BadArguments: it cannot be read, or holds no mapping.
    """
    try:
        tree = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadArguments(f"--config {path!r} cannot be read: {error}") from error
    if not isinstance(tree, dict):
        raise BadArguments(f"--config {path!r} does not hold a mapping of options")
    if "pipeline_name" in tree:
        return {"paddlex_config": tree}
    return {str(name): value for name, value in tree.items()}


_OWN_FLAGS = ("device", "instances_per_device")
_NOT_FOR_BATCHES = ("serial", "on_failure")


def _check_options(request: BatchRequest) -> None:
    for name in request.options:
        if name in _NOT_FOR_BATCHES:
            raise BadArguments(f"{name} is not for batches, which run in workers and count what fails; leave it out")
        if not _of_pipeline([name]):
            raise BadArguments(
                f"{name} is an option of the batch, not of the pipeline: give it as --{name}, or as a keyword of "
                "galley.batch"
            )
    known = [*(row.name for row in RUN_ROWS), *_FIELDS]
    for name in request.run_options:
        if name not in known:
            raise BadArguments(f"batch has no keyword {name!r}{suggest(name, known)}")
