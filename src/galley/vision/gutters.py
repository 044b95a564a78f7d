"""Lines of text that were found as one, though the gap between two columns runs through them.

Runs in: worker. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from galley.vision.boxes import Boxes, as_boxes, shared_spans
from galley.vision.regions import KEPT_WITHOUT_TEXT, Region

_SLACK = 1.0
"""Regions may begin or end so many heights of the line above or below it."""
_BESIDE, _WITHIN, _COLUMN = 0.6, 1.0, 6.0
"""In heights of the line: it runs along a column for at least this much down, and across; a column is this wide."""
_OVERLAP, _WIDEST = 0.5, 6.0
"""In heights of the line: two columns overlap by at most this, and are at most this far apart."""
_SEARCH = 1.2
"""Heights of the line, on each side of where the gap should be, that are searched for it."""
_INK = 0.6
"""Pixels darker than this part of the brightest one are ink."""
_LEAST_PIECE = 0.6
"""Heights of the line: shorter pieces hold no text."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """A line across gutters."""

    line: int
    cuts: tuple[float, ...]
    """Where the gutters should be, from left to right."""


def find_bridges(lines: Boxes, regions: Sequence[Region]) -> list[Bridge]:
    """The lines that run along two or more columns, as the layout model saw them."""
    columns = as_boxes([region.box for region in regions if region.label not in KEPT_WITHOUT_TEXT])
    if len(columns) < 2 or not len(lines):
        return []
    heights = lines[:, 3] - lines[:, 1]
    around = columns.copy()
    down = shared_spans(lines, around, 1) + _SLACK * heights[:, np.newaxis]
    across = shared_spans(lines, around, 0)
    wide = columns[:, 2] - columns[:, 0] > _COLUMN * heights[:, np.newaxis]
    along = (down > _BESIDE * heights[:, np.newaxis]) & (across > _WITHIN * heights[:, np.newaxis]) & wide
    bridges = []
    for line in np.flatnonzero(along.sum(axis=1) > 1):
        cuts = _cuts(lines[line], columns[along[line]])
        if cuts:
            bridges.append(Bridge(int(line), tuple(cuts)))
    return bridges


def _cuts(line: NDArray[np.float64], columns: Boxes) -> list[float]:
    height = line[3] - line[1]
    ordered = columns[np.argsort(columns[:, 0], kind="stable")]
    cuts = []
    for left, right in pairwise(ordered):
        end, start = min(left[2], line[2]), max(right[0], line[0])
        if -_OVERLAP * height <= start - end < _WIDEST * height:
            cuts.append(float(end + start) / 2)
    return cuts


def cut_line(image: NDArray[np.uint8], line: NDArray[np.float64], bridge: Bridge) -> list[NDArray[np.int32]]:
    """The pieces of a line, corners (4, 2) each as of a text line: cut where there is least ink.

    Args:
        image: the page (h, w, 3), BGR.
        line: left, top, right and bottom of the whole line.
        bridge: roughly where to cut it.
    """
    left, top, right, bottom = line.tolist()
    height = bottom - top
    edges = [left, *(_emptiest(image, line, cut) for cut in bridge.cuts), right]
    pieces = [
        [[start, top], [end, top], [end, bottom], [start, bottom]]
        for start, end in pairwise(edges)
        if end - start >= _LEAST_PIECE * height
    ]
    return [np.array(piece, np.float64).round().astype(np.int32) for piece in pieces]


def _emptiest(image: NDArray[np.uint8], line: NDArray[np.float64], cut: float) -> float:
    """The middle of the widest strip without ink near `cut`; `cut` where there is none."""
    reach = _SEARCH * (line[3] - line[1])
    start = max(0, int(cut - reach))
    strip = image[max(0, int(line[1])) : int(line[3]) + 1, start : int(cut + reach) + 1]
    if strip.size == 0:
        return cut
    grey = cv2.cvtColor(strip, cv2.COLOR_BGR2GRAY)
    empty = ~(grey < _INK * float(grey.max())).any(axis=0)
    steps = np.flatnonzero(np.diff(np.concatenate([[False], empty, [False]]).astype(np.int8)))
    runs = [(int(steps[k + 1] - steps[k]), int(steps[k + 1] + steps[k])) for k in range(0, len(steps), 2)]
    return start + max(runs)[1] / 2 if runs else cut
