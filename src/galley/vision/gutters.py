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

from galley.results import TextLine
from galley.vision.boxes import Boxes, as_boxes, shared_spans
from galley.vision.intervals import Interval, runs
from galley.vision.regions import KEPT_WITHOUT_TEXT, Region
from galley.vision.spelling import Spelling, spell, spell_parts

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


@dataclass(frozen=True, slots=True, eq=False)
class LinePart:
    """What of a line is in one column."""

    corners: NDArray[np.int32]
    """As of a text line, (4, 2)."""
    line: TextLine | None
    """None where it must be read by itself."""


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


def cut_line(image: NDArray[np.uint8], line: TextLine, bridge: Bridge) -> list[LinePart]:
    """The parts of a line, cut where there is least ink.

    Args:
        image: the page (h, w, 3), BGR.
        line: the whole line, as it was read.
        bridge: roughly where to cut it.
    """
    left, top, right, bottom = line.box
    height = bottom - top
    edges = [left, *(_emptiest(image, line, cut) for cut in bridge.cuts), right]
    sides = [(start, end) for start, end in pairwise(edges) if end - start >= _LEAST_PIECE * height]
    inked = [_inked(image, (start, top, end, bottom)) for start, end in sides]
    texts = spell_parts(_spelling(line), inked, height)
    return [_part(line, side, text) for side, text in zip(sides, texts, strict=True)]


def _spelling(line: TextLine) -> Spelling | None:
    """None where `line` has boxes of words, too: these are known of the whole line only."""
    return None if line.words else spell(line.text, line.characters, line.box[0], line.box[2])


def _part(line: TextLine, side: Interval, text: Spelling | None) -> LinePart:
    start, end = side
    _, top, _, bottom = line.box
    corners = np.array([[start, top], [end, top], [end, bottom], [start, bottom]], np.float64).round().astype(np.int32)
    if text is None:
        return LinePart(corners, None)
    return LinePart(corners, TextLine(corners, line.angle, text.text, text.score, characters=text.within(start, end)))


def _emptiest(image: NDArray[np.uint8], line: TextLine, cut: float) -> float:
    """The middle of the widest strip without ink near `cut`; `cut` where there is none."""
    _, top, _, bottom = line.box
    reach = _SEARCH * (bottom - top)
    start = max(0, int(cut - reach))
    gaps = runs(~_ink_columns(image, (start, top, cut + reach, bottom)))
    widest = max(gaps, key=lambda gap: (gap[1] - gap[0], gap[0]), default=None)
    return cut if widest is None else start + sum(widest) / 2


def _inked(image: NDArray[np.uint8], box: Sequence[float]) -> Interval:
    """Where the ink in a box begins and ends; all of it where there is none."""
    columns = np.flatnonzero(_ink_columns(image, box)).tolist()
    start = max(0, int(box[0]))
    return (start + columns[0], start + columns[-1] + 1) if columns else (box[0], box[2])


def _ink_columns(image: NDArray[np.uint8], box: Sequence[float]) -> NDArray[np.bool_]:
    """Whether there is ink in each column of pixels that a box touches."""
    left, top, right, bottom = (max(0, int(edge)) for edge in box)
    part = image[top : bottom + 1, left : right + 1]
    if part.size == 0:
        return np.zeros(0, np.bool_)
    grey = cv2.cvtColor(part, cv2.COLOR_BGR2GRAY)
    return np.asarray((grey < _INK * float(grey.max())).any(axis=0), np.bool_)
