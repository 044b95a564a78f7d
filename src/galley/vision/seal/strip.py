"""A seal's edge rolled out into a straight strip, and back.

Runs in: worker. Pure.

Columns are equal lengths along the edge and rows equal depths along its normals, so that characters keep their
proportions on ovals too; angles about the centre, the usual polar picture, squeeze them there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from galley.vision.intervals import runs
from galley.vision.seal.ellipse import Ellipse, walked
from galley.vision.seal.ink import INKED, Plane

_ABOVE, _BELOW = 0.07, 0.64
"""How far the strip reaches outside of the edge and inside of it, in parts of the shorter half axis."""
_TEXT_DEPTH = 0.2
"""Depth, in the same parts, at which columns are equally long: that of the main text."""
_TALL = 170
"""Pixels that the shorter half axis is enlarged to, where it is shorter."""
_MOST_SCALE = 4.0
_STEPS = 1440
_MOST_RIM = 0.09
"""How deep the edge's own line may reach, in the same parts as the strip."""
_EDGE_BAND = 0.2
"""How deep below the edge's line a gap must reach to part two lines, in the same parts: deeper is straight text."""
_RING = 0.6
"""Rows inked over this part of the strip are rings, not text."""


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """How points of the strip and of the picture correspond. Row 0 is outermost, columns go clockwise."""

    ellipse: Ellipse
    scale: float
    """Pixels of the strip for one of the picture."""
    columns: NDArray[np.float64]
    """The ellipse's parameter in radians at each column, increasing."""
    rows: int

    @property
    def width(self) -> int:
        """Columns."""
        return len(self.columns)

    @property
    def unit(self) -> float:
        """The shorter half axis, in pixels of the strip."""
        return self.ellipse.least * self.scale

    def depth(self, row: NDArray[np.float64] | float) -> NDArray[np.float64] | float:
        """How far inside of the edge a row lies, in pixels of the picture."""
        return row / self.scale - _ABOVE * self.ellipse.least

    def row(self, depth: NDArray[np.float64]) -> NDArray[np.float64]:
        """The row at each depth: the reverse of `depth`."""
        return np.asarray((depth + _ABOVE * self.ellipse.least) * self.scale)

    def parameters(self, columns: NDArray[np.float64]) -> NDArray[np.float64]:
        """The ellipse's parameter at each of these columns, also a little beyond either end: on the text there."""
        step = self.columns[1] - self.columns[0]
        inside = np.interp(columns, np.arange(self.width), self.columns)
        return np.asarray(inside + np.minimum(columns, 0) * step + np.maximum(columns - (self.width - 1), 0) * step)

    def column(self, parameters: NDArray[np.float64]) -> NDArray[np.float64]:
        """The column of each parameter: the reverse of `parameters`."""
        step = self.columns[1] - self.columns[0]
        inside = np.interp(parameters, self.columns, np.arange(self.width))
        before, after = np.minimum(parameters - self.columns[0], 0), np.maximum(parameters - self.columns[-1], 0)
        return np.asarray(inside + (before + after) / step)

    def rolled(self, column: int) -> Strip:
        """The same strip, beginning at that column."""
        turned = np.concatenate([self.columns[column:], self.columns[:column] + 2 * np.pi])
        return replace(self, columns=turned)

    def to_picture(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points of the strip (n, 2), column and row, as x and y in the picture."""
        column, row = np.asarray(points, np.float64).T
        return self.ellipse.points(self.parameters(column), self.depth(row))


def plan_strip(ellipse: Ellipse) -> Strip:
    """The strip of a whole seal."""
    scale = max(1.0, min(_MOST_SCALE, _TALL / ellipse.least))
    parameters = np.linspace(0, 2 * np.pi, _STEPS + 1)
    sums = walked(ellipse, parameters, min(_TEXT_DEPTH * ellipse.least, 0.5 * ellipse.least**2 / ellipse.most))
    width = round(float(sums[-1]) * scale)
    columns = np.interp(np.arange(width) / width * sums[-1], sums, parameters)
    return Strip(ellipse, scale, columns, round((_ABOVE + _BELOW) * ellipse.least * scale))


def unroll(plane: Plane, strip: Strip) -> Plane:
    """The strip's pixels, shape (strip.rows, strip.width); what lies outside of the picture is empty."""
    depths = strip.depth(np.arange(strip.rows, dtype=np.float64)[:, np.newaxis])
    spots = strip.ellipse.points(strip.columns[np.newaxis], depths).astype(np.float32)
    pixels = cv2.remap(plane, spots[..., 0], spots[..., 1], cv2.INTER_CUBIC, borderValue=0)
    return np.asarray(np.clip(pixels, 0, 1), np.float32)


def ring_rows(pixels: Plane, strip: Strip) -> NDArray[np.bool_]:
    """Which rows of the unrolled strip belong to rings: the edge and all outside of it, and lines inside."""
    rings = (pixels > INKED).mean(axis=1) > _RING
    rings = np.convolve(rings, np.ones(3), "same") > 0
    # A worn edge covers no row enough, but it is there all the same, where the ellipse says.
    near_edge = np.flatnonzero(rings[: round(strip.unit * (_ABOVE + _MOST_RIM))])
    rings[: near_edge[-1] + 1 if len(near_edge) else round(strip.unit * _ABOVE) + 1] = True
    return rings


def emptiest_column(pixels: Plane, strip: Strip, top: int) -> int:
    """The middle of the widest gap in the band where text along the edge is; rows above `top` do not count."""
    band = pixels[top : top + round(_EDGE_BAND * strip.unit)] > INKED
    if band.size == 0:
        return 0
    inked = band.sum(axis=0) > max(1, 0.03 * band.shape[0])
    gaps = [(stop - start, (start + stop) // 2) for start, stop in runs(~np.concatenate([inked, inked]))]
    starting = [(length, middle) for length, middle in gaps if middle - length // 2 < strip.width]
    return max(starting)[1] % strip.width if starting else 0


def as_picture(pixels: Plane) -> NDArray[np.uint8]:
    """Ink as black on white, (h, w, 3)."""
    grey = np.rint(255 * (1 - np.clip(pixels, 0, 1))).astype(np.uint8)
    return np.repeat(grey[..., np.newaxis], 3, axis=2)
