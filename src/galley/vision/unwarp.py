"""Flattening a warped page with the coarse grid that UVDoc predicts.

Runs in: worker. Pure.

Source of the method: Verhoeven et al., "UVDoc: Neural Grid-based Document Unwarping", SIGGRAPH Asia 2023. The
network sees the page at a fixed size and answers, for each node of a coarse grid over the flat page, the place in
the warped page that belongs there, in units of -1 (left, top) to 1 (right, bottom), corners on pixel centres.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_STRIP_ROWS = 64
"""Rows resampled at a time, so that the two coordinate maps stay in the processor's cache."""


def grid_input(image: NDArray[np.uint8], height: int, width: int) -> NDArray[np.float32]:
    """`image` (h, w, 3) as network input (1, 3, height, width), scaled to 0..1, channel order kept."""
    planes: NDArray[np.float32] = np.ascontiguousarray(_scale(image, height, width).transpose(2, 0, 1)[np.newaxis])
    planes *= np.float32(1 / 255)
    return planes


def _scale(image: NDArray[np.uint8], height: int, width: int) -> NDArray[np.float32]:
    """`image` (h, w, 3) at (height, width, 3), bilinear about half-pixel centres, not rounded to bytes.

    Rounding here would move the predicted grid of small pages by whole pixels; turning the whole page into floats
    first, as `cv2.resize` would need it, takes several times as long as picking the four neighbours of each pixel.
    """
    top, down = _neighbours(image.shape[0], height)
    left, right = _neighbours(image.shape[1], width)
    bottom = np.minimum(top + 1, image.shape[0] - 1)
    share = np.repeat(right, image.shape[2])
    upper, lower = (
        _blend(_pick(image, row, left), _pick(image, row, np.minimum(left + 1, image.shape[1] - 1)), share)
        for row in (top, bottom)
    )
    return _blend(upper, lower, down[:, np.newaxis]).reshape(height, width, image.shape[2])


def _pick(image: NDArray[np.uint8], rows: NDArray[np.float32], columns: NDArray[np.float32]) -> NDArray[np.float32]:
    """The pixels where `rows` and `columns` meet, shape (len(rows), len(columns) * channels)."""
    across = np.ascontiguousarray(np.broadcast_to(columns, (len(rows), len(columns))))
    along = np.ascontiguousarray(np.broadcast_to(rows[:, np.newaxis], across.shape))
    picked: NDArray[np.uint8] = cv2.remap(image, across, along, cv2.INTER_NEAREST)
    return picked.reshape(len(rows), -1).astype(np.float32)


def _blend(first: NDArray[np.float32], second: NDArray[np.float32], share: NDArray[np.float32]) -> NDArray[np.float32]:
    """`first` with a share of `second`; both are used up."""
    second -= first
    second *= share
    second += first
    return second


def _neighbours(length: int, samples: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """For each of `samples` equal parts of `length` pixels: the pixel before its centre, and how far beyond it is."""
    centre = np.clip((np.arange(samples) + 0.5) * (length / samples) - 0.5, 0, length - 1)
    before = np.floor(centre)
    return before.astype(np.float32), (centre - before).astype(np.float32)


def sample_grid(image: NDArray[np.uint8], grid: NDArray[np.floating]) -> NDArray[np.uint8]:
    """The flat page (h, w, 3), of the same size as `image`.

    Args:
        image: the warped page, shape (h, w, 3).
        grid: shape (2, rows, columns): x and y of the source of each node, -1 to 1. It is interpolated linearly,
            its corners on the corners of the page; what lies outside of `image` becomes black.
    """
    height, width = image.shape[:2]
    across = _interpolation(width, grid.shape[2]).T
    down = _interpolation(height, grid.shape[1])
    column = (grid[0].astype(np.float32) + 1) * np.float32((width - 1) / 2) @ across
    row = (grid[1].astype(np.float32) + 1) * np.float32((height - 1) / 2) @ across
    flat = np.empty_like(image)
    for top in range(0, height, _STRIP_ROWS):
        strip = down[top : top + _STRIP_ROWS]
        flat[top : top + _STRIP_ROWS] = cv2.remap(
            image,
            strip @ column,
            strip @ row,
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(0, 0, 0),
        )
    return flat


def _interpolation(length: int, nodes: int) -> NDArray[np.float32]:
    """Weights (length, nodes) by which values at `nodes` equal steps become values at `length` equal steps."""
    place = np.linspace(0, nodes - 1, length)
    left = np.minimum(place.astype(np.intp), max(nodes - 2, 0))
    share = place - left
    weights = np.zeros((length, nodes), dtype=np.float32)
    rows = np.arange(length)
    weights[rows, left] = 1 - share
    weights[rows, np.minimum(left + 1, nodes - 1)] += share
    return weights


def image_input(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """`image` (h, w, 3) as input (1, 3, h, w), 0..1, of a network that answers the flat page itself."""
    planes: NDArray[np.float32] = image.transpose(2, 0, 1)[np.newaxis].astype(np.float32)
    planes *= np.float32(1 / 255)
    return planes


def image_output(planes: NDArray[np.floating]) -> NDArray[np.uint8]:
    """The flat page (h, w, 3) from such a network's answer (1, 3, h, w), 0..1."""
    page = np.clip(planes[0] * 255, 0, 255).astype(np.uint8)
    return np.ascontiguousarray(page.transpose(1, 2, 0))
