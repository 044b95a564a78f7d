"""What the pipelines answer for one page.

Runs in: parent and worker. Values only: they can be pickled, and know neither files nor drawing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Image: TypeAlias = NDArray[np.uint8]
"""A page in BGR order, shape (height, width, 3)."""


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
    """Degrees the page was turned counter-clockwise to stand upright; -1 when the classifier was off."""
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

    def arrays(self) -> dict[str, Image]:
        """The fields that PaddleOCR's result has in memory but not in JSON."""
        return {"input_img": self.input_img, "rot_img": self.rot_img, "output_img": self.output_img}


PageResult: TypeAlias = PreprocessedPage
"""Any pipeline's result."""


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A page whose results the worker has written to files, so that only this travels to the parent."""

    files: tuple[str, ...]
    json: Mapping[str, Any]
    metadata: Mapping[str, Any]
