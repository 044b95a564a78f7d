"""`OCR`, also called `PaddleOCR`, with PaddleOCR's keywords and methods.

Runs in: parent.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from galley.api import Settings
from galley.compat.interface import Interface
from galley.compat.keyword_tables.composing import options_of
from galley.compat.keyword_tables.doc_preprocessor import SWITCH
from galley.compat.keyword_tables.ocr import DEPRECATED, PDF_TEXT_ROW
from galley.compat.keyword_tables.ocr import OCR as ROWS
from galley.compat.keyword_tables.shared import COMMON, ON_FAILURE
from galley.compat.pipeline import CompatiblePipeline
from galley.compat.preprocessing import for_call, for_constructor
from galley.compat.results import Result
from galley.config import OcrConfig
from galley.errors import BadArguments
from galley.results import RecognizedPage

LANGUAGES = (
    "ch",
    "chinese_cht",
    "en",
    "japan",
    "af",
    "az",
    "bs",
    "ca",
    "cs",
    "cy",
    "da",
    "de",
    "es",
    "et",
    "eu",
    "fi",
    "fr",
    "french",
    "ga",
    "german",
    "gl",
    "hr",
    "hu",
    "id",
    "is",
    "it",
    "ku",
    "la",
    "lb",
    "lt",
    "lv",
    "mi",
    "ms",
    "mt",
    "nl",
    "no",
    "oc",
    "pl",
    "pt",
    "qu",
    "rm",
    "ro",
    "rs_latin",
    "sk",
    "sl",
    "sq",
    "sv",
    "sw",
    "tl",
    "tr",
    "uz",
    "vi",
)
"""What the models of PP-OCRv6 read, by PaddleOCR's names."""

_VERSION = "PP-OCRv6"
_MODELS = {"text_detection_model_name": "PP-OCRv6_small_det", "text_recognition_model_name": "PP-OCRv6_small_rec"}
_OWN_CHOICE = (*_MODELS, "text_detection_model_dir", "text_recognition_model_dir")


def translate(given: Mapping[str, Any]) -> dict[str, Any]:
    """Model names for `lang` and `ocr_version`, and PaddleOCR's meaning of the two preprocessing switches.

    Raises:
        BadArguments: there are no models for the language or version.
    """
    values = {name: value for name, value in given.items() if name not in ("lang", "ocr_version")}
    lang, version = given.get("lang"), given.get("ocr_version")
    if lang is not None or version is not None:
        if any(name in given for name in _OWN_CHOICE):
            warnings.warn("lang and ocr_version are ignored where models are given", stacklevel=4)
        else:
            values |= _models_for(lang, version)
    return for_constructor(values)


def _models_for(lang: str | None, version: str | None) -> dict[str, str]:
    if version not in (None, _VERSION) or (lang is not None and lang not in LANGUAGES):
        asked = [f"{name}={value!r}" for name, value in (("lang", lang), ("ocr_version", version)) if value is not None]
        raise BadArguments(
            f"there are no models for {' and '.join(asked)}; there are "
            f"{' and '.join(_MODELS.values())} (ocr_version {_VERSION}) for: {', '.join(LANGUAGES)}. "
            "Others can be given as text_detection_model_dir and text_recognition_model_dir"
        )
    return _MODELS


INTERFACE = Interface(
    command="ocr",
    paddlex_name="OCR",
    purpose="find and read the text on pages",
    rows=(*ROWS, PDF_TEXT_ROW, SWITCH, *DEPRECATED, *COMMON, ON_FAILURE),
    positional=len(ROWS),
    call_rows=options_of((*ROWS, PDF_TEXT_ROW)),
    result=RecognizedPage,
    defaults=lambda: Settings(OcrConfig()),
    translate=translate,
    translate_call=for_call,
)


class OCR(CompatiblePipeline, interface=INTERFACE):
    """Finds and reads the text on pages, on one device or many."""

    def ocr(self, img: Any, **options: Any) -> list[Result]:
        """The old name of `predict`."""
        warnings.warn("ocr is deprecated; use predict", DeprecationWarning, stacklevel=2)
        return self.predict(img, **options)


PaddleOCR = OCR
