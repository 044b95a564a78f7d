"""The main line along an unrolled edge, by the ink of its characters alone.

Runs in: worker. Pure.

A text detector may take the line and straight text next to it for one curved thing, and answers nothing then. But the
characters of the main line are about of one height and stand on one row, all around: that tells them from the rest.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from galley.vision.seal.ink import INKED, Plane
from galley.vision.seal.pieces import Piece, blobs_of, enclosing

_DEEPEST = 0.5
"""How far below the edge characters are looked for, in parts of the shorter half axis."""
_LEAST_HEIGHT, _MOST_HEIGHT = 0.09, 0.44
"""Of a line, in the same parts."""
_OFF = 0.3
"""By how much the top of a character may be off, in parts of the line's height."""
_WIDE_GAP = 1.6
"""Gaps wider than this, in the same parts, part two lines."""
_AROUND = 0.12
"""White around the line, in the same parts."""
_LEAST_BLOBS = 3
_OVER = 0.12
"""Gap between strokes of a character, in the same parts."""
_SMALLER = 0.65
"""Characters that do not reach down this part of the line's height are smaller than the line's."""
_WINDOW = 0.2
"""Width of a window that a character or two fall into, in parts of the shorter half axis."""
_OCCUPIED = 0.06
"""Part of a window's row that is inked where there is a character."""
_USUAL = 0.5
"""Rows on which fewer windows have ink than this part of those on a full row do not belong to the line."""


def main_line(pixels: Plane, unit: float, top: int) -> Piece | None:
    """The longest line along the edge; None where there is none.

    Args:
        pixels: the strip, its rings taken off.
        unit: the seal's shorter half axis in pixels of the strip.
        top: first row below the edge.
    """
    bottom = min(pixels.shape[0], top + round(_DEEPEST * unit))
    inked = pixels[top:bottom] > INKED
    rows = _rows(inked, unit)
    if rows is None:
        return None
    first, last = rows
    height = last - first
    aligned = [blob for blob in blobs_of(inked[first:last]) if blob.top < _OFF * height]
    runs = [_without_smaller(run, inked[first:last]) for run in _runs(aligned, _WIDE_GAP * height)]
    run = max(runs, key=lambda each: each[-1].right - each[0].left if each else 0, default=())
    if len(run) < _LEAST_BLOBS:
        return None
    line, margin = enclosing(run), round(_AROUND * height)
    return Piece(
        max(0, line.left - margin),
        max(0, top + first - margin),
        min(pixels.shape[1], line.right + margin),
        min(pixels.shape[0], top + last + margin),
    )


def _rows(inked: NDArray[np.bool_], unit: float) -> tuple[int, int] | None:
    """First row of the line's characters, and the first below them."""
    if not inked.any():
        return None
    share = np.convolve(_occupied(inked, round(_WINDOW * unit)), np.ones(3) / 3, "same")
    least, most = round(_LEAST_HEIGHT * unit), round(_MOST_HEIGHT * unit)
    best, chosen = -np.inf, None
    sums = np.concatenate([[0.0], np.cumsum(share)])
    usual = _USUAL * float(np.percentile(share, 90))
    for first in range(len(share)):
        for last in range(first + least, min(len(share), first + most) + 1):
            merit = sums[last] - sums[first] - usual * (last - first)
            if merit > best:
                best, chosen = merit, (first, last)
    return chosen


def _occupied(inked: NDArray[np.bool_], width: int) -> NDArray[np.float64]:
    """For each row, the part of the strip's windows of `width` that have ink on it.

    Not the part of its pixels: a few characters of straight text are as black as the line, but do not go all around.
    """
    count = max(1, inked.shape[1] // width)
    windows = inked[:, : count * width].reshape(len(inked), count, -1)
    return np.asarray((windows.mean(axis=2) > _OCCUPIED).mean(axis=1))


def _runs(blobs: Sequence[Piece], gap: float) -> list[list[Piece]]:
    """Neighbours that are no further apart than `gap`."""
    runs: list[list[Piece]] = []
    for blob in blobs:
        if runs and blob.left - runs[-1][-1].right <= gap:
            runs[-1].append(blob)
        else:
            runs.append([blob])
    return runs


def _without_smaller(run: list[Piece], inked: NDArray[np.bool_]) -> list[Piece]:
    """The run without smaller characters at its ends: another line, such as a number below, that goes on beside it."""
    height = len(inked)
    # What stands close over each other is one character, though its strokes may not touch.
    joined = cv2.dilate(inked.astype(np.uint8), np.ones((max(1, round(_OVER * height)), 1), np.uint8))
    _, _, strokes, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    hanging = [stroke for stroke in strokes[1:] if stroke[cv2.CC_STAT_TOP] < _OFF * height]
    tall = [
        any(
            blob.left <= stroke[cv2.CC_STAT_LEFT] + stroke[cv2.CC_STAT_WIDTH] / 2 < blob.right
            and stroke[cv2.CC_STAT_TOP] + stroke[cv2.CC_STAT_HEIGHT] > _SMALLER * height
            for stroke in hanging
        )
        for blob in run
    ]
    before, after = (each.index(True) if True in each else 0 for each in (tall, tall[::-1]))
    return run[before if before >= _LEAST_BLOBS else 0 : len(run) - (after if after >= _LEAST_BLOBS else 0)]
