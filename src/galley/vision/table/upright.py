"""Straightening a table that is a little askew, by the lines of text in it.

Runs in: worker. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from galley.vision.table.text import Frame

_LONG = 3.0
"""Lines this many times as long as high tell the angle."""
_LEAST_ANGLE = 0.15
"""Degrees; less is left alone."""
_LARGEST_ANGLE = 20.0
"""Degrees; lines that are more askew are not written along the table's rows."""


@dataclass(frozen=True, slots=True)
class Upright:
    """A picture made straight, and the way back."""

    pixels: NDArray[np.uint8]
    forth: NDArray[np.float64]
    """Affine map (2, 3) from the given picture to this one."""

    def place(self, polygon: NDArray[np.int32]) -> Frame:
        """The frame, in this picture, around points (n, 2) of the given one."""
        points = polygon @ self.forth[:, :2].T + self.forth[:, 2]
        left, top = points.min(axis=0).tolist()
        right, bottom = points.max(axis=0).tolist()
        return Frame(left, top, right, bottom)

    def corners(self, frame: Frame) -> NDArray[np.float64]:
        """The corners (4, 2) of `frame` in the given picture, clockwise from the upper left one."""
        back = cv2.invertAffineTransform(self.forth)
        square = np.array(
            [
                [frame.left, frame.top],
                [frame.right, frame.top],
                [frame.right, frame.bottom],
                [frame.left, frame.bottom],
            ]
        )
        return np.asarray(square @ back[:, :2].T + back[:, 2], np.float64)


def skew(polygons: Sequence[NDArray[np.int32]]) -> float:
    """Degrees by which the lines `polygons` (4, 2), clockwise from upper left, slope down; 0 where none is long."""
    angles = []
    for corners in polygons:
        along, down = corners[1] - corners[0], corners[3] - corners[0]
        angle = math.degrees(math.atan2(float(along[1]), float(along[0])))
        if np.hypot(*along) > _LONG * np.hypot(*down) and abs(angle) < _LARGEST_ANGLE:
            angles.append(angle)
    return float(np.median(angles)) if angles else 0.0


def straighten(pixels: NDArray[np.uint8], polygons: Sequence[NDArray[np.int32]]) -> Upright:
    """`pixels` (h, w, 3) turned so that the lines `polygons` in it are level."""
    angle = skew(polygons)
    if abs(angle) < _LEAST_ANGLE:
        return Upright(pixels, np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]))
    height, width = pixels.shape[:2]
    forth = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
    turned = cv2.warpAffine(pixels, forth, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return Upright(np.asarray(turned, np.uint8), np.asarray(forth, np.float64))
