"""Turning a page upright, exactly as PaddleOCR turns it.

Runs in: worker. Pure.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_QUARTER_TURN = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}

# PaddleX turns a page with an affine warp about (width / 2, height / 2), half a pixel beside the centre of the
# pixel grid. At quarter turns that is a lossless turn, moved by one whole pixel: (rows, columns) per angle.
_SHIFT = {90: (1, 0), 180: (1, 1), 270: (0, 1)}


def turn(image: NDArray[np.uint8], angle: int) -> NDArray[np.uint8]:
    """`image` (h, w, 3) turned counter-clockwise by `angle` degrees: 0, 90, 180 or 270.

    Pixel for pixel what PaddleX gives, so that boxes found on the page are the same: the turned page lies one
    pixel lower or further right, with black in the gap. With 0 the image itself is returned.
    """
    if angle == 0:
        return image
    turned = cv2.rotate(image, _QUARTER_TURN[angle])
    down, right = _SHIFT[angle]
    placed: NDArray[np.uint8] = np.zeros_like(turned)
    placed[down:, right:] = turned[: turned.shape[0] - down, : turned.shape[1] - right]
    return placed
