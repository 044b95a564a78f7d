"""What DocUnderstanding answers for one question.

Runs in: parent and worker. Values only: they can be pickled, and know neither files nor drawing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class UnderstoodPage:
    """A question and its answer."""

    input_path: str | None
    """The picture as the question names it; None for pixels."""
    page_index: int | None
    """0-based, for a page of a document."""
    name: str
    """Output stem, relative to an output folder."""
    fields: Mapping[str, Any]
    """What was asked: `image`, `query` and whatever else the question came with."""
    result: str
    """The answer."""
    usage: Mapping[str, Any] = field(default_factory=dict)
    """What it cost: tokens, seconds and requests. Not part of `json`, whose keys are PaddleOCR's."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """Which model answered, and where; with `usage`."""

    def json(self) -> dict[str, Any]:
        """PaddleOCR's JSON fields; None for an image that is pixels. A page of a document has its number too."""
        fields = {key: None if isinstance(value, np.ndarray) else value for key, value in self.fields.items()}
        fields["result"] = self.result
        if self.input_path is not None:
            fields["input_path"] = self.input_path
        if self.page_index is not None:
            fields["page_index"] = self.page_index
        return fields

    def arrays(self) -> dict[str, Any]:
        """The fields that are arrays in memory."""
        return {key: value for key, value in self.fields.items() if isinstance(value, np.ndarray)}
