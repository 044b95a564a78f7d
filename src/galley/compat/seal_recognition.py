"""`SealRecognition` with PaddleOCR's keywords and methods.

Runs in: parent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from galley.api import Settings
from galley.compat.gathering import collect
from galley.compat.interface import Interface
from galley.compat.keyword_tables.ocr import SWITCH
from galley.compat.keyword_tables.seal import SEAL
from galley.compat.keyword_tables.shared import COMMON, ON_FAILURE
from galley.compat.keywords import check_keywords, shows, signature
from galley.compat.pipeline import CompatiblePipeline
from galley.compat.results import Result
from galley.config import SealConfig
from galley.inputs import InputOptions
from galley.results import SealPage

PDF_SCALE = 3.0
"""216 dpi: a seal of 42 mm is 357 pixels wide. At PaddleOCR's 144 dpi a tenth of the characters is lost."""

OPTIONS = tuple(row for row in SEAL if row.path is not None and row.path.startswith("pipeline.options."))
"""What `predict` takes besides its input."""


def default_settings() -> Settings[SealConfig]:
    """What holds where nothing is given."""
    return Settings(SealConfig(), inputs=InputOptions(pdf_scale=PDF_SCALE))


def translate(given: Mapping[str, Any]) -> dict[str, Any]:
    """PaddleOCR's meaning of the two preprocessing switches; a picture of a seal alone is not turned unasked."""
    values = dict(given)
    turn, flatten = given.get("use_doc_orientation_classify"), given.get("use_doc_unwarping")
    if turn is None and given.get("use_layout_detection") is False:
        values["use_doc_orientation_classify"] = turn = False
    if turn is False or flatten is not None or turn:
        values[SWITCH.name] = bool(turn or flatten)
    return values


INTERFACE = Interface(
    command="seal_recognition",
    paddlex_name="seal_recognition",
    rows=(*SEAL, SWITCH, *COMMON, ON_FAILURE),
    result=SealPage,
    defaults=default_settings,
    translate=translate,
)


class SealRecognition(CompatiblePipeline):
    """Finds the seals on pages and reads them, on one device or many."""

    __signature__ = signature(INTERFACE.rows)

    def __init__(self, **keywords: Any) -> None:
        """Open the pipeline: PaddleOCR's keywords, and Galley's own (`help(SealRecognition)` lists them).

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
        return self._iterate(input, translate(options))
