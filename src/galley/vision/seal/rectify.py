"""Text inside a curved polygon, made straight.

Runs in: worker. Pure.

The idea is PaddleX's (`CropByPolys`, kind `poly`): a polygon around curved text is a band with two long sides; points
that correspond on them are spread out into the rows of a rectangle. Here the sides are found by trying all pairs of
ends, and the band is sampled between the sides without a spline.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_POINTS = 96
"""Of the outline; the ends are found to within one."""
_OFF_HALF = 10
"""By how many points one side may be longer than the other, on either end."""


def straighten(image: NDArray[np.uint8], polygon: NDArray[np.int32]) -> NDArray[np.uint8] | None:
    """The pixels of `image` (h, w, 3) inside the band `polygon` (n, 2), rolled out; None where it has no area.

    Which of the two long sides is the upper one cannot be seen from the band: the text may stand on its head.
    """
    sides = long_sides(polygon.astype(np.float64))
    if sides is None:
        return None
    upper, lower = sides
    height = round(float(np.linalg.norm(upper - lower, axis=1).mean()))
    width = round(float(np.hypot(*np.diff((upper + lower) / 2, axis=0).T).sum()))
    if height < 2 or width < 2:
        return None
    across = np.linspace(0, 1, width)
    top, bottom = (resample(side, across) for side in (upper, lower))
    down = ((np.arange(height) + 0.5) / height)[:, np.newaxis, np.newaxis]
    spots = (top * (1 - down) + bottom * down).astype(np.float32)
    return np.asarray(
        cv2.remap(image, spots[..., 0], spots[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def long_sides(polygon: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """The two long sides of a band, each from its beginning to its end, (m, 2); what lies between is not mirrored."""
    x, y = polygon.T
    area = float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2
    if abs(area) < 1:
        return None
    # Clockwise on the screen, so that the first side is the upper one of text that runs along it.
    closed = np.concatenate([polygon, polygon[:1]])[:: 1 if area > 0 else -1]
    length = float(np.hypot(*np.diff(closed, axis=0).T).sum())
    outline = resample(closed, np.arange(_POINTS) / _POINTS)
    start, stop = _ends(outline)
    one = np.roll(outline, -start, axis=0)[: stop - start + 1]
    other = np.concatenate([np.roll(outline, -stop, axis=0)[: _POINTS - (stop - start)], outline[start : start + 1]])
    # Each side carries half of both short ends; a band's breadth is its area by half of what is around it.
    breadth = abs(area) / max(length / 2 - abs(area) / (length / 2), 1e-9)
    sides = [_trimmed(side, breadth / 2) for side in (one, other)]
    return sides[0], sides[1][::-1]


def _ends(outline: NDArray[np.float64]) -> tuple[int, int]:
    """The points in the middle of the short ends: those between which the two ways around keep closest together."""
    shares = np.linspace(0.1, 0.9, 24)
    best, chosen = np.inf, (0, _POINTS // 2)
    twice = np.concatenate([outline, outline])
    for start in range(_POINTS // 2):
        for stop in range(start + _POINTS // 2 - _OFF_HALF, start + _POINTS // 2 + _OFF_HALF + 1):
            one = twice[np.rint(start + shares * (stop - start)).astype(int)]
            other = twice[np.rint(start + _POINTS - shares * (_POINTS - (stop - start))).astype(int)]
            apart = float(((one - other) ** 2).sum(axis=1).mean())
            if apart < best:
                best, chosen = apart, (start, stop)
    return chosen


def _trimmed(side: NDArray[np.float64], length: float) -> NDArray[np.float64]:
    whole = float(np.hypot(*np.diff(side, axis=0).T).sum())
    cut = min(0.45, length / max(whole, 1e-9))
    return resample(side, np.linspace(cut, 1 - cut, _POINTS // 2))


def resample(line: NDArray[np.float64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points of a line (n, 2) at these parts of its length, (len(shares), 2)."""
    sums = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    at = shares * sums[-1]
    return np.stack([np.interp(at, sums, line[:, 0]), np.interp(at, sums, line[:, 1])], axis=1)
