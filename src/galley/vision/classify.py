"""Image classification: what a classifier network sees, and what its answer means.

Runs in: worker. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray


def resize_short(image: NDArray[np.uint8], short: int) -> NDArray[np.uint8]:
    """`image` (h, w, c) scaled so that its shorter side has `short` pixels, bilinear, sides rounded half to even."""
    height, width = image.shape[:2]
    scale = short / min(height, width)
    size = (round(width * scale), round(height * scale))
    small: NDArray[np.uint8] = cv2.resize(image, size, interpolation=cv2.INTER_LINEAR)
    return small


def resize_fit(image: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """`image` (h, w, c) scaled to `height` with its proportions, or to `width` x `height` where it is longer."""
    rows, columns = image.shape[:2]
    size = (min(width, math.ceil(height * columns / rows)), height)
    small: NDArray[np.uint8] = cv2.resize(image, size, interpolation=cv2.INTER_LINEAR)
    return small


def pad_right(planes: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """`planes` (1, c, h, w) made `width` wide with zeros on the right."""
    return np.pad(planes, ((0, 0), (0, 0), (0, 0), (0, width - planes.shape[3])))


def crop_centre(image: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """The middle `width` x `height` pixels of `image` (h, w, c), whose sides are at least that long."""
    left = (image.shape[1] - width) // 2
    top = (image.shape[0] - height) // 2
    return image[top : top + height, left : left + width]


def normalise(
    image: NDArray[np.uint8], mean: Sequence[float], std: Sequence[float], scale: float
) -> NDArray[np.float32]:
    """`image` (h, w, 3) as network input (1, 3, h, w): `(image * scale - mean) / std` per channel.

    A pixel has one of 256 values, and each is computed only once. Engines want the planes row by row, as they are here.
    """
    planes = np.empty((1, 3, *image.shape[:2]), np.float32)
    for channel, (centre, deviation) in enumerate(zip(mean, std, strict=True)):
        values = np.arange(256, dtype=np.float32) * np.float32(scale / deviation) + np.float32(-centre / deviation)
        cv2.LUT(np.ascontiguousarray(image[:, :, channel]), values, planes[0, channel])
    return planes


def best_label(scores: NDArray[np.floating], labels: Sequence[str]) -> tuple[str, float]:
    """The label with the highest of `scores` (len(labels),), and that score."""
    index = int(np.argmax(scores))
    return labels[index], float(scores[index])
