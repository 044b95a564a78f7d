"""The inside of a seal, turned upright, and the straight lines of text on it.

Runs in: worker. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from galley.vision.seal.ellipse import Ellipse
from galley.vision.seal.ink import INKED, Plane

_SIDE = 640
"""Pixels of the upright picture."""
_MOST_SCALE = 4.0
_MOST_TILT = 15.0
"""Degrees by which a line may be slanted."""
_LEAST_HEIGHT = 0.07
"""Of a line, in parts of the shorter half axis."""
_LEAST_SHARE = 0.55
"""Part of a line's ink that must not belong to text along the edge."""

_COARSE = 4
"""Pixels of the upright picture that are decided upon together."""
_MOSTLY = 0.5
"""Part of a character that is free where it does not belong to text along the edge."""


@dataclass(frozen=True, slots=True)
class Sector:
    """Where text along the edge was read."""

    middle: float
    """Parameter of the ellipse, in radians."""
    half: float
    """Half of its width, in radians."""
    bottom: float
    """How deep it reaches, in pixels of the picture."""


@dataclass(frozen=True, slots=True, eq=False)
class Upright:
    """How points of the upright picture and of the seal's picture correspond."""

    matrix: NDArray[np.float64]
    """From the seal's picture to the upright one, (2, 3)."""
    side: int
    scale: float

    def to_picture(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points of the upright picture (n, 2) in the seal's picture."""
        back = cv2.invertAffineTransform(self.matrix)
        return np.asarray(points @ back[:, :2].T + back[:, 2])


def plan_upright(ellipse: Ellipse, tilt: float) -> Upright:
    """The picture of the whole seal turned back by `tilt` radians, clockwise."""
    reach = 1.02 * ellipse.most
    scale = min(_MOST_SCALE, _SIDE / (2 * reach))
    side = math.ceil(2 * reach * scale)
    matrix = cv2.getRotationMatrix2D((ellipse.x, ellipse.y), math.degrees(tilt), scale)
    matrix[:, 2] += side / 2 - np.array([ellipse.x, ellipse.y])
    return Upright(matrix, side, scale)


def turn_upright(plane: Plane, upright: Upright) -> Plane:
    """The pixels of the upright picture."""
    size = (upright.side, upright.side)
    shrinks = upright.scale < 1
    pixels = cv2.warpAffine(
        plane, upright.matrix, size, flags=cv2.INTER_LINEAR if shrinks else cv2.INTER_CUBIC, borderValue=0
    )
    return np.asarray(np.clip(pixels, 0, 1), np.float32)


def free_of_arcs(ellipse: Ellipse, upright: Upright, ring: float, arcs: Sequence[Sector]) -> NDArray[np.bool_]:
    """Which pixels of the upright picture are inside of rings (`ring` pixels deep) and on no text along the edge."""
    coarse = np.arange(_COARSE / 2, upright.side, _COARSE)
    columns, rows = np.meshgrid(coarse, coarse)
    points = upright.to_picture(np.stack([columns.ravel(), rows.ravel()], axis=1))
    depth = ellipse.depth(points)
    free = depth > ring + 0.02 * ellipse.least
    parameters = ellipse.parameters(points)
    for arc in arcs:
        apart = np.abs((parameters - arc.middle + np.pi) % (2 * np.pi) - np.pi)
        free &= ~((apart < arc.half + 0.05) & (depth < arc.bottom + 0.015 * ellipse.least))
    blocks = free.reshape(len(coarse), len(coarse)).repeat(_COARSE, axis=0).repeat(_COARSE, axis=1)
    padding = max(0, upright.side - len(blocks))
    return np.asarray(np.pad(blocks, (0, padding), mode="edge")[: upright.side, : upright.side])


def without_arcs(pixels: Plane, free: NDArray[np.bool_]) -> Plane:
    """The upright picture without rings and text along the edge, which a detector would take for a part of lines.

    What is not `free` goes, but for characters that only reach into it.
    """
    _, labels = cv2.connectedComponents((pixels > INKED).astype(np.uint8), connectivity=4)
    sizes = np.bincount(labels.ravel())
    freed = np.bincount(labels[free], minlength=len(sizes))
    stays = freed > _MOSTLY * sizes
    stays[0] = False
    whole = cv2.dilate(stays[labels].astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return np.asarray(pixels * (free | whole), np.float32)


def straight_lines(
    boxes: NDArray[np.int32], pixels: Plane, free: NDArray[np.bool_], unit: float
) -> list[NDArray[np.int32]]:
    """Those of the `boxes` (n, 4, 2) found on the upright picture that hold a straight line, from top to bottom.

    `unit` is the seal's shorter half axis in pixels of the upright picture.
    """
    kept = [box for box in boxes if _is_line(box, unit) and _share(box, pixels, free) >= _LEAST_SHARE]
    return sorted(kept, key=lambda box: float(box[:, 1].mean()))


def _is_line(box: NDArray[np.int32], unit: float) -> bool:
    along, down = box[1] - box[0], box[3] - box[0]
    width, height = math.hypot(*along), math.hypot(*down)
    tilt = abs(math.degrees(math.atan2(along[1], along[0])))
    return min(width, height) >= _LEAST_HEIGHT * unit and width >= 1.1 * height and tilt <= _MOST_TILT


def _share(box: NDArray[np.int32], pixels: Plane, free: NDArray[np.bool_]) -> float:
    """Part of the ink in `box` that is free."""
    inside = np.zeros(pixels.shape, np.uint8)
    cv2.fillPoly(inside, [box.astype(np.int32)], 1)
    ink = pixels * inside
    total = float(ink.sum())
    return float(ink[free].sum()) / total if total >= 1 else 0.0
