"""What the pipelines answer for one page. One file for each pipeline."""

from typing import TypeAlias

from galley.results.image import Image
from galley.results.preprocessed import UNKNOWN_ANGLE, PreprocessedPage
from galley.results.recognized import RecognizedPage, TextLine
from galley.results.saved import SavedDocument, SavedPage
from galley.results.seal import ReadSeal, SealPage
from galley.results.structure import StructuredPage
from galley.results.table_page import TablePage
from galley.results.understood import UnderstoodPage

PageResult: TypeAlias = PreprocessedPage | RecognizedPage | SealPage | StructuredPage | TablePage | UnderstoodPage
"""Any pipeline's result."""

__all__ = [
    "UNKNOWN_ANGLE",
    "Image",
    "PageResult",
    "PreprocessedPage",
    "ReadSeal",
    "RecognizedPage",
    "SavedDocument",
    "SavedPage",
    "SealPage",
    "StructuredPage",
    "TablePage",
    "TextLine",
    "UnderstoodPage",
]
