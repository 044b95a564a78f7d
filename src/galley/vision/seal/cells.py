"""The characters of a line along the edge, each set upright.

Runs in: worker. Pure.

A seal's characters are stiff, but rolling out the edge bends them: what is nearer to the middle is spread out, the more
the rounder the edge is, so that a square becomes a fan. So the line is divided between its characters, and each part is
taken from the seal as it is there, in the direction of its own middle.
"""

from __future__ import annotations

import math
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from galley.vision.seal.ellipse import walked
from galley.vision.seal.ink import INKED, Plane
from galley.vision.seal.pieces import Piece
from galley.vision.seal.strip import Strip

_PITCHES = np.geomspace(0.45, 1.35, 15)
"""Distances of characters that are tried, in parts of the line's height."""
_UNEVEN = np.linspace(0.8, 1.2, 11)
"""What single distances may be, in parts of the one that is tried."""
_EVEN = 4.0
"""What the square of being off in that costs: being off by a tenth, as much as cutting through ink 0.04 high."""
_STEP = 2
"""Pixels between places where a cut is tried."""
_SMOOTH = 0.04
"""How near ink counts as cut, in parts of the line's height."""
_TOPS, _MARGIN = 20, 0.13
"""Per cent of columns that may reach out of the line, and the white around it, in parts of its height."""
_UPPER = 0.65
"""Part of the height, from above, whose ink counts: below, characters are spread until they touch."""
_HARDLY = 0.03
"""By so much more ink per cut, a distance is as good as the best."""
_CLEAR, _CLEARER = 0.06, 0.2
"""Most ink per cut, and that in parts of what wrong distances near to it cost: for letters, which are uneven, these are
hardly worse."""
_NEAR = 1.7
"""Times as far or as close are such distances."""
_FEW = 4
"""Cuts, which fit any line."""
_SPECK = 0.02
"""Part of a column, below which it has no ink."""
_LOW = 0.4
"""Part of the height that is empty above such a corner; there is less below it."""
_AROUND = 0.1
"""White at both ends, in parts of the line's height."""


def set_upright(pixels: Plane, piece: Piece, strip: Strip, padding: int) -> tuple[Plane, Piece]:
    """The same line, with each character set upright, and the piece that they are in.

    Just what was given where characters are not told apart.

    Args:
        pixels: those of the piece.
        piece: where they are on the strip with its padding.
        strip: how the edge was unrolled.
        padding: pixels on each side of the strip.
    """
    first, last = _band(pixels)
    line = pixels[first:last]
    height, width = line.shape
    left, top = piece.left - padding, piece.top - padding + first
    # Text is evenly spaced at its own depth, not at the one at which columns of the strip are equally long.
    depth = float(strip.depth(top + height / 2))
    lengths = strip.scale * walked(strip.ellipse, strip.parameters(np.arange(width, dtype=np.float64) + left), depth)
    amounts = (line[: round(_UPPER * height)] > INKED).mean(axis=0)
    edges = even_cuts(np.interp(np.arange(round(lengths[-1]) + 1), lengths, amounts), height)
    if edges is None:
        return pixels, piece
    borders = np.rint(np.interp(edges, lengths, np.arange(width))).astype(int)
    low = [_stands_low(line[:, start:stop]) for start, stop in pairwise(borders)]
    kept = slice(1 if low[0] else 0, len(edges) - (1 if low[-1] else 0))
    edges, borders = edges[kept], borders[kept] + piece.left
    widths = np.diff(edges)
    at = np.interp(np.stack([edges[:-1], (edges[:-1] + edges[1:]) / 2, edges[1:]]), lengths, np.arange(width))
    starts, middles, stops = np.repeat(at, widths, axis=1)
    across = np.arange(edges[0], edges[-1]) + 0.5 - np.repeat((edges[:-1] + edges[1:]) / 2, widths)
    spots = _on_strip(strip, across, middles + left, np.arange(height, dtype=np.float64) + top)
    columns, rows = spots[..., 0] - left, spots[..., 1] - top
    taken = cv2.remap(
        line, columns.astype(np.float32), rows.astype(np.float32), cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT
    )
    # What belongs to the neighbour stays there.
    own = (columns >= starts) & (columns <= stops)
    upright = np.where(own, np.clip(taken, 0, 1), 0).astype(np.float32)
    used = Piece(int(borders[0]), piece.top + first, int(borders[-1]) + 1, piece.top + last)
    return np.pad(upright, ((0, 0), (round(_AROUND * height),) * 2)), used


def _band(pixels: Plane) -> tuple[int, int]:
    """First row of the line with some white around it, and the first below, whatever hangs into it at its ends."""
    inked = pixels > INKED
    used = inked.any(axis=0)
    if not used.any():
        return 0, len(pixels)
    tops, bottoms = inked[:, used].argmax(axis=0), len(pixels) - inked[::-1, used].argmax(axis=0)
    top, bottom = np.percentile(tops, _TOPS), np.percentile(bottoms, 100 - _TOPS)
    margin = _MARGIN * (bottom - top)
    return max(0, math.floor(top - margin)), min(len(pixels), math.ceil(bottom + margin))


def _stands_low(cell: Plane) -> bool:
    """Whether there is no character of the line here, but a corner of what stands below its end."""
    rows = np.flatnonzero((cell > INKED).sum(axis=1) > _SPECK * cell.shape[1]) / len(cell)
    return len(rows) == 0 or bool(rows[0] > _LOW and rows[-1] > 1 - _LOW)


def _on_strip(
    strip: Strip, across: NDArray[np.float64], middles: NDArray[np.float64], rows: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Column and row on the strip, (len(rows), len(middles), 2), of points beside the normals at columns `middles`.

    `across` says how far to the right of its normal each is, and `rows` how deep, both in pixels of the strip.
    """
    parameters = strip.parameters(middles)
    feet, inner = strip.ellipse.points(parameters), strip.ellipse.points(parameters, 1.0)
    inward = inner - feet
    along = np.stack([-inward[:, 1], inward[:, 0]], axis=1)
    depths = strip.depth(rows[:, np.newaxis, np.newaxis])
    points = feet - (across / strip.scale)[:, np.newaxis] * along + depths * inward
    nearest = strip.ellipse.nearest(points, parameters)
    return np.stack([strip.column(nearest), strip.row(strip.ellipse.depth_at(points, nearest))], axis=-1)


def even_cuts(amounts: NDArray[np.float64], height: int) -> NDArray[np.int64] | None:
    """Columns between which there is one character each; None where characters do not stand about equally far apart.

    For each distance of `_PITCHES`, the cuts that go through least ink and are most even are found by dynamic
    programming; of the distances, the smallest is taken that is hardly worse than the best.

    Args:
        amounts: part of each column that is inked.
        height: of the line, in pixels.
    """
    inked = np.flatnonzero(amounts > _SPECK)
    if len(inked) == 0:
        return None
    pitches = _PITCHES * height / _STEP
    margin = math.ceil(pitches.max() * _UNEVEN.max()) + 1
    smooth = cv2.GaussianBlur(amounts[np.newaxis].astype(np.float32), (0, 0), _SMOOTH * height)[0]
    costs = np.pad(smooth[::_STEP], margin)
    chains = _cheapest(costs, margin + int(inked[0]) // _STEP, margin + int(inked[-1]) // _STEP, pitches)
    means = np.array([mean for mean, _ in chains])
    # Twice the distance goes through gaps too, and half of it through some.
    best = (means[1:-1] <= np.minimum(means[:-2], means[2:])) & (means[1:-1] <= means.min() + _HARDLY)
    if not best.any():
        return None
    chosen = 1 + int(np.argmax(best))
    mean, chain = chains[chosen]
    times = _PITCHES / _PITCHES[chosen]
    near = (times > 1 / _NEAR) & (times < _NEAR)
    if mean > min(_CLEAR, _CLEARER * float(means[near].max())) or len(chain) <= _FEW:
        return None
    return np.unique((np.array(chain) - margin) * _STEP)


def _cheapest(
    costs: NDArray[np.float32], first: int, last: int, pitches: NDArray[np.float64]
) -> list[tuple[float, list[int]]]:
    """For each pitch, of all rows of cuts from before `first` to after `last` the cheapest by mean, and that mean."""
    rows = np.arange(len(pitches))
    steps = np.maximum(1, np.rint(pitches[:, np.newaxis] * _UNEVEN).astype(int))
    uneven = _EVEN * (steps / pitches[:, np.newaxis] - 1) ** 2
    sums, before = np.full((len(pitches), len(costs)), np.inf), np.zeros((len(pitches), len(costs)), int)
    for row, pitch in enumerate(pitches):
        begin = first - math.ceil(pitch / 2)
        sums[row, begin : first + 1] = costs[begin : first + 1]
    for column in range(first + 1, len(costs)):
        ways = sums[rows[:, np.newaxis], column - steps] + uneven
        best = ways.argmin(axis=1)
        sums[:, column] = ways[rows, best] + costs[column]
        before[:, column] = column - steps[rows, best]
    chains = []
    for row, pitch in enumerate(pitches):
        chain = [last + int(np.argmin(sums[row, last : last + math.ceil(pitch / 2) + 1]))]
        while chain[-1] > first:
            chain.append(int(before[row, chain[-1]]))
        chains.append((float(sums[row, chain[0]]) / len(chain), chain[::-1]))
    return chains
