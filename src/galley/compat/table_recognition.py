"""`TableRecognitionPipelineV2` with PaddleOCR's keywords and methods.

Runs in: parent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from galley.api import Settings
from galley.compat.gathering import collect
from galley.compat.interface import Interface
from galley.compat.keyword_tables.ocr import SWITCH
from galley.compat.keyword_tables.shared import COMMON, ON_FAILURE
from galley.compat.keyword_tables.table_recognition import READING, TABLE_RECOGNITION
from galley.compat.keywords import Keyword, check_keywords, shows, signature
from galley.compat.pipeline import CompatiblePipeline
from galley.compat.preprocessing import for_call, for_constructor
from galley.compat.results import Result
from galley.config import TableConfig
from galley.config.table import GivenLine, GivenRegion
from galley.errors import BadArguments
from galley.results.table_page import TablePage

_OPTION = "pipeline.options."
_GIVEN = tuple(
    Keyword(name, str, text, flag=False)
    for name, text in (
        ("overall_ocr_res", "The text of the page, a result of OCR: taken where use_ocr_model is False."),
        ("layout_det_res", "The regions of the page: taken where use_layout_detection is False."),
    )
)
OPTIONS = (
    *(row for row in (*TABLE_RECOGNITION, *READING) if row.path is not None and row.path.startswith(_OPTION)),
    *_GIVEN,
)
"""What `predict` takes besides its input."""


def default_settings() -> Settings[TableConfig]:
    """What holds where nothing is given."""
    return Settings(TableConfig())


def translate(given: Mapping[str, Any]) -> dict[str, Any]:
    """PaddleOCR's meaning of the two preprocessing switches."""
    return {**given, **for_constructor(given)}


INTERFACE = Interface(
    command="table_recognition_v2",
    paddlex_name="table_recognition_v2",
    rows=(*TABLE_RECOGNITION, SWITCH, *READING, *COMMON, ON_FAILURE),
    result=TablePage,
    defaults=default_settings,
    translate=translate,
)


class TableRecognitionPipelineV2(CompatiblePipeline):
    """Finds the tables of pages and reads them, on one device or many."""

    __signature__ = signature(INTERFACE.rows)

    def __init__(self, **keywords: Any) -> None:
        """Open the pipeline: PaddleOCR's keywords, and Galley's own (`help(TableRecognitionPipelineV2)` lists them).

        Raises:
            BadArguments: an unknown keyword, or a value that it cannot have (also a ValueError).
            DeviceError: a device or engine that is not there.
            ModelError: a model that is missing and cannot be fetched.
        """
        super().__init__(INTERFACE, keywords)

    @shows("input", OPTIONS)
    def predict(self, input: Any, **options: Any) -> list[Result]:  # noqa: A002 - PaddleOCR's name
        """The results of all pages, in input order.

        Args:
            input: a path, folder, glob, PDF, URL or BGR array (h, w, 3), or a list that mixes them.
            options: for these pages, what the constructor's keyword of the same name says for all; and
                `overall_ocr_res` and `layout_det_res`, where the text or the regions of a page are known already.

        Raises:
            BadArguments: an unknown option, or one that asks for a step that the constructor left out.
            PagesFailed: some pages have no result; `failures` says which and why, `results` holds all others.
        """
        return collect(self.predict_iter(input, **options))

    @shows("input", OPTIONS)
    def predict_iter(self, input: Any, **options: Any) -> Iterator[Result]:  # noqa: A002 - PaddleOCR's name
        """As `predict`, but each result as soon as it and all before it are there, in bounded memory."""
        check_keywords(f"{type(self).__name__}.predict", OPTIONS, options)
        return self._iterate(input, _page_options(options))


def _page_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """Values by their path in `TableOptions`."""
    paths = {row.name: row.path.removeprefix(_OPTION) for row in OPTIONS if row.path is not None}
    values = {paths[name]: value for name, value in given.items() if name in paths} | for_call(given)
    if given.get("overall_ocr_res") is not None:
        values["lines"] = _given_lines(given["overall_ocr_res"])
    if given.get("layout_det_res") is not None:
        values["regions"] = _given_regions(given["layout_det_res"])
    return values


def _given_lines(result: Mapping[str, Any]) -> tuple[GivenLine, ...]:
    try:
        columns = (result["rec_polys"], result["rec_texts"], result["rec_scores"])
        return tuple(
            GivenLine(tuple((int(x), int(y)) for x, y in polygon), str(text), float(score))
            for polygon, text, score in zip(*columns, strict=True)
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadArguments(
            f"overall_ocr_res is no result of OCR: rec_polys, rec_texts and rec_scores of equal length ({error})"
        ) from error


def _given_regions(result: Mapping[str, Any]) -> tuple[GivenRegion, ...]:
    try:
        return tuple(
            GivenRegion(int(box.get("cls_id", 0)), str(box["label"]), float(box["score"]), _corners(box["coordinate"]))
            for box in result["boxes"]
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadArguments(
            f"layout_det_res is no result of layout detection: boxes with label, score and coordinate ({error})"
        ) from error


def _corners(values: Any) -> tuple[float, float, float, float]:
    left, top, right, bottom = (float(value) for value in values)
    return left, top, right, bottom
