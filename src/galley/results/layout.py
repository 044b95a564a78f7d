"""A region that was found on a page.

Runs in: parent and worker. Values only: they can be pickled, and know neither files nor drawing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class LayoutBox:
    """A region that the layout model found."""

    class_id: int
    label: str
    score: float
    box: tuple[float, float, float, float]
    """Left, top, right and bottom, in pixels of the preprocessed page."""
    order: int | None = None
    """Place in the reading order, from 0, as the model sees it; None of models that do not."""

    def json(self) -> dict[str, Any]:
        """PaddleOCR's JSON fields, in its order."""
        return {"cls_id": self.class_id, "label": self.label, "score": self.score, "coordinate": list(self.box)}
