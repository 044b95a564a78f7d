"""Text detection: what a DB network sees, and the boxes in the probability map that it answers.

Runs in: worker. Pure.

Source of the method: Liao et al., "Real-time Scene Text Detection with Differentiable Binarization", AAAI 2020. Sizes,
order of operations and rounding are those of PaddleX 3.7, so that the same map gives the same boxes, pixel for pixel.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
import pyclipper
from numpy.typing import NDArray

from galley.vision.geometry import Points, order_corners

Map: TypeAlias = NDArray[np.float32]
"""Probability of text, shape (height, width)."""

_SMALLEST_SUM = 64
"""Pictures whose sides are shorter in sum are padded before they are scaled."""
_LEAST_PADDED = 32
_MIN_SIDE = 3
"""Shorter sides than this, in pixels of the map, are noise; after growing, two pixels more."""
_APPROXIMATION = 0.002
"""Deviation, in parts of its length, by which a polygon may simplify a contour."""


@dataclass(frozen=True, slots=True)
class BoxRule:
    """Which parts of the map become boxes."""

    threshold: float
    """Pixels above it are text."""
    box_threshold: float
    """Regions whose mean probability is below it are dropped."""
    unclip_ratio: float
    """How far regions are grown: this times area by circumference."""
    max_candidates: int
    """Regions looked at, from the lower end of the page."""


def pad_small(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """`image` (h, w, 3), with black below and to the right of it where it is tiny."""
    height, width = image.shape[:2]
    if height + width >= _SMALLEST_SUM:
        return image
    padded: NDArray[np.uint8] = np.zeros((max(_LEAST_PADDED, height), max(_LEAST_PADDED, width), 3), np.uint8)
    padded[:height, :width] = image
    return padded


def find_boxes(probability: Map, size: tuple[int, int], rule: BoxRule) -> NDArray[np.int32]:
    """The text regions of a map as rectangles, turned as the text is.

    Args:
        probability: the network's answer, (h, w).
        size: (height, width) of the picture in whose pixels the boxes are wanted.
        rule: which regions count.

    Returns:
        Corners (n, 4, 2) as x and y, clockwise from the upper left, within the picture, from the lower end upwards.
    """
    found = (_to_box(contour, probability, rule) for contour in _contours(probability, rule))
    boxes = [box for box in found if box is not None]
    return _to_picture(np.array(boxes, np.float64).reshape(-1, 4, 2), probability, size)


def _to_box(contour: Points, probability: Map, rule: BoxRule) -> Points | None:
    corners, side = smallest_rectangle(contour)
    if side < _MIN_SIDE or mean_inside(probability, corners) < rule.box_threshold:
        return None
    grown = grow(corners, rule.unclip_ratio)
    if len(grown) == 0:
        return None
    corners, side = smallest_rectangle(np.concatenate(grown))
    return corners if side >= _MIN_SIDE + 2 else None


def find_polygons(probability: Map, size: tuple[int, int], rule: BoxRule) -> list[NDArray[np.int32]]:
    """The text regions of a map as polygons (n, 2) of x and y that follow curved text; see `find_boxes`."""
    found = (_to_polygon(contour, probability, rule) for contour in _contours(probability, rule))
    return [_to_picture(polygon.astype(np.float64), probability, size) for polygon in found if polygon is not None]


def _to_polygon(contour: Points, probability: Map, rule: BoxRule) -> Points | None:
    points = cv2.approxPolyDP(contour, _APPROXIMATION * cv2.arcLength(contour, True), True).reshape(-1, 2)
    if len(points) < 4 or mean_inside(probability, points) < rule.box_threshold:
        return None
    grown = grow(points, rule.unclip_ratio)
    if len(grown) != 1:
        return None
    return grown[0] if smallest_rectangle(grown[0])[1] >= _MIN_SIDE + 2 else None


def _contours(probability: Map, rule: BoxRule) -> Iterator[Points]:
    text = (probability > rule.threshold).astype(np.uint8)
    contours, _ = cv2.findContours(text, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    yield from contours[: rule.max_candidates]


def _to_picture(points: NDArray[np.float64], probability: Map, size: tuple[int, int]) -> NDArray[np.int32]:
    rows, columns = probability.shape
    height, width = size
    points[..., 0] = np.clip(np.rint(points[..., 0] * (width / columns)), 0, width)
    points[..., 1] = np.clip(np.rint(points[..., 1] * (height / rows)), 0, height)
    return points.astype(np.int32)


def smallest_rectangle(points: Points) -> tuple[NDArray[np.float32], float]:
    """The smallest rectangle around `points`, turned freely: ordered corners (4, 2), and its shorter side."""
    rectangle = cv2.minAreaRect(points.reshape(-1, 1, 2))
    return order_corners(cv2.boxPoints(rectangle)), min(rectangle[1])


def heights_of(boxes: NDArray[np.int32]) -> NDArray[np.float64]:
    """The shorter side of each box, corners (n, 4, 2): the height of its line, (n,)."""
    sides: NDArray[np.float64] = np.linalg.norm(boxes[:, [1, 2]] - boxes[:, [0, 1]], axis=2)
    heights: NDArray[np.float64] = sides.min(axis=1)
    return heights


def mean_inside(probability: Map, points: Points) -> float:
    """The mean of the map over the polygon `points` (n, 2), its edge included."""
    rows, columns = probability.shape
    left, right = (_within(edge, columns) for edge in (math.floor(points[:, 0].min()), math.ceil(points[:, 0].max())))
    top, bottom = (_within(edge, rows) for edge in (math.floor(points[:, 1].min()), math.ceil(points[:, 1].max())))
    mask = np.zeros((bottom - top + 1, right - left + 1), np.uint8)
    inside = (points - np.array([left, top], points.dtype)).astype(np.int32)
    cv2.fillPoly(mask, inside[np.newaxis], 1)
    return float(cv2.mean(probability[top : bottom + 1, left : right + 1], mask)[0])


def _within(edge: int, length: int) -> int:
    return max(0, min(edge, length - 1))


def grow(points: Points, ratio: float) -> list[NDArray[np.int32]]:
    """The polygon `points` (n, 2) with its edge moved outwards and its corners rounded; seldom none, or several.

    Source: Vatti, "A generic solution to polygon clipping", 1992, as implemented by Clipper.
    """
    distance = cv2.contourArea(points) * ratio / cv2.arcLength(points, True)
    clipper = pyclipper.PyclipperOffset()
    clipper.AddPath(points, pyclipper.JT_ROUND, pyclipper.ET_CLOSEDPOLYGON)
    return [np.array(path, np.int32) for path in clipper.Execute(distance)]


def reading_order(boxes: NDArray[np.int32]) -> list[int]:
    """The order of `boxes` (n, 4, 2) by their first corners: top to bottom; in one row, left to right.

    PaddleX's rule: after sorting by height, a box moves before its predecessor while that lies to its right and is less
    than 10 pixels away in height.
    """
    order = sorted(range(len(boxes)), key=lambda index: (boxes[index][0][1], boxes[index][0][0]))
    for end in range(1, len(order)):
        place = end
        while place > 0 and _same_row_but_left(boxes[order[place]], boxes[order[place - 1]]):
            order[place - 1], order[place] = order[place], order[place - 1]
            place -= 1
    return order


_ROW_PIXELS = 10


def _same_row_but_left(box: NDArray[np.int32], other: NDArray[np.int32]) -> bool:
    return bool(abs(box[0][1] - other[0][1]) < _ROW_PIXELS and box[0][0] < other[0][0])


def top_order(polygons: Sequence[NDArray[np.int32]]) -> list[int]:
    """The order of polygons by their highest points, as PaddleX sorts them."""
    return [int(index) for index in np.argsort(np.array([polygon[:, 1].min() for polygon in polygons]))]
