"""`SealRecognition` with PaddleOCR's keywords and methods.

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
from galley.compat.keyword_tables.seal import SEAL
from galley.compat.keyword_tables.shared import COMMON, ON_FAILURE
from galley.compat.keywords import Keyword, as_given
from galley.compat.pipeline import CompatiblePipeline
from galley.compat.preprocessing import for_call, for_constructor
from galley.config import SealConfig
from galley.errors import BadArguments
from galley.inputs import InputOptions
from galley.results import SealPage

PDF_SCALE = 3.0
"""216 dpi: a seal of 42 mm is 357 pixels wide. At PaddleOCR's 144 dpi a tenth of the characters is lost."""


_REGIONS = Keyword(
    "layout_det_res",
    as_given,
    "The regions of the page, a result of layout detection; taken in place of what would be found.",
    path=f"{OPTIONS}regions",
    flag=False,
)


def translate(given: Mapping[str, Any]) -> dict[str, Any]:
    """PaddleOCR's meaning of the two preprocessing switches; a picture of a seal alone is not turned unasked."""
    return for_constructor(_not_turned_alone(given))


def translate_call(given: Mapping[str, Any]) -> dict[str, Any]:
    """The same in a call of `predict`, and `layout_det_res` as a value.

    Raises:
        BadArguments: it is no result of layout detection, or more than one.
    """
    values = for_call(_not_turned_alone(given))
    if given.get(_REGIONS.name) is not None:
        values[_REGIONS.name] = given_regions(_only(given[_REGIONS.name]))
    return values


def _only(results: Any) -> Any:
    """PaddleOCR takes a list of one result for each picture; one call here is about one page's regions."""
    if not isinstance(results, list | tuple):
        return results
    if len(results) != 1:
        raise BadArguments(f"layout_det_res has {len(results)} results; call predict once for each picture and its own")
    return results[0]


def _not_turned_alone(given: Mapping[str, Any]) -> dict[str, Any]:
    turn, flatten = given.get("use_doc_orientation_classify"), given.get("use_doc_unwarping")
    if turn is not None or given.get("use_layout_detection") is not False:
        return dict(given)
    return {**given, "use_doc_orientation_classify": False, "use_doc_unwarping": bool(flatten)}


INTERFACE = Interface(
    command="seal_recognition",
    paddlex_name="seal_recognition",
    purpose="find the seals on pages and read them",
    rows=(*SEAL, SWITCH, *COMMON, ON_FAILURE),
    positional=len(SEAL),
    call_rows=(*options_of(SEAL), _REGIONS),
    result=SealPage,
    defaults=lambda: Settings(SealConfig(), inputs=InputOptions(pdf_scale=PDF_SCALE)),
    translate=translate,
    translate_call=translate_call,
)


class SealRecognition(CompatiblePipeline, interface=INTERFACE):
    """Finds the seals on pages and reads them, on one device or many.

    `predict` takes `layout_det_res` too, where the regions of a page are known.
    """
