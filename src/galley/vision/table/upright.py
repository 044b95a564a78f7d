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
_LEAST_ANGLE = 0.05
"""Degrees; less is left alone."""
_AROUND = 1.2
_STEP = 0.1
"""Degrees around the rough angle that are tried."""
_PREFER_LEVEL = 1.05
"""By so much another angle must be sharper than none."""
_EDGE = 24
"""Grey values."""
_MOST_POINTS = 20_000
_LARGEST_ANGLE = 20.0
"""Degrees; lines that are more askew are not written along the table's rows."""


@dataclass(frozen=True, slots=True)
class Upright:
    """A part of a page made straight, and the way there."""

    pixels: NDArray[np.uint8]
    forth: NDArray[np.float64]
    """Affine map (2, 3) from the page to these pixels."""

    def place(self, polygon: NDArray[np.int32] | NDArray[np.float64]) -> Frame:
        """The frame, here, around points (n, 2) of the page."""
        points = polygon @ self.forth[:, :2].T + self.forth[:, 2]
        left, top = points.min(axis=0).tolist()
        right, bottom = points.max(axis=0).tolist()
        return Frame(left, top, right, bottom)

    def part(self, frame: Frame) -> Upright:
        """The part of the picture in `frame`, and the way to it."""
        height, width = self.pixels.shape[:2]
        left, top = max(0, int(frame.left)), max(0, int(frame.top))
        right, bottom = min(width, math.ceil(frame.right)), min(height, math.ceil(frame.bottom))
        forth = self.forth.copy()
        forth[:, 2] -= (left, top)
        return Upright(self.pixels[top:bottom, left:right], forth)

    def corners(self, frame: Frame) -> NDArray[np.float64]:
        """The corners (4, 2) on the page of `frame` here, clockwise from the upper left one."""
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


def skew(pixels: NDArray[np.uint8], polygons: Sequence[NDArray[np.int32]]) -> float:
    """Degrees by which the lines in `pixels` (h, w, 3) slope down.

    The corners (4, 2) of the lines, clockwise from upper left, tell it roughly. Around that, the angle is taken along
    which the ink gathers in the fewest rows: rules and baselines of text become sharp there.
    """
    coarse = _coarse_skew(polygons)
    rows, columns = _ink(pixels)
    if len(rows) == 0:
        return 0.0
    best, best_sharpness = 0.0, _sharpness(rows, columns, 0.0) * _PREFER_LEVEL
    for angle in np.arange(coarse - _AROUND, coarse + _AROUND + _STEP / 2, _STEP).tolist():
        sharpness = _sharpness(rows, columns, angle)
        if sharpness > best_sharpness:
            best, best_sharpness = angle, sharpness
    return best


def _coarse_skew(polygons: Sequence[NDArray[np.int32]]) -> float:
    """The median angle of the long ones among the lines; 0 where none is long."""
    angles = []
    for corners in polygons:
        along, down = corners[1] - corners[0], corners[3] - corners[0]
        angle = math.degrees(math.atan2(float(along[1]), float(along[0])))
        if np.hypot(*along) > _LONG * np.hypot(*down) and abs(angle) < _LARGEST_ANGLE:
            angles.append(angle)
    return float(np.median(angles)) if angles else 0.0


def _ink(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of the dark edges that lie below lighter pixels: one for each stroke, however thick."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY).astype(np.int16)
    rows, columns = np.nonzero(grey[:-1] - grey[1:] > _EDGE)
    if len(rows) > _MOST_POINTS:
        step = len(rows) // _MOST_POINTS + 1
        rows, columns = rows[::step], columns[::step]
    return rows, columns


def _sharpness(rows: NDArray[np.intp], columns: NDArray[np.intp], angle: float) -> float:
    slanted = rows - columns * math.tan(math.radians(angle))
    counts = np.bincount((slanted - slanted.min()).round().astype(np.intp))
    return float((counts.astype(np.float64) ** 2).sum())


def straighten(image: NDArray[np.uint8], frame: Frame, polygons: Sequence[NDArray[np.int32]]) -> Upright:
    """The part of `image` (h, w, 3) in `frame`, turned so that the lines `polygons` in it are level."""
    whole = Upright(image, np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])).part(frame)
    angle = skew(whole.pixels, polygons)
    if abs(angle) < _LEAST_ANGLE:
        return whole
    height, width = whole.pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
    turned = cv2.warpAffine(whole.pixels, turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    forth = np.asarray(turn, np.float64).copy()
    forth[:, 2] += forth[:, :2] @ whole.forth[:, 2]
    return Upright(np.asarray(turned, np.uint8), forth)
