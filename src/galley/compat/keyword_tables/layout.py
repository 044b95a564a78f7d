"""The keywords of layout detection, which several pipelines share.

Runs in: parent. Data only.
"""

from __future__ import annotations

from galley.compat.keyword_tables.composing import OPTIONS, model_rows
from galley.compat.keywords import Keyword, as_given, flag_word, number

_SECTION = "SubModules.LayoutDetection"


def layout_model(*, name_note: str = "", folder_note: str = "") -> tuple[Keyword, Keyword]:
    """Its two rows; the notes are said besides of the name and of the folder."""
    return model_rows(
        "layout_detection",
        "layout_model",
        _SECTION,
        "model that finds the regions of a page",
        name_note=name_note,
        folder_note=folder_note,
    )


LAYOUT: tuple[Keyword, ...] = (
    Keyword(
        "layout_threshold",
        number,
        "Regions with a score not above it are dropped, 0 to 1. Default: what the model's folder says.",
        path=f"{OPTIONS}layout.layout_threshold",
        yaml=f"{_SECTION}.threshold",
    ),
    Keyword(
        "layout_nms",
        flag_word,
        "Drop the weaker of two regions that overlap much. Default: what the model's folder says.",
        path=f"{OPTIONS}layout.layout_nms",
        yaml=f"{_SECTION}.layout_nms",
    ),
    Keyword(
        "layout_unclip_ratio",
        number,
        "Factor by which regions are enlarged about their centre. Default: what the model's folder says.",
        path=f"{OPTIONS}layout.layout_unclip_ratio",
        yaml=f"{_SECTION}.layout_unclip_ratio",
    ),
    Keyword(
        "layout_merge_bboxes_mode",
        as_given,
        "Of regions within others keep the large, the small or both (union). Default: what the model's folder says.",
        path=f"{OPTIONS}layout.layout_merge_bboxes_mode",
        yaml=f"{_SECTION}.layout_merge_bboxes_mode",
    ),
)
"""Which regions count."""
