"""Texts that stand side by side, each centred below its first line, though they were seen as one: authors of a paper.

Runs in: worker. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from galley.vision.boxes import Boxes, enclose, find_columns
from galley.vision.labels import PageFacts
from galley.vision.paragraphs import find_rows
from galley.vision.regions import Region

_GUTTER = 1.0
"""The least width of what is empty between two of them, in heights of a line."""
_ROWS = 2
"""Each has at least so many lines; so rows of headings and of single words are left alone."""
_CENTRED, _RAGGED = 0.5, 1.0
"""Heights of a line by which the middles of centred lines differ at most, and by which their beginnings differ at
least: what begins flush is a list or a table, whose rows belong together."""


def split_side_by_side(regions: Sequence[Region], page: PageFacts) -> list[Region]:
    """`regions`, of whose texts those that are centred side by side are parted."""
    return [part for region in regions for part in _split(region, page)]


def _split(region: Region, page: PageFacts) -> list[Region]:
    if region.label != "text" or len(region.lines) < 2 * _ROWS:
        return [region]
    places = find_columns(page.lines[list(region.lines)], _GUTTER * page.letter)
    columns = [[region.lines[index] for index in np.flatnonzero(places == place)] for place in np.unique(places)]
    if len(columns) < 2 or not all(_is_centred(page.lines[column], page) for column in columns):
        return [region]
    return [replace(region, box=enclose(page.lines[column]), lines=tuple(column)) for column in columns]


def _is_centred(boxes: Boxes, page: PageFacts) -> bool:
    """Whether lines stand one below the other, in the middle of their column."""
    if len(find_rows(boxes, range(len(boxes)))) < max(_ROWS, len(boxes)):
        return False
    middles = (boxes[:, 0] + boxes[:, 2]) / 2
    return float(np.ptp(middles)) < _CENTRED * page.letter and float(np.ptp(boxes[:, 0])) > _RAGGED * page.letter
