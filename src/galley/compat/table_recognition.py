"""`TableRecognitionPipelineV2` with PaddleOCR's keywords and methods.

Runs in: parent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from galley.api import Settings
from galley.compat.given_regions import given_regions
from galley.compat.interface import Interface
from galley.compat.keyword_tables.composing import OPTIONS, options_of
from galley.compat.keyword_tables.doc_preprocessor import SWITCH
from galley.compat.keyword_tables.shared import COMMON, ON_FAILURE
from galley.compat.keyword_tables.table_recognition import READING, TABLE_RECOGNITION
from galley.compat.keywords import Keyword, as_given
from galley.compat.pipeline import CompatiblePipeline
from galley.compat.preprocessing import for_call, for_constructor
from galley.config import TableConfig
from galley.config.table import GivenLine
from galley.errors import BadArguments
from galley.results.table_page import TablePage

_GIVEN = tuple(
    Keyword(name, as_given, text, path=f"{OPTIONS}{field}", flag=False)
    for name, field, text in (
        ("overall_ocr_res", "lines", "The text of the page, a result of OCR: taken where use_ocr_model is False."),
        ("layout_det_res", "regions", "The regions of the page: taken where use_layout_detection is False."),
    )
)


def translate_call(given: Mapping[str, Any]) -> dict[str, Any]:
    """PaddleOCR's meaning of the two preprocessing switches; results of other pipelines as values.

    Raises:
        BadArguments: what is given is no such result.
    """
    values = for_call(given)
    for name, read in (("overall_ocr_res", _given_lines), ("layout_det_res", given_regions)):
        if given.get(name) is not None:
            values[name] = read(given[name])
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


INTERFACE = Interface(
    command="table_recognition_v2",
    paddlex_name="table_recognition_v2",
    purpose="find the tables of pages and read them",
    rows=(*TABLE_RECOGNITION, SWITCH, *READING, *COMMON, ON_FAILURE),
    positional=len(TABLE_RECOGNITION),
    call_rows=(*options_of((*TABLE_RECOGNITION, *READING)), *_GIVEN),
    result=TablePage,
    defaults=lambda: Settings(TableConfig()),
    translate=for_constructor,
    translate_call=translate_call,
)


class TableRecognitionPipelineV2(CompatiblePipeline, interface=INTERFACE):
    """Finds the tables of pages and reads them, on one device or many.

    `predict` takes `overall_ocr_res` and `layout_det_res` too, where the text or the regions of a page are known.
    """
