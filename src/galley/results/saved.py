"""What is left of a page, or of a whole document, when the worker has written its files.

Runs in: parent and worker. Values only: they can be pickled, and know neither files nor drawing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A page whose results the worker has written to files, so that only this travels to the parent."""

    files: tuple[str, ...]
    json: Mapping[str, Any]
    metadata: Mapping[str, Any]

    def beside(self) -> dict[str, Any]:
        """What a line of JSON says beside the result, whose keys are PaddleOCR's: its cost, where that is known."""
        return {"usage": self.metadata["usage"]} if "usage" in self.metadata else {}


@dataclass(frozen=True, slots=True)
class SavedDocument:
    """A document whose files were made of those of its pages."""

    files: tuple[str, ...]
