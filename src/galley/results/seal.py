"""What was read on one seal, and what SealRecognition answers for one page.

Runs in: parent and worker. Values only: they can be pickled, and know neither files nor drawing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from galley.config.seal import SealOptions, SealTextOptions
from galley.results.layout import LayoutBox
from galley.results.preprocessed import PreprocessedPage
from galley.results.recognized import TextLine, text_fields

Box: TypeAlias = tuple[int, int, int, int]
"""Left, top, right and bottom, in pixels of the preprocessed page."""

TEXT_TYPE = "seal"


@dataclass(frozen=True, slots=True, eq=False)
class ReadSeal:
    """The text of one seal."""

    box: Box
    """What was looked at."""
    options: SealTextOptions
    found: tuple[TextLine, ...]
    """The text along the edge, the main one first, then straight lines from top to bottom. Polygons of any number of
    points, in pixels of the preprocessed page; clockwise from where the text begins."""
    notes: tuple[str, ...] = ()
    """What could not be done and why."""

    @property
    def lines(self) -> tuple[TextLine, ...]:
        """The lines whose score is high enough."""
        return tuple(line for line in self.found if line.score >= self.options.seal_rec_score_thresh)

    @property
    def texts(self) -> tuple[str, ...]:
        """Of `lines`."""
        return tuple(line.text for line in self.lines)

    def json(self) -> dict[str, Any]:
        """PaddleOCR's JSON fields, in its order: those of OCR."""
        options = self.options.ocr
        fields: dict[str, Any] = {
            "input_path": None,
            "page_index": None,
            "model_settings": {"use_doc_preprocessor": False, "use_textline_orientation": False},
        }
        return fields | text_fields(options, self.found, TEXT_TYPE)

    def arrays(self) -> dict[str, Any]:
        """The fields that are arrays in PaddleOCR's result in memory, and lists in JSON."""
        return {
            "dt_polys": [line.polygon for line in self.found],
            "rec_polys": [line.polygon for line in self.lines],
            "rec_boxes": np.empty((0, 4), np.int32),
        }


@dataclass(frozen=True, slots=True, eq=False)
class SealPage:
    """The result of SealRecognition for one page."""

    input_path: str | None
    page_index: int | None
    name: str
    """As in `PreprocessedPage`."""
    preprocessed: PreprocessedPage
    """The page whose pixels all boxes and polygons are about, `output_img`."""
    options: SealOptions
    layout: tuple[LayoutBox, ...]
    """What was found on the page; a layout network finds more than seals."""
    seals: tuple[ReadSeal, ...]
    """From top to bottom."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """As in `PreprocessedPage`; and `notes` on what was left undone and why."""

    def json(self) -> dict[str, Any]:
        """PaddleOCR's JSON fields, in its order."""
        fields: dict[str, Any] = {
            "input_path": self.input_path,
            "page_index": self.page_index,
            "model_settings": self.options.model_settings(),
        }
        if self.options.preprocessing.use_doc_preprocessor:
            fields["doc_preprocessor_res"] = self.preprocessed.json()
        if self.options.looks_at_regions:
            place = {"input_path": None, "page_index": None}
            fields["layout_det_res"] = place | {"boxes": [box.json() for box in self.layout]}
        fields["seal_res_list"] = [seal.json() for seal in self.seals]
        return fields

    def arrays(self) -> dict[str, Any]:
        """The fields that are arrays in PaddleOCR's result in memory, and lists in JSON or not there at all."""
        fields: dict[str, Any] = {"seal_res_list": [seal.json() | seal.arrays() for seal in self.seals]}
        if self.options.preprocessing.use_doc_preprocessor:
            fields["doc_preprocessor_res"] = self.preprocessed.json() | self.preprocessed.arrays()
        return fields
