"""What a page of a PDF file itself says is written on it.

Runs in: parent and worker. Values only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class TextLayer:
    """The characters of a page (n of them, in the order of the file), in the pixels that it is rendered with."""

    characters: str
    """Line feeds and spaces among them may be the reader's, who saw a gap."""
    boxes: NDArray[np.float32]
    """(n, 4): left, top, right and bottom of each; all 0 for those that the reader made up."""
    directions: NDArray[np.float32]
    """(n,): degrees clockwise in which each is written, from -180 to 180; 0 from left to right."""
    sizes: NDArray[np.float32]
    """(n,): height of its font in pixels; 0 where nobody knows."""
    unmapped: NDArray[np.bool_]
    """(n,): nothing in the file says which character it is."""
    hidden: NDArray[np.bool_]
    """(n,): it is not drawn."""
    largest_picture: float
    """Share of the page, 0 to 1, that its largest picture covers."""


@dataclass(frozen=True, slots=True)
class LayerVerdict:
    """Whether a text layer can stand for what is seen on its page."""

    characters: int
    """Those that are not blank."""
    reasons: tuple[str, ...]
    """Why not; none if it can."""
    hidden: bool = False
    """Whether it holds text that is not drawn: that of an earlier recognition."""
    own: tuple[tuple[int, int, int, int], ...] = ()
    """Left, top, right and bottom of its lines, where these are right as far as they go."""
    used: bool = False
    """Whether the lines of the result are its."""

    @property
    def trusted(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.reasons

    def json(self) -> dict[str, object]:
        """For a result."""
        return {"way": "text_layer" if self.used else "recognition", "reasons": list(self.reasons)}
