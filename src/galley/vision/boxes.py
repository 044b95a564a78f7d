"""Upright boxes: how much they share, what encloses them, what is empty between them.

Runs in: worker. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right and bottom."""

Boxes: TypeAlias = NDArray[np.float64]
"""Several, shape (n, 4)."""


def as_boxes(boxes: Sequence[Sequence[float]]) -> Boxes:
    """`boxes` as an array (n, 4), also where there are none."""
    return np.array(boxes, np.float64).reshape(-1, 4)


def enclose(boxes: Boxes) -> Box:
    """The smallest box around all of `boxes`, of which there is at least one."""
    left, top = boxes[:, :2].min(axis=0).tolist()
    right, bottom = boxes[:, 2:].max(axis=0).tolist()
    return left, top, right, bottom


def areas(boxes: Boxes) -> NDArray[np.float64]:
    """The area of each box, (n,)."""
    sizes: NDArray[np.float64] = np.clip(boxes[:, 2:] - boxes[:, :2], 0, None).prod(axis=1)
    return sizes


def shared_areas(first: Boxes, second: Boxes) -> NDArray[np.float64]:
    """The area that each of `first` shares with each of `second`, (n, m)."""
    low = np.maximum(first[:, np.newaxis, :2], second[np.newaxis, :, :2])
    high = np.minimum(first[:, np.newaxis, 2:], second[np.newaxis, :, 2:])
    shared: NDArray[np.float64] = np.clip(high - low, 0, None).prod(axis=2)
    return shared


def shared_parts(first: Boxes, second: Boxes) -> NDArray[np.float64]:
    """The part of each of `first` that lies in each of `second`, 0 to 1, (n, m)."""
    return shared_areas(first, second) / np.maximum(areas(first), 1e-9)[:, np.newaxis]


def shared_spans(first: Boxes, second: Boxes, axis: int) -> NDArray[np.float64]:
    """How long each of `first` and each of `second` run side by side along x (`axis` 0) or y (1), (n, m).

    Negative where they do not: the distance between them.
    """
    low = np.maximum(first[:, np.newaxis, axis], second[np.newaxis, :, axis])
    high = np.minimum(first[:, np.newaxis, axis + 2], second[np.newaxis, :, axis + 2])
    spans: NDArray[np.float64] = high - low
    return spans


def gaps(boxes: Boxes, axis: int, least: float) -> list[float]:
    """The middles of all gaps between `boxes` along x (`axis` 0) or y (1) that are at least `least` wide."""
    found = []
    order = np.argsort(boxes[:, axis], kind="stable")
    end = boxes[order[0], axis + 2] if len(order) else 0.0
    for index in order[1:]:
        start = boxes[index, axis]
        if start - end >= least:
            found.append(float(start + end) / 2)
        end = max(end, boxes[index, axis + 2])
    return found


def find_columns(boxes: Boxes, least: float) -> NDArray[np.intp]:
    """The column that each of `boxes` stands in, counted from the left, (n,); gaps of at least `least` part them."""
    middles = (boxes[:, 0] + boxes[:, 2]) / 2
    return np.searchsorted(np.array(gaps(boxes, 0, least)), middles)


def turn_columns(boxes: Boxes) -> Boxes:
    """`boxes` turned by a quarter, so that columns read downwards from right to left become rows read as usual."""
    return np.stack([boxes[:, 1], -boxes[:, 2], boxes[:, 3], -boxes[:, 0]], axis=1)
