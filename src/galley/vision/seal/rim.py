"""The edge of one seal in a plane of ink: proposed from its outermost points, or searched for; judged by its ink.

Runs in: worker. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from galley.vision.seal.ellipse import Ellipse, Points, fit_robust
from galley.vision.seal.ink import INKED, Plane

_DIRECTIONS = 180
"""In which the outermost ink is looked for."""
_AROUND = 240
"""Points of an ellipse at which its ink is looked at."""
_LEAST_FLATNESS = 0.4
"""Shorter by longer half axis; flatter ellipses are no seals."""
_BAND = 0.035
"""The rim's ink may lie so far from the ellipse, in parts of the shorter half axis."""
_BEYOND = 0.06
"""Ink further outside than this, in the same parts, speaks against the ellipse."""
_CLEARLY = 0.8
"""Score from which on the outline is one ellipse, and no other need be tried."""
_ROUGH = 0.12
"""Deviation of the outline from its ellipse, in parts of the shorter half axis, that is too much for an edge."""
_INK_LOOKED_AT = 1500
_ARCS = (0.3, 0.5, 0.75)
"""Parts of the outline that ellipses are fitted to, where the whole outline is not one ellipse."""
_STARTS = 12
_MOST_SEALS = 4
"""In one piece of ink."""
_MOST_UNEXPLAINED = 0.2
"""Part of the ink that may belong to none of several seals."""


@dataclass(frozen=True, slots=True)
class Rim:
    """An ellipse with what speaks for it."""

    ellipse: Ellipse
    coverage: float
    """Part of the edge, as far as it lies in the picture, that is inked."""
    outside: float
    """Part of the ink that lies outside."""

    @property
    def score(self) -> float:
        """0 to 1."""
        return self.coverage * (1 - min(1.0, 2 * self.outside))


def outermost(mask: NDArray[np.uint8]) -> Points:
    """The inked pixel furthest from the middle of all ink, in each direction that has one."""
    ys, xs = np.nonzero(mask)
    if len(xs) == 0:
        return np.empty((0, 2))
    hull = cv2.convexHull(np.stack([xs, ys], axis=1).astype(np.int32)).reshape(-1, 2).astype(np.float64)
    x, y = (hull.min(axis=0) + hull.max(axis=0)) / 2
    distance = np.hypot(xs - x, ys - y)
    sector = (np.arctan2(ys - y, xs - x) % (2 * np.pi) * (_DIRECTIONS / (2 * np.pi))).astype(int) % _DIRECTIONS
    order = np.lexsort((distance, sector))
    last = np.flatnonzero(np.append(np.diff(sector[order]) > 0, True))
    chosen = order[last]
    return np.stack([xs[chosen], ys[chosen]], axis=1).astype(np.float64)


def judge(ellipse: Ellipse, mask: NDArray[np.uint8]) -> Rim:
    """How well the ink of `mask` agrees with the ellipse being a seal's edge."""
    return Rim(ellipse, rim_coverage(ellipse, mask), _outside(ellipse, _some_ink(mask)))


def _some_ink(mask: NDArray[np.uint8]) -> Points:
    """Inked pixels, not more than it takes to judge by."""
    ys, xs = np.nonzero(mask)
    step = max(1, len(xs) // _INK_LOOKED_AT)
    return np.stack([xs[::step], ys[::step]], axis=1).astype(np.float64)


def rim_coverage(ellipse: Ellipse, mask: NDArray[np.uint8]) -> float:
    """Part of the edge that is inked, as far as it lies in the picture; 0 where less than half of it does."""
    band = max(1.0, _BAND * ellipse.least)
    depths = np.linspace(-band, band, max(3, math.ceil(2 * band) + 1))
    spots = ellipse.points(np.linspace(0, 2 * np.pi, _AROUND, endpoint=False)[:, np.newaxis], depths)
    columns, rows = np.rint(spots[..., 0]).astype(int), np.rint(spots[..., 1]).astype(int)
    inside = (columns >= 0) & (rows >= 0) & (columns < mask.shape[1]) & (rows < mask.shape[0])
    values = mask[np.where(inside, rows, 0), np.where(inside, columns, 0)] * inside
    visible = inside.any(axis=1)
    if visible.mean() < 0.5:
        return 0.0
    return float(values.any(axis=1)[visible].mean())


def _outside(ellipse: Ellipse, ink: Points) -> float:
    if len(ink) == 0:
        return 1.0
    return float((ellipse.depth(ink) < -max(2.0, _BEYOND * ellipse.least)).mean())


def is_seal_shaped(ellipse: Ellipse) -> bool:
    """Whether the ellipse is round enough."""
    return ellipse.least / ellipse.most >= _LEAST_FLATNESS


def fit_rims(mask: NDArray[np.uint8], enough: float) -> Iterator[Rim]:
    """The edges of the seals that `mask` may show, one for each seal, best first.

    The outermost points are one ellipse where there is one whole seal. Otherwise (seals over one another, something
    printed in the same ink beside one) parts of the outline are tried.

    Args:
        mask: connected ink, 0 and 1.
        enough: score from which on a rim is taken.
    """
    outline, ink = outermost(mask), _some_ink(mask)
    whole = _fit(outline, mask, ink)
    if whole is not None and whole.score >= max(enough, _CLEARLY):
        yield whole
        return
    candidates = [whole] if whole is not None else []
    candidates += [rim for part in _parts(outline) if (rim := _fit(part, mask, ink)) is not None]
    best = max(candidates, key=lambda each: each.score, default=None)
    several = _distinct(candidates, enough, least=0.25 * max(mask.shape) / 2)
    if len(several) > 1 and _unexplained(several, ink) < _MOST_UNEXPLAINED and _is_better(several, best, enough):
        yield from several
    elif best is not None and best.score >= enough:
        yield best


def _is_better(several: list[Rim], best: Rim | None, enough: float) -> bool:
    """Whether several seals explain the ink better than one; one ellipse may well lie around two that touch."""
    if best is None or best.score < enough:
        return True
    return float(np.mean([rim.coverage for rim in several])) > best.coverage + 0.05


def _distinct(candidates: list[Rim], enough: float, least: float) -> list[Rim]:
    """The ellipses that have much ink on them and are not one another, best first; `least` is a half axis."""
    chosen: list[Rim] = []
    for rim in sorted(candidates, key=lambda each: each.coverage, reverse=True):
        is_new = all(not _is_same(rim.ellipse, other.ellipse) for other in chosen)
        if rim.coverage >= enough + 0.15 and rim.ellipse.least >= least and is_new:
            chosen.append(rim)
    return chosen[:_MOST_SEALS]


def _fit(points: Points, mask: NDArray[np.uint8], ink: Points) -> Rim | None:
    height, width = mask.shape
    within = (points[:, 0] > 0) & (points[:, 1] > 0) & (points[:, 0] < width - 1) & (points[:, 1] < height - 1)
    fitted = fit_robust(points[within])
    if fitted is None:
        return None
    ellipse, deviation = fitted
    fits = is_seal_shaped(ellipse) and ellipse.most <= 1.2 * max(mask.shape) and deviation <= _ROUGH * ellipse.least
    return Rim(ellipse, rim_coverage(ellipse, mask), _outside(ellipse, ink)) if fits else None


def _parts(outline: Points) -> Iterator[Points]:
    count = len(outline)
    twice = np.concatenate([outline, outline])
    for share in _ARCS:
        length = int(share * count)
        for start in range(0, count, max(1, count // _STARTS)):
            yield twice[start : start + length]


def _is_same(one: Ellipse, other: Ellipse) -> bool:
    return math.hypot(one.x - other.x, one.y - other.y) < 0.25 * min(one.least, other.least)


def _unexplained(rims: list[Rim], ink: Points) -> float:
    """Part of the ink that lies in none of the ellipses."""
    depths = [rim.ellipse.depth(ink) + max(2.0, _BEYOND * rim.ellipse.least) for rim in rims]
    return float((np.max(depths, axis=0) < 0).mean())


def refine(ellipse: Ellipse, plane: Plane) -> Ellipse:
    """The ellipse moved onto the outer side of the rim in a full-size plane; as it is where there is none."""
    reach = max(3.0, 0.06 * ellipse.least)
    depths = np.arange(-reach, reach, 0.5)
    parameters = np.linspace(0, 2 * np.pi, 2 * _AROUND, endpoint=False)
    spots = ellipse.points(parameters[:, np.newaxis], depths).astype(np.float32)
    values = cv2.remap(plane, spots[..., 0], spots[..., 1], cv2.INTER_LINEAR, borderValue=0)
    inked = values > INKED
    found = inked.any(axis=1)
    if found.mean() < 0.4:
        return ellipse
    first = inked.argmax(axis=1)
    fitted = fit_robust(ellipse.points(parameters[found], depths[first[found]]))
    if fitted is None or not is_seal_shaped(fitted[0]) or not _is_same(fitted[0], ellipse):
        return ellipse
    return fitted[0]


def search_rim(plane: Plane, seed: int = 0) -> Rim | None:
    """The edge of a seal that fills much of a small picture whose other ink cannot be told from the seal's.

    Ellipses are drawn at random and the best ones are varied: an ellipse is good where much ink lies on it and none
    just inside and outside of it.
    """
    height, width = plane.shape
    chance = np.random.default_rng(seed)
    soft = cv2.GaussianBlur(plane, (0, 0), max(0.8, min(plane.shape) / 220))
    wide, high = chance.uniform(0.28, 0.56, (2, 6000)) * [[width], [height]]
    x, y = chance.uniform(0.36, 0.64, (2, 6000)) * [[width], [height]]
    guesses = np.stack([x, y, wide, high, chance.uniform(-0.5, 0.5, 6000)], axis=1)
    # Half of them are circles, which most seals are.
    guesses[::2, 3] = guesses[::2, 2]
    for spread in (0.05, 0.025, 0.012, 0.006, 0.003):
        merits = _merits(guesses, soft)
        best = guesses[np.argsort(merits)[-60:]]
        moves = chance.normal(0, spread, (12, *best.shape)) * [width, height, width, height, 2.0]
        guesses = np.concatenate([best, (best + moves).reshape(-1, 5)])
    x, y, a, b, angle = guesses[int(np.argmax(_merits(guesses, soft)))]
    ellipse = Ellipse(float(x), float(y), float(abs(a)), float(abs(b)), float(angle))
    if not is_seal_shaped(ellipse):
        return None
    return judge(ellipse, (plane > INKED).astype(np.uint8))


def _merits(guesses: NDArray[np.float64], plane: Plane) -> NDArray[np.float64]:
    """For each guess (x, y, a, b, angle): ink on the ellipse, less the mean of that beside it."""
    around = np.linspace(0, 2 * np.pi, 96, endpoint=False)
    x, y, a, b, angle = (guesses[:, index, np.newaxis] for index in range(5))
    merits = np.zeros(len(guesses))
    for share, weight in ((1.0, 1.0), (1.06, -0.5), (0.94, -0.25)):
        u, v = share * a * np.cos(around), share * b * np.sin(around)
        columns = (x + u * np.cos(angle) - v * np.sin(angle)).astype(np.float32)
        rows = (y + u * np.sin(angle) + v * np.cos(angle)).astype(np.float32)
        values = cv2.remap(plane, columns, rows, cv2.INTER_LINEAR, borderValue=0)
        # A full rim is better than a dark piece of one.
        merits += weight * np.minimum(values, 0.6).mean(axis=1)
    return merits
