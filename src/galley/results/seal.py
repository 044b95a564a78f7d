"""What was read on one seal, and what SealRecognition answers for one page.

Runs in: parent and worker. Values only: they can be pickled, and know neither files nor drawing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from galley.config.seal import SealTextOptions
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
