"""Cutting text lines out of a page, upright.

Runs in: worker. Pure. Pixel for pixel what PaddleX cuts.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from galley.vision.geometry import order_corners

_TALL = 1.5
"""Lines at least this many times as high as wide are vertical text, and are turned."""


def crop_line(image: NDArray[np.uint8], box: NDArray[np.int32]) -> NDArray[np.uint8] | None:
    """The pixels of `image` (h, w, 3) in the smallest rectangle around `box` (n, 2), its first corner upper left.

    Vertical text is turned by a quarter, counter-clockwise. None where the rectangle is thinner than a pixel.
    """
    corners = order_corners(cv2.boxPoints(cv2.minAreaRect(box.reshape(-1, 1, 2))))
    width = int(max(np.linalg.norm(corners[0] - corners[1]), np.linalg.norm(corners[2] - corners[3])))
    height = int(max(np.linalg.norm(corners[0] - corners[3]), np.linalg.norm(corners[1] - corners[2])))
    if width == 0 or height == 0:
        return None
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    line: NDArray[np.uint8] = cv2.warpPerspective(
        image,
        cv2.getPerspectiveTransform(corners, target),
        (width, height),
        borderMode=cv2.BORDER_REPLICATE,
        flags=cv2.INTER_CUBIC,
    )
    return np.ascontiguousarray(np.rot90(line)) if height / width >= _TALL else line


def crop_lines(
    image: NDArray[np.uint8], boxes: Sequence[NDArray[np.int32]]
) -> list[tuple[NDArray[np.int32], NDArray[np.uint8]]]:
    """Each of `boxes` with what `crop_line` cuts there; without the thinnest."""
    return [(box, line) for box in boxes if (line := crop_line(image, box)) is not None]
