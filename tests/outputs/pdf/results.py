"""Results of OCR, made by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from galley.config import OcrOptions
from galley.results import PreprocessedPage, RecognizedPage, TextLine


def line(text: str, left: float, top: float, width: float, height: float, degrees: float = 0.0) -> TextLine:
    """A line whose box is turned clockwise about its upper left corner."""
    angle = math.radians(degrees)
    corners = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)]
    turned = [
        (left + x * math.cos(angle) - y * math.sin(angle), top + x * math.sin(angle) + y * math.cos(angle))
        for x, y in corners
    ]
    return TextLine(np.array(turned, np.float64).round().astype(np.int32), 0, text, 0.9)


def page(
    lines: Sequence[TextLine], pixels: NDArray[np.uint8] | None = None, *, angle: int = -1, **fields: Any
) -> RecognizedPage:
    """A page of 600 x 400 pixels, or of those given, that was turned by `angle`."""
    image = np.full((400, 600, 3), 255, np.uint8) if pixels is None else pixels
    before = image if angle in (-1, 0, 180) else image.transpose(1, 0, 2)
    preprocessed = PreprocessedPage(None, None, "x", angle != -1, False, angle, before, image, image)
    placed = {"input_path": None, "page_index": None, "name": "x", **fields}
    return RecognizedPage(**placed, preprocessed=preprocessed, options=OcrOptions(), found=tuple(lines))
