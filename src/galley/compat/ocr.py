"""`OCR`, also called `PaddleOCR`, with PaddleOCR's keywords and methods.

Runs in: parent.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from typing import Any

from galley.api import Settings
from galley.compat.gathering import collect
from galley.compat.interface import Interface
from galley.compat.keyword_tables.ocr import DEPRECATED, PDF_TEXT_ROW, SWITCH
from galley.compat.keyword_tables.ocr import OCR as ROWS
from galley.compat.keyword_tables.shared import COMMON, ON_FAILURE
from galley.compat.keywords import by_position, check_keywords, shows, signature
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

OPTIONS = tuple(
    row for row in (*ROWS, PDF_TEXT_ROW) if row.path is not None and row.path.startswith("pipeline.options.")
)
"""What `predict` takes besides its input."""


def default_settings() -> Settings[OcrConfig]:
    """What holds where nothing is given."""
    return Settings(OcrConfig())


def translate(given: Mapping[str, Any]) -> dict[str, Any]:
    """Model names for `lang` and `ocr_version`, and PaddleOCR's meaning of the two preprocessing switches.

    Raises:
        BadArguments: there are no models for the language or version.
    """
    values = {name: value for name, value in given.items() if name not in ("lang", "ocr_version")}
    lang, version = given.get("lang"), given.get("ocr_version")
    if lang is not None or version is not None:
        if any(name in given for name in _OWN_CHOICE):
            warnings.warn("lang and ocr_version are ignored where models are given", stacklevel=6)
        else:
            values |= _models_for(lang, version)
    return values | for_constructor(given)


def _models_for(lang: str | None, version: str | None) -> dict[str, str]:
    if version not in (None, _VERSION) or (lang is not None and lang not in LANGUAGES):
        raise BadArguments(
            f"there are no models for lang={lang!r} and ocr_version={version!r}; there are "
            f"{' and '.join(_MODELS.values())} (ocr_version {_VERSION}) for: {', '.join(LANGUAGES)}. "
            "Others can be given as text_detection_model_dir and text_recognition_model_dir"
        )
    return _MODELS


INTERFACE = Interface(
    command="ocr",
    paddlex_name="OCR",
    rows=(*ROWS, PDF_TEXT_ROW, SWITCH, *DEPRECATED, *COMMON, ON_FAILURE),
    result=RecognizedPage,
    defaults=default_settings,
    translate=translate,
)


class OCR(CompatiblePipeline):
    """Finds and reads the text on pages, on one device or many."""

    __signature__ = signature(INTERFACE.rows, positional=len(ROWS))

    def __init__(self, *values: Any, **keywords: Any) -> None:
        """Open the pipeline: PaddleOCR's keywords, and Galley's own (`help(OCR)` lists them).

        Raises:
            BadArguments: an unknown keyword, or a value that it cannot have (also a ValueError).
            DeviceError: a device or engine that is not there.
            ModelError: a model that is missing and cannot be fetched.
        """
        super().__init__(INTERFACE, by_position(type(self).__name__, ROWS, values, keywords))

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
        return self._iterate(input, {**options, **for_call(options)})

    def ocr(self, img: Any, **options: Any) -> list[Result]:
        """The old name of `predict`."""
        warnings.warn("ocr is deprecated; use predict", DeprecationWarning, stacklevel=2)
        return self.predict(img, **options)


PaddleOCR = OCR
