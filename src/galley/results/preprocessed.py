"""What DocPreprocessor answers for one page.

Runs in: parent and worker. Values only: they can be pickled, and know neither files nor drawing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from galley.results.image import Image

UNKNOWN_ANGLE = -1
"""What results say of pages and lines when nobody looked how they are turned, as PaddleOCR's do."""


@dataclass(frozen=True, slots=True, eq=False)
class PreprocessedPage:
    """The result of DocPreprocessor for one page."""

    input_path: str | None
    page_index: int | None
    name: str
    """Output stem of this page, page number included, relative to an output folder."""
    use_doc_orientation_classify: bool
    use_doc_unwarping: bool
    angle: int
    """Degrees the page was turned counter-clockwise to stand upright; `UNKNOWN_ANGLE` when the classifier was off."""
    input_img: Image
    rot_img: Image
    output_img: Image
    """The corrected page; the same array as `rot_img` when unwarping was off."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """Which engine, device and precision ran. Not part of `json`, which is the same on any device."""

    def json(self) -> dict[str, Any]:
        """PaddleOCR's JSON fields, in its order."""
        return {
            "input_path": self.input_path,
            "page_index": self.page_index,
            "model_settings": {
                "use_doc_orientation_classify": self.use_doc_orientation_classify,
                "use_doc_unwarping": self.use_doc_unwarping,
            },
            "angle": self.angle,
        }

    def arrays(self) -> dict[str, Any]:
        """The fields that PaddleOCR's result has in memory but not in JSON."""
        return {"input_img": self.input_img, "rot_img": self.rot_img, "output_img": self.output_img}
