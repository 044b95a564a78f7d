"""Which parts of an unrolled seal are lines of text along its edge.

Runs in: worker. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from galley.vision.intervals import runs
from galley.vision.seal.ink import INKED, Plane

_LEAST_HEIGHT, _LEAST_WIDTH = 0.06, 0.12
"""Of a piece, in parts of the shorter half axis."""
_MOST_TILT = 7.0
"""Degrees; what is more slanted than this on the strip is straight text inside of the seal."""
_LEAST_TILTED = 0.25
"""Width from which on a slant can be told, in the same parts."""
_BAND = 0.33
"""Depth down to which neighbouring pieces may be one line, in the same parts."""
_LEAST_BLOBS = 6
"""Fewer characters do not say where their line is."""
_AROUND_BLOBS = 0.15
"""White around a line, in parts of its height."""
_DEEPEST, _LONG = 0.36, 0.4
"""Text whose middle lies deeper (in the same parts) follows the edge only if it is longer than this part of it."""

_LEAST_PARTING = 0.3
"""Gap, in parts of a line's height, at which it may be two lines."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the strip, in its pixels; `right` and `bottom` are the first outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def height(self) -> int:
        """Pixels."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """Pixels."""
        return self.right - self.left

    def covers(self, other: Piece) -> bool:
        """Whether most of the smaller one lies in both."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > 0.5 * min(self.width, other.width) and down > 0.5 * min(self.height, other.height)

    def outline(self, step: float) -> NDArray[np.float64]:
        """Points along the upper side and back along the lower, at most `step` pixels apart, (n, 2)."""
        count = max(2, math.ceil(self.width / step) + 1)
        columns = np.linspace(self.left, self.right, count)
        upper = np.stack([columns, np.full(count, self.top)], axis=1)
        lower = np.stack([columns[::-1], np.full(count, self.bottom)], axis=1)
        return np.concatenate([upper, lower])


def arc_pieces(boxes: NDArray[np.int32], pixels: Plane, unit: float, top: int) -> list[Piece]:
    """The lines along the edge among the text that was found on the strip.

    Args:
        boxes: corners of the text found, (n, 4, 2), in pixels of the strip.
        pixels: the strip.
        unit: the seal's shorter half axis in pixels of the strip.
        top: first row below the edge.
    """
    upright = [piece for box in boxes if (piece := _upright(box, pixels, unit)) is not None]
    joined = [_in_one_band(piece, pixels) for piece in _joined(upright, round(_BAND * unit) + top)]
    parts = [part for piece in joined for part in _split(piece, pixels)]
    return [part for part in parts if _follows_edge(part, pixels, unit, top)]


def _follows_edge(piece: Piece, pixels: Plane, unit: float, top: int) -> bool:
    """Whether a piece is not a bit of a straight line inside: near the edge, or too long for one."""
    if piece.width > _LONG * pixels.shape[1]:
        return True
    inked = pixels[piece.top : piece.bottom, piece.left : piece.right] > INKED
    rows = np.flatnonzero(inked.mean(axis=1) > 0.03)
    if len(rows) == 0:
        return False
    return bool(piece.top + (rows[0] + rows[-1]) / 2 - top < _DEEPEST * unit)


def _upright(box: NDArray[np.int32], pixels: Plane, unit: float) -> Piece | None:
    left, top = np.maximum(box.min(axis=0), 0)
    right, bottom = np.minimum(box.max(axis=0) + 1, pixels.shape[::-1])
    piece = Piece(int(left), int(top), int(right), int(bottom))
    if piece.height < _LEAST_HEIGHT * unit or piece.width < _LEAST_WIDTH * unit:
        return None
    side = box[1] - box[0]
    tilt = abs(math.degrees(math.atan2(side[1], side[0])))
    is_slanted = min(tilt, 180 - tilt) > _MOST_TILT and math.hypot(*side) > _LEAST_TILTED * unit
    return None if is_slanted else piece


def _joined(pieces: Iterable[Piece], deepest: int) -> list[Piece]:
    """Neighbours of one height in one row become one piece: wide gaps between characters split a line."""
    lines: list[Piece] = []
    for piece in sorted(pieces, key=lambda each: each.left):
        before = next((line for line in lines if _continues(line, piece, deepest)), None)
        if before is None:
            lines.append(piece)
        else:
            lines[lines.index(before)] = enclosing((before, piece))
    return lines


def _continues(line: Piece, piece: Piece, deepest: int) -> bool:
    least, most = sorted((line.height, piece.height))
    common = min(line.bottom, piece.bottom) - max(line.top, piece.top)
    if any((each.top + each.bottom) / 2 >= deepest for each in (line, piece)):
        return False
    return common > 0.8 * least and most - least < 0.25 * most and piece.left - line.right < 0.9 * least


def _in_one_band(piece: Piece, pixels: Plane) -> Piece:
    """The piece without what hangs lower at its ends: bits of a straight line that a detector took for its going on."""
    inked = pixels[piece.top : piece.bottom, piece.left : piece.right] > INKED
    blobs = blobs_of(inked)
    if len(blobs) < _LEAST_BLOBS:
        return piece
    widths = np.array([blob.width for blob in blobs])
    top = _weighted_median(np.array([blob.top for blob in blobs]), widths)
    bottom = _weighted_median(np.array([blob.bottom for blob in blobs]), widths)
    height = bottom - top
    hangs = [blob.bottom > bottom + 0.25 * height for blob in blobs]
    kept = [blob for blob, low in zip(blobs, hangs, strict=True) if not low]
    if not kept or len(kept) == len(blobs):
        return piece
    stays = enclosing(kept)
    margin = round(_AROUND_BLOBS * height)
    return Piece(
        max(piece.left, piece.left + stays.left - margin),
        max(piece.top, piece.top + stays.top - margin),
        min(piece.right, piece.left + stays.right + margin),
        min(piece.bottom, piece.top + stays.bottom + margin),
    )


def blobs_of(inked: NDArray[np.bool_]) -> list[Piece]:
    """Characters or parts of them: runs of columns with ink, larger than specks."""
    height = inked.shape[0]
    blobs = []
    for left, right in runs(inked.sum(axis=0) > max(1, 0.02 * height)):
        # Remains of the edge above a character are thin: they do not count.
        rows = np.flatnonzero(inked[:, left:right].mean(axis=1) > 0.08)
        if right - left >= 3 and len(rows) and rows[-1] - rows[0] >= 0.15 * height:
            blobs.append(Piece(left, int(rows[0]), right, int(rows[-1]) + 1))
    return blobs


def _weighted_median(values: NDArray[np.int64], weights: NDArray[np.int64]) -> float:
    order = np.argsort(values)
    sums = np.cumsum(weights[order])
    return float(values[order][int(np.searchsorted(sums, sums[-1] / 2))])


def enclosing(pieces: Sequence[Piece]) -> Piece:
    """The smallest piece around all of these."""
    return Piece(
        min(each.left for each in pieces),
        min(each.top for each in pieces),
        max(each.right for each in pieces),
        max(each.bottom for each in pieces),
    )


def _split(piece: Piece, pixels: Plane) -> Iterator[Piece]:
    """Parts between gaps that are wider than those between characters: two lines that follow each other."""
    gaps = _gaps(piece, pixels)
    usual = float(np.median([stop - start for start, stop in gaps])) if gaps else 0.0
    return _cut(piece, pixels, [gap for gap in gaps if gap[1] - gap[0] > max(0.8 * piece.height, 2.2 * usual)])


def parted(piece: Piece, pixels: Plane) -> list[Piece]:
    """Both parts of a piece, as if two lines met at its widest gap; none where no gap is as wide as that."""
    widest = max(_gaps(piece, pixels), key=lambda gap: gap[1] - gap[0], default=(0, 0))
    return list(_cut(piece, pixels, [widest])) if widest[1] - widest[0] > _LEAST_PARTING * piece.height else []


def _gaps(piece: Piece, pixels: Plane) -> list[tuple[int, int]]:
    """Start and stop of runs of columns without ink, between columns with some; from the left of the piece."""
    inked = _inked_columns(piece, pixels)
    return [(start, stop) for start, stop in runs(~inked) if start > 0 and stop < piece.width]


def _inked_columns(piece: Piece, pixels: Plane) -> NDArray[np.bool_]:
    inked = pixels[piece.top : piece.bottom, piece.left : piece.right] > INKED
    return np.asarray(inked.sum(axis=0) > max(1, 0.04 * piece.height))


def _cut(piece: Piece, pixels: Plane, gaps: Sequence[tuple[int, int]]) -> Iterator[Piece]:
    """The parts of a piece between these gaps."""
    if not gaps:
        yield piece
        return
    columns, cuts = _inked_columns(piece, pixels), [(start + stop) // 2 for start, stop in gaps]
    margin = round(0.15 * piece.height)
    for start, stop in zip([0, *cuts], [*cuts, piece.width], strict=True):
        used = np.flatnonzero(columns[start:stop])
        if len(used) == 0:
            continue
        left, right = start + int(used[0]) - margin, start + int(used[-1]) + 1 + margin
        part = Piece(piece.left + max(0, left), piece.top, piece.left + min(piece.width, right), piece.bottom)
        if part.width >= 0.5 * part.height:
            yield part
