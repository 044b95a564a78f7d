"""`DocPreprocessor` with PaddleOCR's keywords and methods.

Runs in: parent.
"""

from __future__ import annotations

from galley.api import Settings
from galley.compat.interface import Interface
from galley.compat.keyword_tables.composing import options_of
from galley.compat.keyword_tables.doc_preprocessor import DOC_PREPROCESSOR
from galley.compat.keyword_tables.shared import COMMON, ON_FAILURE
from galley.compat.pipeline import CompatiblePipeline
from galley.config import DocPreprocessorConfig
from galley.results import PreprocessedPage

INTERFACE = Interface(
    command="doc_preprocessor",
    paddlex_name="doc_preprocessor",
    purpose="turn pages upright and flatten them",
    rows=(*DOC_PREPROCESSOR, *COMMON, ON_FAILURE),
    positional=len(DOC_PREPROCESSOR),
    call_rows=options_of(DOC_PREPROCESSOR),
    result=PreprocessedPage,
    defaults=lambda: Settings(DocPreprocessorConfig()),
)


class DocPreprocessor(CompatiblePipeline, interface=INTERFACE):
    """Turns pages upright and flattens them, on one device or many."""
