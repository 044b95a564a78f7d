"""`PPStructureV3` with PaddleOCR's keywords and methods.

Runs in: parent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from galley.api import Settings
from galley.compat import ocr
from galley.compat.gathering import collect
from galley.compat.interface import Interface
from galley.compat.keyword_tables.shared import COMMON, ON_FAILURE
from galley.compat.keyword_tables.structure import ABSENT, PER_CALL, STRUCTURE, SWITCH
from galley.compat.keywords import by_position, check_keywords, settings_values, shows, signature
from galley.compat.markdown_pages import MarkdownPages, concatenate_markdown_pages
from galley.compat.pipeline import CompatiblePipeline
from galley.compat.results import Result
from galley.config import StructureConfig
from galley.errors import BadArguments
from galley.results import StructuredPage

_LAYOUT_FOLDER = "layout_detection_model_dir"
_BY_CLASS = ("layout_threshold", "layout_unclip_ratio", "layout_merge_bboxes_mode")
_OPTION_PATH = "pipeline.options."

OPTIONS = (
    *(row for row in STRUCTURE if row.path is not None and row.path.startswith(_OPTION_PATH)),
    *PER_CALL,
)
"""What `predict` takes besides its input."""


def default_settings() -> Settings[StructureConfig]:
    """What holds where nothing is given."""
    return Settings(StructureConfig())


def translate(given: Mapping[str, Any]) -> dict[str, Any]:
    """Refuses models of steps that Galley does without; model names for `lang` and `ocr_version`; the two switches.

    Raises:
        BadArguments: a model that cannot be used, or a language or version without one.
    """
    unusable = sorted(name for name in given if name in ABSENT)
    if unusable:
        raise BadArguments(
            f"{', '.join(unusable)}: Galley has no such step. By folder it takes {', '.join(_FOLDERS)}; formulas, "
            "charts and regions have no model, seals are read without one"
        )
    values = ocr.translate(given)
    turn, flatten = given.get("use_doc_orientation_classify"), given.get("use_doc_unwarping")
    values.pop(SWITCH.name, None)
    if turn is not None or flatten is not None:
        values[SWITCH.name] = bool(turn or flatten)
    return values


_FOLDERS = tuple(row.name for row in STRUCTURE if row.name.endswith("_dir") and row.name not in ABSENT)


def adopt(base: Mapping[str, Any]) -> dict[str, Any]:
    """What of a PaddleX configuration is taken over: not the names of PaddleX's own default models without a folder,
    and not what it says of their classes.
    """
    values = {name: value for name, value in base.items() if name not in ABSENT}
    for name in [name for name in values if name.endswith("_model_name")]:
        if values.get(name.replace("_name", "_dir")) is None:
            del values[name]
    if _LAYOUT_FOLDER not in values:
        values = {name: value for name, value in values.items() if name not in _BY_CLASS}
    return values


INTERFACE = Interface(
    command="pp_structurev3",
    paddlex_name="PP-StructureV3",
    rows=(*STRUCTURE, SWITCH, *PER_CALL, *COMMON, ON_FAILURE),
    result=StructuredPage,
    defaults=default_settings,
    translate=translate,
    adopt=adopt,
)


class PPStructureV3(CompatiblePipeline):
    """Finds the parts of pages and puts their content in reading order, on one device or many."""

    __signature__ = signature(INTERFACE.rows, positional=len(STRUCTURE))

    def __init__(self, *values: Any, **keywords: Any) -> None:
        """Open the pipeline: PaddleOCR's keywords, and Galley's own (`help(PPStructureV3)` lists them).

        Raises:
            BadArguments: an unknown keyword, or a value that it cannot have (also a ValueError).
            DeviceError: a device or engine that is not there.
            ModelError: a model that is missing and cannot be fetched.
        """
        super().__init__(INTERFACE, by_position(type(self).__name__, STRUCTURE, values, keywords))

    @shows("input", OPTIONS)
    def predict(self, input: Any, **options: Any) -> list[Result]:  # noqa: A002 - PaddleOCR's name
        """The results of all pages, in input order.

        Args:
            input: a path, folder, glob, PDF, URL or BGR array (h, w, 3), or a list that mixes them.
            options: for these pages, what the constructor's keyword of the same name says for all.

        Raises:
            BadArguments: an unknown option, or one that asks for a step that the constructor left out.
            PagesFailed: some pages have no result; `failures` says which and why, `results` holds all others.
        """
        return collect(self.predict_iter(input, **options))

    @shows("input", OPTIONS)
    def predict_iter(self, input: Any, **options: Any) -> Iterator[Result]:  # noqa: A002 - PaddleOCR's name
        """As `predict`, but each result as soon as it and all before it are there, in bounded memory."""
        check_keywords(f"{type(self).__name__}.predict", OPTIONS, options)
        given = translate({name: value for name, value in options.items() if value is not None})
        values = settings_values((*OPTIONS, SWITCH), given)
        return self._iterate(input, {path.removeprefix(_OPTION_PATH): value for path, value in values.items()})

    def concatenate_markdown_pages(self, markdown_list: Iterable[Mapping[str, Any]]) -> MarkdownPages:
        """The `markdown` of pages, which are in their order, as one; see `galley.compat.markdown_pages`."""
        return concatenate_markdown_pages(markdown_list)
