"""`DocPreprocessor` with PaddleOCR's keywords and methods.

Runs in: parent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from galley.api import Settings
from galley.compat.gathering import collect
from galley.compat.interface import Interface
from galley.compat.keyword_tables.doc_preprocessor import DOC_PREPROCESSOR
from galley.compat.keyword_tables.shared import COMMON, ON_FAILURE
from galley.compat.keywords import signature
from galley.compat.pipeline import CompatiblePipeline
from galley.compat.results import Result
from galley.config import DocPreprocessorConfig
from galley.results import PreprocessedPage

KEYWORDS = (*DOC_PREPROCESSOR, *COMMON)
"""What the constructor takes, and what the command line offers as flags."""


def default_settings() -> Settings[DocPreprocessorConfig]:
    """What holds where nothing is given."""
    return Settings(DocPreprocessorConfig())


INTERFACE = Interface(
    command="doc_preprocessor",
    paddlex_name="doc_preprocessor",
    rows=(*KEYWORDS, ON_FAILURE),
    result=PreprocessedPage,
    defaults=default_settings,
)


class DocPreprocessor(CompatiblePipeline):
    """Turns pages upright and flattens them, on one device or many."""

    __signature__ = signature(INTERFACE.rows)

    def __init__(self, **keywords: Any) -> None:
        """Open the pipeline: PaddleOCR's keywords, and Galley's own (`help(DocPreprocessor)` lists them).

        Raises:
            BadArguments: an unknown keyword, or a value that it cannot have (also a ValueError).
            DeviceError: a device or engine that is not there.
            ModelError: a model that is missing and cannot be fetched.
        """
        super().__init__(INTERFACE, keywords)

    def predict(
        self,
        input: Any,  # noqa: A002 - PaddleOCR's name
        *,
        use_doc_orientation_classify: bool | None = None,
        use_doc_unwarping: bool | None = None,
    ) -> list[Result]:
        """The results of all pages, in input order.

        Args:
            input: a path, folder, glob, PDF, URL or BGR array (h, w, 3), or a list that mixes them.
            use_doc_orientation_classify: whether to turn these pages upright; None as in the constructor.
            use_doc_unwarping: whether to flatten these pages; None as in the constructor.

        Raises:
            PagesFailed: some pages have no result; `failures` says which and why, `results` holds all others.
        """
        return collect(
            self.predict_iter(
                input,
                use_doc_orientation_classify=use_doc_orientation_classify,
                use_doc_unwarping=use_doc_unwarping,
            )
        )

    def predict_iter(
        self,
        input: Any,  # noqa: A002 - PaddleOCR's name
        *,
        use_doc_orientation_classify: bool | None = None,
        use_doc_unwarping: bool | None = None,
    ) -> Iterator[Result]:
        """As `predict`, but each result as soon as it and all before it are there, in bounded memory."""
        options = {
            "use_doc_orientation_classify": use_doc_orientation_classify,
            "use_doc_unwarping": use_doc_unwarping,
        }
        return self._iterate(input, options)
