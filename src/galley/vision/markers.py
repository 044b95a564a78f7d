"""Signs of list items that were found apart from the text they stand before: bullets, boxes to tick.

Runs in: worker. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from galley.vision.boxes import as_boxes, enclose, shared_spans
from galley.vision.labels import PageFacts
from galley.vision.regions import KEPT_WITHOUT_TEXT, Region

_SIGNS = frozenset("•●○◦▪■□☐☑☒◆◇►▶‣⁃∙·✓✔")
_SAME_ROW = 0.5
"""A sign shares this part of its height, at least, with the line it stands before."""
_BEFORE = 4.0
"""It ends at most so many heights of a line before that."""


def attach_markers(regions: Sequence[Region], page: PageFacts) -> list[Region]:
    """`regions` in which signs that were found alone belong to the text right of them."""
    signs = [line for region in regions if region.label not in KEPT_WITHOUT_TEXT for line in region.lines]
    signs = [line for line in signs if len(page.texts[line]) == 1 and page.texts[line] in _SIGNS]
    if not signs:
        return list(regions)
    owners = {line: place for place, region in enumerate(regions) for line in region.lines}
    lines = [set(region.lines) for region in regions]
    for sign, line in zip(signs, _lines_behind(signs, page), strict=True):
        if line is not None and regions[owners[line]].label not in KEPT_WITHOUT_TEXT:
            lines[owners[sign]].remove(sign)
            lines[owners[line]].add(sign)
    return [
        _with_lines(region, own, page) for region, own in zip(regions, lines, strict=True) if own or not region.lines
    ]


def _lines_behind(signs: Sequence[int], page: PageFacts) -> list[int | None]:
    """The next line right of each sign, in its row."""
    own = page.lines[list(signs)]
    heights: NDArray[np.float64] = own[:, 3] - own[:, 1]
    away = page.lines[:, 0] - own[:, 2:3]
    beside = shared_spans(own, page.lines, 1) > _SAME_ROW * heights[:, np.newaxis]
    reachable = beside & (away > -0.5 * page.letter) & (away < _BEFORE * page.letter)
    reachable[:, list(signs)] = False
    distances = np.where(reachable, away, np.inf)
    nearest = distances.argmin(axis=1)
    return [int(line) if np.isfinite(row[line]) else None for row, line in zip(distances, nearest, strict=True)]


def _with_lines(region: Region, lines: set[int], page: PageFacts) -> Region:
    if lines == set(region.lines):
        return region
    own = enclose(page.lines[sorted(lines)])
    box = enclose(as_boxes([region.box, own])) if lines >= set(region.lines) else own
    return replace(region, box=box, lines=tuple(sorted(lines)))
