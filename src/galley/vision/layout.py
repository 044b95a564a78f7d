"""Layout detection: what a layout network sees, and the regions in its answer.

Runs in: worker. Pure.

Regions travel as rows of class, score, left, top, right and bottom, shape (n, 6), in pixels of the page; networks that
know the reading order add one or two columns to sort by. Selection, in its order and with its thresholds, is that of
PaddleX 3.7; the decoding of raw heads is that of PicoDet (Yu et al., "PP-PicoDet: A Better Real-Time Object Detector on
Mobile Devices", 2021), whose distances are distributions over bins (Li et al., "Generalized Focal Loss", 2020).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from galley.config import LayoutOptions

Rows: TypeAlias = NDArray[np.float32]
"""Regions: class, score, left, top, right, bottom, and perhaps columns to sort by; shape (n, 6 to 8)."""

_SAME, _OTHER = 0.6, 0.98
"""Overlap (intersection over union) from which the weaker of two regions goes: of the same class, of another."""
_HEAD_SAME, _HEAD_OTHER = 0.5, 0.6
"""The same for raw heads, which give every region many times, and often under two classes."""
_MOST_CANDIDATES = 1000
"""Of raw heads; the best ones."""
_CONTAINED = 0.9
"""Part of a region that lies within another one from which it is contained in it."""
_DEFAULT_THRESHOLD = 0.5
"""Of classes that a table of thresholds leaves out."""
_PLAIN_COLUMNS = 6
_PICTURE, _FORMULA = "image", "formula"
_WHOLE_LANDSCAPE, _WHOLE_PORTRAIT = 0.82, 0.93
"""Part of the page from which on a picture is the page itself."""


@dataclass(frozen=True, slots=True, eq=False)
class LayoutRule:
    """Which regions of a network's answer count."""

    thresholds: NDArray[np.float32]
    """Of each class, (classes,): regions with a score not above it are dropped."""
    nms: bool
    """Drop the weaker of two regions that overlap much."""
    unclip: NDArray[np.float32]
    """Of each class, (classes, 2): factors by which regions are made wider and higher about their centre."""
    merge: Mapping[int | None, str]
    """Of each class, or of all of them (None): `large` drops regions within those of the class, `small` those around
    them, `union` neither."""


def plan_selection(options: LayoutOptions, classes: int) -> LayoutRule:
    """The rule that `options` mean for a network of so many classes."""
    threshold, ratio, mode = options.layout_threshold, options.layout_unclip_ratio, options.layout_merge_bboxes_mode
    thresholds = np.full(classes, threshold if isinstance(threshold, float | int) else _DEFAULT_THRESHOLD, np.float32)
    unclip = np.ones((classes, 2), np.float32)
    if isinstance(threshold, Mapping):
        for index, value in threshold.items():
            thresholds[index : index + 1] = value
    if isinstance(ratio, Mapping):
        for index, pair in ratio.items():
            unclip[index : index + 1] = pair
    elif ratio is not None:
        unclip[:] = ratio
    modes = mode.items() if isinstance(mode, Mapping) else [(None, "union" if mode is None else mode)]
    return LayoutRule(thresholds, bool(options.layout_nms), unclip, dict(modes))


def resize_page(image: NDArray[np.uint8], size: tuple[int, int], *, cubic: bool) -> NDArray[np.uint8]:
    """`image` (h, w, c) as `size` (width, height) whatever its proportions, by cubic or linear interpolation."""
    small: NDArray[np.uint8] = cv2.resize(image, size, interpolation=cv2.INTER_CUBIC if cubic else cv2.INTER_LINEAR)
    return small


def decode_heads(
    scores: Sequence[NDArray[np.float32]],
    distances: Sequence[NDArray[np.float32]],
    strides: Sequence[int],
    size: tuple[int, int],
    threshold: float,
) -> Rows:
    """The regions in the raw heads of a PicoDet network, each once, the best first.

    Args:
        scores: of each level, (cells, classes).
        distances: of each level, (cells, 4 * bins): how far left, upper, right and lower edge are, in strides.
        strides: pixels of the network's input per cell, of each level.
        size: (width, height) of the network's input.
        threshold: cells with lower scores are passed over.

    Returns:
        Rows (n, 6) in pixels of the network's input.
    """
    levels = [
        _decode_level(level, edges, stride, size, threshold)
        for level, edges, stride in zip(scores, distances, strides, strict=True)
    ]
    rows = np.concatenate(levels)
    best = np.argsort(-rows[:, 1], kind="stable")[:_MOST_CANDIDATES]
    return suppress(rows[best], _HEAD_SAME, _HEAD_OTHER)


def _decode_level(
    scores: NDArray[np.float32],
    distances: NDArray[np.float32],
    stride: int,
    size: tuple[int, int],
    threshold: float,
) -> Rows:
    cells, classes = np.nonzero(scores > threshold)
    bins = distances[cells].reshape(len(cells), 4, distances.shape[1] // 4)
    weights = np.exp(bins - bins.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    edges = (weights @ np.arange(bins.shape[-1], dtype=np.float32)) * stride
    columns = math.ceil(size[0] / stride)
    centres = (np.stack([cells % columns, cells // columns], axis=1) + 0.5) * stride
    boxes = np.concatenate([centres - edges[:, :2], centres + edges[:, 2:]], axis=1)
    return np.concatenate([classes[:, np.newaxis], scores[cells, classes][:, np.newaxis], boxes], axis=1).astype(
        np.float32
    )


def suppress(rows: Rows, same: float, other: float) -> Rows:
    """`rows` without those that overlap a better one, the best first.

    Args:
        rows: regions.
        same: intersection over union from which two of one class are one.
        other: the same for two of different classes.
    """
    left = rows[np.argsort(-rows[:, 1], kind="stable")]
    kept = []
    while len(left):
        best, left = left[0], left[1:]
        kept.append(best)
        limits = np.where(left[:, 0] == best[0], same, other)
        left = left[overlaps(best, left) < limits]
    return np.array(kept, np.float32).reshape(-1, rows.shape[1])


def overlaps(row: NDArray[np.float32], rows: Rows) -> NDArray[np.float32]:
    """Intersection over union of one region with each of `rows`, (n,); edges count as whole pixels."""
    sides = np.minimum(row[4:6], rows[:, 4:6]) - np.maximum(row[2:4], rows[:, 2:4]) + 1
    shared = np.clip(sides, 0, None).prod(axis=1)
    areas = (rows[:, 4:6] - rows[:, 2:4] + 1).prod(axis=1)
    union: NDArray[np.float32] = shared / ((row[4:6] - row[2:4] + 1).prod() + areas - shared)
    return union


def knows_order(rows: Rows) -> bool:
    """Whether the network that answered `rows` knows the reading order."""
    return bool(rows.shape[1] > _PLAIN_COLUMNS)


def select_regions(rows: Rows, rule: LayoutRule, labels: Sequence[str], size: tuple[int, int]) -> Rows:
    """The regions that count, within the page.

    Args:
        rows: a network's answer, in pixels of the page.
        rule: which of them count.
        labels: the name of each class.
        size: (width, height) of the page.

    Returns:
        Rows (n, 6), in reading order where the network knows it, else as they came.
    """
    classes = rows[:, 0].astype(int)
    known = (classes >= 0) & (classes < len(labels))
    rows = rows[known]
    rows = rows[rows[:, 1] > rule.thresholds[classes[known]]]
    if rule.nms:
        rows = suppress(rows, _SAME, _OTHER)
    rows = _without_whole_pages(rows, labels, size)
    rows = _merge(rows, rule, labels)
    rows = _unclip(_in_order(rows), rule)
    rows[:, 2:6] = np.clip(rows[:, 2:6], 0, np.array([*size, *size], np.float32))
    kept: Rows = rows[(rows[:, 4] > rows[:, 2]) & (rows[:, 5] > rows[:, 3])]
    return kept


def _without_whole_pages(rows: Rows, labels: Sequence[str], size: tuple[int, int]) -> Rows:
    """`rows` without a picture that is nearly all of the page, unless nothing else is there."""
    if len(rows) < 2 or _PICTURE not in labels:
        return rows
    width, height = size
    limit = (_WHOLE_LANDSCAPE if width > height else _WHOLE_PORTRAIT) * width * height
    inside = np.clip(rows[:, 2:6], 0, np.array([width, height, width, height], np.float32))
    areas = (inside[:, 2:] - inside[:, :2]).prod(axis=1)
    kept = rows[(rows[:, 0] != labels.index(_PICTURE)) | (areas <= limit)]
    return kept if len(kept) else rows


def _merge(rows: Rows, rule: LayoutRule, labels: Sequence[str]) -> Rows:
    within = _containment(rows, labels)
    keep = np.ones(len(rows), bool)
    for index, mode in rule.merge.items():
        of_class = np.ones(len(rows), bool) if index is None else rows[:, 0] == index
        if mode == "large":
            keep &= ~(within & of_class[np.newaxis, :]).any(axis=1)
        elif mode == "small":
            pairs = within & of_class[:, np.newaxis]
            keep &= ~pairs.any(axis=0) | pairs.any(axis=1)
    return rows[keep]


def _containment(rows: Rows, labels: Sequence[str]) -> NDArray[np.bool_]:
    """Whether region i lies within region j, (n, n); a formula lies within formulas only."""
    corners = rows[:, np.newaxis, 2:6], rows[np.newaxis, :, 2:6]
    sides = np.minimum(corners[0][..., 2:], corners[1][..., 2:]) - np.maximum(corners[0][..., :2], corners[1][..., :2])
    shared = np.clip(sides, 0, None).prod(axis=2)
    areas = (rows[:, 4:6] - rows[:, 2:4]).prod(axis=1)
    within: NDArray[np.bool_] = (areas[:, np.newaxis] > 0) & (shared >= _CONTAINED * areas[:, np.newaxis])
    np.fill_diagonal(within, False)
    if _FORMULA in labels:
        formulas = rows[:, 0] == labels.index(_FORMULA)
        within &= ~(formulas[:, np.newaxis] & ~formulas[np.newaxis, :])
    return within


def _in_order(rows: Rows) -> Rows:
    """`rows` sorted by the columns of reading order where there are any, and (n, 6)."""
    if rows.shape[1] == 7:
        rows = rows[np.argsort(rows[:, 6], kind="stable")]
    elif rows.shape[1] == 8:
        rows = rows[np.lexsort((-rows[:, 7], rows[:, 6]))]
    plain: Rows = rows[:, :_PLAIN_COLUMNS].copy()
    return plain


def _unclip(rows: Rows, rule: LayoutRule) -> Rows:
    centres = (rows[:, 2:4] + rows[:, 4:6]) / 2
    halves = (rows[:, 4:6] - rows[:, 2:4]) / 2 * rule.unclip[rows[:, 0].astype(int)]
    rows[:, 2:4], rows[:, 4:6] = centres - halves, centres + halves
    return rows
