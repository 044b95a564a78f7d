"""What OCR answers for one page.

Runs in: parent and worker. Values only: they can be pickled, and know neither files nor drawing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from galley.config import OcrOptions
from galley.results.preprocessed import PreprocessedPage
from galley.results.text_layer import LayerVerdict


@dataclass(frozen=True, slots=True, eq=False)
class Characters:
    """Where the characters of a line stand, and how sure they are: for each of its text, spaces too."""

    places: NDArray[np.float32]
    """(n,): its middle along the line, from 0 where the line begins to 1 where it ends; give or take a quarter of its
    height."""
    scores: NDArray[np.float32]
    """(n,): its probability."""


@dataclass(frozen=True, slots=True, eq=False)
class TextLine:
    """One line of text on a page."""

    polygon: NDArray[np.int32]
    """Corners (4, 2), x and y, clockwise from where the text begins; of curved text as many as it takes."""
    angle: int
    """1 if the line stood on its head, 0 if not, `UNKNOWN_ANGLE` when nobody looked."""
    text: str
    score: float
    """Mean probability of the characters; 0 where nothing was read."""
    words: tuple[str, ...] = ()
    word_boxes: tuple[tuple[int, int, int, int], ...] = ()
    """Left, top, right and bottom of each word."""
    characters: Characters | None = None
    """None where it was not read from left to right, or not by a recogniser."""

    @property
    def box(self) -> list[int]:
        """Left, top, right and bottom."""
        return [*self.polygon.min(axis=0).tolist(), *self.polygon.max(axis=0).tolist()]


@dataclass(frozen=True, slots=True, eq=False)
class RecognizedPage:
    """The result of OCR for one page."""

    input_path: str | None
    page_index: int | None
    name: str
    """As in `PreprocessedPage`."""
    preprocessed: PreprocessedPage
    """The page whose pixels the polygons are about, `output_img`."""
    options: OcrOptions
    found: tuple[TextLine, ...]
    """All lines that were found, in reading order."""
    text_type: str = "general"
    layer: LayerVerdict | None = None
    """On the text that the page of a PDF file brought along; None where nobody looked."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """As in `PreprocessedPage`."""

    @property
    def lines(self) -> tuple[TextLine, ...]:
        """The lines whose score is high enough."""
        return tuple(line for line in self.found if line.score >= self.options.text_rec_score_thresh)

    def json(self) -> dict[str, Any]:
        """PaddleOCR's JSON fields, in its order."""
        options = self.options
        fields: dict[str, Any] = {
            "input_path": self.input_path,
            "page_index": self.page_index,
            "model_settings": {
                "use_doc_preprocessor": options.preprocessing.use_doc_preprocessor,
                "use_textline_orientation": options.use_textline_orientation,
            },
        }
        if options.preprocessing.use_doc_preprocessor:
            fields["doc_preprocessor_res"] = self.preprocessed.json()
        fields |= text_fields(options, self.found, self.text_type)
        if options.pdf_text != "never" and self.layer is not None:
            fields["pdf_text"] = self.layer.json()
        return fields

    def arrays(self) -> dict[str, Any]:
        """The fields that are arrays in PaddleOCR's result in memory, and lists in JSON or not there at all."""
        lines = self.lines
        return {
            "doc_preprocessor_res": self.preprocessed.json() | self.preprocessed.arrays(),
            "dt_polys": [line.polygon for line in self.found],
            "rec_polys": [line.polygon for line in lines],
            "rec_boxes": np.array([line.box for line in lines], np.int32),
        }


def text_fields(options: OcrOptions, found: Sequence[TextLine], text_type: str) -> dict[str, Any]:
    """PaddleOCR's JSON fields of the text that was `found`, in its order; seals have no upright boxes."""
    lines = [line for line in found if line.score >= options.text_rec_score_thresh]
    fields: dict[str, Any] = {
        "dt_polys": [line.polygon.tolist() for line in found],
        "text_det_params": {
            "limit_side_len": options.text_det_limit_side_len,
            "limit_type": options.text_det_limit_type,
            "thresh": options.text_det_thresh,
            "max_side_limit": options.text_det_max_side_limit,
            "box_thresh": options.text_det_box_thresh,
            "unclip_ratio": options.text_det_unclip_ratio,
        },
        "text_type": text_type,
    }
    if found:
        fields["textline_orientation_angles"] = [line.angle for line in found]
    fields["text_rec_score_thresh"] = options.text_rec_score_thresh
    fields["return_word_box"] = options.return_word_box
    fields["rec_texts"] = [line.text for line in lines]
    fields["rec_scores"] = [line.score for line in lines]
    fields["rec_polys"] = [line.polygon.tolist() for line in lines]
    fields["rec_boxes"] = [] if text_type == "seal" else [line.box for line in lines]
    if options.return_word_box:
        fields["text_word_boxes"] = [[list(box) for box in line.word_boxes] for line in lines]
        fields["text_word"] = [list(line.words) for line in lines]
    return fields
