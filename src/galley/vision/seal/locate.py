"""Where seals are on a page, by the colour of their ink and the ellipse of their edge.

Runs in: worker. Pure. Works on a reduced copy, so that its cost hardly grows with the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from galley.vision.seal.ellipse import Ellipse
from galley.vision.seal.ink import BLUE_HUE, INKED, RED_HUE, Ink, colour_differences, coloured_plane
from galley.vision.seal.rim import Rim, fit_rims, refine, search_rim

_LONG_SIDE = 1100
"""Pixels of the copy's longer side: a seal of 42 mm on an A4 page is then 155 pixels wide."""
_SEAL_SIDE = 400
"""The same for a picture of one seal."""
_ENOUGH_SEARCHED = 0.7
"""Part of an edge that must be inked where the seal's ink has no colour to tell it by."""
_CUT = 0.05
"""A seal that reaches further beyond the picture than this part of its shorter half axis is cut off."""
_ENOUGH_TOGETHER = 0.6
"""Score from which on all ink of a picture of one seal, connected or not, makes an edge."""
_LEAST_SHARE = 0.3
"""Width of a seal in parts of a picture of one."""
_LEAST_WIDTH, _LEAST_HEIGHT = 26, 20
"""Of a seal on the copy."""
_GAP = 7
"""Pixels of the copy that a worn rim may be broken by."""
_ENOUGH = 0.76
"""Score from which on an ellipse counts as a seal's edge."""
_LEAST_INSIDE, _MOST_INSIDE = 0.04, 0.62
"""Part of what is inside of the edge that is inked: less is an empty circle, more is a filled one."""


@dataclass(frozen=True, slots=True)
class Place:
    """A seal on a page."""

    ellipse: Ellipse
    score: float


def locate_seals(page: NDArray[np.uint8]) -> list[Place]:
    """The seals in red and in blue ink on `page` (h, w, 3), BGR, from top to bottom."""
    factor = min(1.0, _LONG_SIDE / max(page.shape[:2]))
    small = page if factor == 1 else cv2.resize(page, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    a, b = colour_differences(small)
    places: list[Place] = []
    for hue in (RED_HUE, BLUE_HUE):
        inked = (coloured_plane(a, b, hue) > INKED).astype(np.uint8)
        for rim in _rims(inked):
            place = Place(rim.ellipse.scaled(1 / factor), rim.score)
            if not any(_holds(other.ellipse, place.ellipse.x, place.ellipse.y) for other in places):
                places.append(place)
    return sorted(places, key=lambda place: place.ellipse.box[1])


def _rims(inked: NDArray[np.uint8], least: float = 0) -> Iterator[Rim]:
    joined = cv2.morphologyEx(inked, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_GAP, _GAP)))
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    found: list[Ellipse] = []
    # The largest first: what lies inside of a seal is a part of it.
    for number in 1 + np.argsort(-boxes[1:, 2] * boxes[1:, 3]):
        left, top, width, height, _ = boxes[number]
        if width < max(_LEAST_WIDTH, least) or height < _LEAST_HEIGHT:
            continue
        if any(_holds(ellipse, left + width / 2, top + height / 2) for ellipse in found):
            continue
        margin = max(3, max(width, height) // 20)
        y0, x0 = max(0, top - margin), max(0, left - margin)
        part = np.s_[y0 : top + height + margin, x0 : left + width + margin]
        component = (labels[part] == number).astype(np.uint8)
        for rim in fit_rims(component, _ENOUGH):
            if _LEAST_INSIDE <= _filled(rim.ellipse, inked[part]) <= _MOST_INSIDE:
                placed = Rim(rim.ellipse.moved(x0, y0), rim.coverage, rim.outside)
                found.append(placed.ellipse)
                yield placed


def _filled(ellipse: Ellipse, inked: NDArray[np.uint8]) -> float:
    """Part of what is well inside of the edge that is inked."""
    inside = np.zeros_like(inked)
    core = (2 * 0.86 * ellipse.a, 2 * 0.86 * ellipse.b)
    cv2.ellipse(inside, ((ellipse.x, ellipse.y), core, float(np.degrees(ellipse.angle))), 1, -1)
    return float(inked[inside > 0].mean()) if inside.any() else 0.0


def _holds(ellipse: Ellipse, x: float, y: float) -> bool:
    return bool(ellipse.depth(np.array([[x, y]]))[0] > 0)


def main_rim(ink: Ink) -> Ellipse | None:
    """The edge of the seal in a picture of one: the largest in the ink's colour; None where there is none."""
    plane = ink.by_colour
    factor = min(1.0, _SEAL_SIDE / max(plane.shape))
    small = plane if factor == 1 else cv2.resize(plane, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    inked = (small > INKED).astype(np.uint8)
    rims = [*_rims(inked, _LEAST_SHARE * max(small.shape)), *fit_rims(inked, _ENOUGH_TOGETHER)]
    if rims:
        best = max(rims, key=lambda rim: rim.score * rim.ellipse.least)
        return refine(best.ellipse.scaled(1 / factor), plane)
    searched = search_rim(small)
    if searched is None or searched.coverage < _ENOUGH_SEARCHED:
        return None
    return refine(searched.ellipse.scaled(1 / factor), plane)


def is_cut_off(ellipse: Ellipse, width: int, height: int) -> bool:
    """Whether a part of the seal lies outside of its picture of that size."""
    left, top, right, bottom = ellipse.box
    return min(left, top, width - right, height - bottom) < -_CUT * ellipse.least
