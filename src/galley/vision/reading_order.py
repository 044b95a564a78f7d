"""The order in which the parts of a page are read.

Runs in: worker. Pure.

Sources: Nagy and Seth, "Hierarchical representation of optically scanned documents", 1984 (XY-cut: a page is cut along
its empty strips, each part again); Breuel, "High performance document layout analysis", 2003 (a partial order of parts,
for pages that cannot be cut).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from galley.vision.boxes import Boxes, as_boxes, enclose, gaps, shared_areas, shared_spans, turn_columns
from galley.vision.labels import TITLES, PageFacts
from galley.vision.regions import CAPTIONS, KEPT_WITHOUT_TEXT, PICTURES, Region, runs_downwards

_PINNED = frozenset({"header", "header_image", "footer", "footer_image", "number"})
"""What stands in a margin, outside the order of the rest."""
_CAPTION_NEAR = 3.0
"""A caption is at most so many heights of a line away from its picture or table."""
_FLUSH, _BELOW = 2.0, 1.5
"""A heading begins where the text below it does, and is right above it: in heights of a line."""
_SHRINK_ACROSS, _SHRINK_DOWN = (0.03, 0.5), (0.2, 0.35)
"""Boxes are drawn in at each side before they are cut, since detected ones overlap by some pixels: by a part of their
own side, at most by a part of the height of a line."""
_GUTTER, _STRIP = 0.4, 0.05
"""The least width of a vertical and of a horizontal empty strip, in heights of a line."""
_BESIDE = 0.1
"""Boxes that share less than this part of the narrower one's width stand side by side."""


def order_regions(regions: Sequence[Region], page: PageFacts) -> list[Region]:
    """`regions` in reading order: what stands in the upper margin first, what stands in the lower one last.

    The order of the layout model counts where it knows one of all regions. Pages of lines that run downwards are read
    from right to left.
    """
    if regions and all(region.order is not None for region in regions):
        return sorted(regions, key=lambda region: -1 if region.order is None else region.order)
    heads: list[Region] = []
    feet: list[Region] = []
    body: list[Region] = []
    seals = [region for region in regions if region.label == "seal"]
    for region in sorted(regions, key=lambda each: (each.box[1], each.box[0])):
        high = region.box[1] + region.box[3] < page.height
        if region.label == "seal":
            continue
        (body if region.label not in _PINNED else heads if high else feet).append(region)
    units = _with_headings(_with_captions(body, page.letter), page.letter)
    boxes = as_boxes([enclose(as_boxes([region.box for region in unit])) for unit in units])
    boxes = _with_side_heads(boxes, units)
    order = order_boxes(turn_columns(boxes) if runs_downwards(page.lines, page.texts) else boxes, page.letter)
    ordered = [*heads, *(region for index in order for region in units[index]), *feet]
    for seal in seals:
        ordered.insert(_place_of_seal(seal, ordered), seal)
    return ordered


def _with_captions(regions: Sequence[Region], letter: float) -> list[list[Region]]:
    """`regions` one by one, but pictures and tables together with their captions, from top to bottom."""
    units = [[region] for region in regions if region.label not in CAPTIONS]
    for caption in regions:
        if caption.label in CAPTIONS:
            near = min(
                (unit for unit in units if unit[0].label in PICTURES | {"table"}),
                key=lambda unit: _distance(caption, unit[0]),
                default=None,
            )
            if near is not None and _distance(caption, near[0]) < _CAPTION_NEAR * letter:
                near.append(caption)
            else:
                units.append([caption])
    return [sorted(unit, key=lambda region: region.box[1]) for unit in units]


def _with_headings(units: Sequence[list[Region]], letter: float) -> list[list[Region]]:
    """`units` in which a heading is one with the wider text right below it: so it is no part of a column above."""
    joined: list[list[Region]] = []
    for unit in sorted(units, key=lambda unit: unit[0].box[1]):
        above = next((other for other in joined if _heads(other[-1], unit[0], letter)), None)
        if above is None:
            joined.append(list(unit))
        else:
            above += unit
    return joined


def _heads(title: Region, text: Region, letter: float) -> bool:
    if title.label != "paragraph_title" or text.label in KEPT_WITHOUT_TEXT | TITLES:
        return False
    gap = text.box[1] - title.box[3]
    begins = abs(text.box[0] - title.box[0]) < _FLUSH * letter
    return begins and title.box[2] < text.box[2] and -0.5 * letter < gap < _BELOW * letter


def _with_side_heads(boxes: Boxes, units: Sequence[Sequence[Region]]) -> Boxes:
    """The boxes of `units` in which headings to the left of all else reach over it: they are no column of their own."""
    titles = np.array([all(region.label in TITLES for region in unit) for unit in units], bool)
    if not titles.any() or titles.all():
        return boxes
    others = boxes[~titles]
    outside = titles & (boxes[:, 2] <= others[:, 0].min())
    rights = np.where(outside, others[:, 2].max(), boxes[:, 2])
    return np.concatenate([boxes[:, :2], rights[:, np.newaxis], boxes[:, 3:]], axis=1)


def _distance(caption: Region, picture: Region) -> float:
    """How far a caption is above or below a picture; infinite if it is neither."""
    one, other = as_boxes([caption.box]), as_boxes([picture.box])
    if shared_spans(one, other, 0)[0, 0] <= 0:
        return math.inf
    return max(0.0, -float(shared_spans(one, other, 1)[0, 0]))


def _place_of_seal(seal: Region, ordered: Sequence[Region]) -> int:
    """Behind the part that it is stamped on, or that is nearest to it."""
    if not ordered:
        return 0
    frame, frames = as_boxes([seal.box]), as_boxes([region.box for region in ordered])
    across, down = (np.clip(-shared_spans(frame, frames, axis)[0], 0, None) for axis in (0, 1))
    return int(np.lexsort((-shared_areas(frame, frames)[0], across + down))[0]) + 1


def order_boxes(boxes: Boxes, line_height: float) -> list[int]:
    """The indices of `boxes` (n, 4) in reading order: columns from left to right, each from top to bottom.

    Args:
        boxes: parts of a page.
        line_height: typical height of a line of text, in pixels.
    """
    sides = boxes[:, 2:] - boxes[:, :2]
    limits = np.array([_SHRINK_ACROSS, _SHRINK_DOWN])
    inset = np.minimum(sides * limits[:, 0], line_height * limits[:, 1])
    drawn_in = np.concatenate([boxes[:, :2] + inset, boxes[:, 2:] - inset], axis=1)
    return _cut(drawn_in, np.arange(len(boxes)), line_height)


def _cut(boxes: Boxes, parts: NDArray[np.intp], line_height: float) -> list[int]:
    """The order of `parts`, which are indices of `boxes`."""
    if len(parts) < 2:
        return [int(index) for index in parts]
    pieces = _split(boxes, parts, 0, gaps(boxes[parts], 0, _GUTTER * line_height))
    if len(pieces) < 2:
        pieces = _bands(boxes, parts, line_height)
    if len(pieces) < 2:
        return _by_precedence(boxes, parts)
    return [index for piece in pieces for index in _cut(boxes, piece, line_height)]


def _bands(boxes: Boxes, parts: NDArray[np.intp], line_height: float) -> list[NDArray[np.intp]]:
    """`parts` cut across, from top to bottom; neighbours stay together while a vertical gutter runs through them.

    So the columns below a headline are read one after the other, not strip by strip.
    """
    bands: list[NDArray[np.intp]] = []
    for strip in _split(boxes, parts, 1, gaps(boxes[parts], 1, _STRIP * line_height)):
        together = np.concatenate([bands[-1], strip]) if bands else strip
        if bands and gaps(boxes[together], 0, _GUTTER * line_height):
            bands[-1] = together
        else:
            bands.append(strip)
    return bands


def _split(boxes: Boxes, parts: NDArray[np.intp], axis: int, cuts: Sequence[float]) -> list[NDArray[np.intp]]:
    middles = (boxes[parts, axis] + boxes[parts, axis + 2]) / 2
    groups = np.searchsorted(np.array(cuts), middles)
    return [parts[groups == group] for group in range(len(cuts) + 1)]


def _by_precedence(boxes: Boxes, parts: NDArray[np.intp]) -> list[int]:
    """The order of parts that overlap so that no cut divides them.

    Next comes, of those that nothing left over must precede, one in the column of the last one, then the highest.
    """
    own = boxes[parts]
    before = _precedence(own)
    left = list(range(len(parts)))
    order: list[int] = []
    while left:
        free = [index for index in left if not before[left, index].any()]
        column = own[order[-1:]]

        def rank(index: int, column: Boxes = column) -> tuple[bool, float, float]:
            elsewhere = len(column) > 0 and bool(shared_spans(own[[index]], column, 0)[0, 0] <= 0)
            return elsewhere, own[index, 1], own[index, 0]

        order.append(min(free if free else left, key=rank))
        left.remove(order[-1])
    return [int(parts[index]) for index in order]


def _precedence(boxes: Boxes) -> NDArray[np.bool_]:
    """Whether box i must be read before box j, (n, n).

    Of two above each other the upper one; of two side by side the left one, unless a third lies across both of them and
    between them.
    """
    widths = boxes[:, 2] - boxes[:, 0]
    middles = (boxes[:, 1] + boxes[:, 3]) / 2
    shared = shared_spans(boxes, boxes, 0)
    stacked = shared > _BESIDE * np.minimum(widths[:, np.newaxis], widths)
    before: NDArray[np.bool_] = stacked & (middles[:, np.newaxis] < middles)
    touching = shared > 0
    for one, other in zip(*np.nonzero(~stacked & (boxes[:, np.newaxis, 0] < boxes[:, 0])), strict=True):
        top, bottom = min(boxes[one, 1], boxes[other, 1]), max(boxes[one, 3], boxes[other, 3])
        across = touching[one] & touching[other] & (middles > top) & (middles < bottom)
        across[[one, other]] = False
        before[one, other] = not across.any()
    return before
