"""`PPStructureV3` with PaddleOCR's keywords and methods.

Runs in: parent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from galley.api import Settings
from galley.compat import ocr
from galley.compat.interface import Interface
from galley.compat.keyword_tables.composing import options_of
from galley.compat.keyword_tables.doc_preprocessor import SWITCH
from galley.compat.keyword_tables.shared import COMMON, ON_FAILURE
from galley.compat.keyword_tables.structure import ABSENT, PER_CALL, STRUCTURE
from galley.compat.markdown_pages import MarkdownPages, concatenate_markdown_pages
from galley.compat.pipeline import CompatiblePipeline
from galley.compat.preprocessing import for_call
from galley.config import StructureConfig
from galley.errors import BadArguments
from galley.results import StructuredPage

_LAYOUT_FOLDER = "layout_detection_model_dir"
_BY_CLASS = ("layout_threshold", "layout_unclip_ratio", "layout_merge_bboxes_mode")


def translate(given: Mapping[str, Any]) -> dict[str, Any]:
    """Refuses models of steps that Galley does without; model names for `lang` and `ocr_version`; the two switches.

    Raises:
        BadArguments: a model that cannot be used, or a language or version without one.
    """
    unusable = sorted(name for name in given if name in ABSENT)
    if unusable:
        raise BadArguments(
            f"{', '.join(unusable)}: Galley has no such step. By folder it takes {', '.join(_FOLDERS)}; formulas, "
            "charts and regions have no model, and seals are read by the text recognition model of the page"
        )
    return ocr.translate(given)


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
    purpose="find the parts of pages, and put their content in reading order",
    rows=(*STRUCTURE, SWITCH, *PER_CALL, *COMMON, ON_FAILURE),
    positional=len(STRUCTURE),
    call_rows=(*options_of(STRUCTURE), *PER_CALL),
    result=StructuredPage,
    defaults=lambda: Settings(StructureConfig()),
    translate=translate,
    translate_call=for_call,
    adopt=adopt,
)


class PPStructureV3(CompatiblePipeline, interface=INTERFACE):
    """Finds the parts of pages and puts their content in reading order, on one device or many."""

    def concatenate_markdown_pages(self, markdown_list: Iterable[Mapping[str, Any]]) -> MarkdownPages:
        """The `markdown` of pages, which are in their order, as one; see `galley.compat.markdown_pages`."""
        return concatenate_markdown_pages(markdown_list)
