"""Ink that reaches into a line from what stands next to it.

Runs in: worker. Pure.

Straight text below either end of the main line is slanted on the strip, so that a corner of it comes close to the
line's foot: a reader takes it for a full stop or a comma.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from galley.vision.seal.ink import INKED, Plane
from galley.vision.seal.pieces import Piece

_MOSTLY = 0.8
"""Part of its ink that a stroke has in the line that it belongs to."""
_NEAR = 3
"""Pixels."""
_HALF = 0.5
"""Part of the line's height that a stray reaches into it at most: what is higher has grown together with the line."""


@dataclass(frozen=True, slots=True, eq=False)
class Strokes:
    """What hangs together in the ink of a strip."""

    pixels: Plane
    """The strip with white around it."""
    labels: NDArray[np.int32]
    """Number of the stroke at each pixel; 0: no ink."""
    sizes: NDArray[np.int64]
    """Pixels of each stroke, also beyond the cut."""


def find_strokes(pixels: Plane, padding: int, beyond: int) -> Strokes:
    """The strokes of a strip that goes all around, with `padding` pixels of white put around it.

    The cut may go through a stroke: what is up to `beyond` pixels on its other side counts.
    """
    inked = np.pad(pixels > INKED, ((0, 0), (beyond, beyond)), mode="wrap").astype(np.uint8)
    # Strokes of one character that do not quite touch count as one.
    joined = cv2.dilate(inked, np.ones((_NEAR, _NEAR), np.uint8))
    _, labels = cv2.connectedComponents(joined, connectivity=8, ltype=cv2.CV_32S)
    labels *= inked
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return Strokes(
        np.pad(pixels, padding), np.pad(labels[:, beyond : beyond + pixels.shape[1]].astype(np.int32), padding), sizes
    )


def without_strays(strokes: Strokes, piece: Piece) -> Plane:
    """The pixels of a piece of the strip, without strokes that only reach into it from outside, and those at them."""
    rows, columns = slice(piece.top, piece.bottom), slice(piece.left, piece.right)
    pixels, labels = strokes.pixels[rows, columns], strokes.labels[rows, columns]
    numbers, inside = np.unique(labels[labels > 0], return_counts=True)
    reaching = numbers[inside < _MOSTLY * strokes.sizes[numbers]]
    strays = [number for number in reaching if np.ptp(_rows(labels, number)) < _HALF * piece.height]
    if not strays:
        return pixels
    stray = np.isin(labels, strays)
    # Their edges too, which are too faint to be counted as ink, but not those of other strokes.
    faded = cv2.dilate(stray.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    return np.asarray(np.where(faded & (stray | (labels == 0)), 0, pixels), np.float32)


def _rows(labels: NDArray[np.int32], number: int) -> NDArray[np.int64]:
    return np.flatnonzero((labels == number).any(axis=1))
