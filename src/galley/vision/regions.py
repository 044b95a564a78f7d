"""Which lines of text belong to which part of a page.

Runs in: worker. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from galley.vision.boxes import Box, Boxes, areas, as_boxes, enclose, shared_areas, shared_parts, shared_spans

PICTURES = frozenset({"image", "chart", "seal", "header_image", "footer_image"})
"""Labels of parts that are pictures, with or without text in them."""
FORMULAS = frozenset({"formula", "inline_formula"})
CAPTIONS = frozenset({"figure_title", "table_title", "chart_title", "vision_footnote"})
"""Labels of what is said about a picture or a table."""
KEPT_WITHOUT_TEXT = PICTURES | FORMULAS | {"table"}

_NESTED = 0.7
"""Part of a region within another one from which the two are one."""
_SAME = 0.5
"""The same for two regions with one label."""
_EDGE = 0.4
"""Captions within this part of a picture's height from its edge are cut off."""
_AS_WIDE = 0.6
"""A text of at least this part of a picture's width is no label in it."""
_RUNNING, _OF_PAGE, _LEFT_OVER = 5, 1.25, 0.25
"""A text within a picture is none of it that has at least so many lines, as high as those of the page but for this
factor; the picture is cut beside it, if this part of it is left over."""
_WHOLE, _MOST, _MANY, _FULL = 0.6, 0.8, 15, 0.35
"""A picture of this part of the page, with this part of its lines, is the page itself if these are at least so many, or
fill this part of it."""
_OWNED = 0.5
"""Part of a line within a region from which it belongs to it."""
_TOUCHING, _COVERED, _LIKE = 0.35, 0.7, 1.33
"""A line outside belongs to the text that it touches: it is at most this far away, in heights of a line; so much of it
lies above or below the text; and the heights of lines differ by at most this factor."""
_TALL = 1.5
"""A line so many times as high as wide runs downwards."""
_NEXT, _OVERHANG, _ALIKE = 0.9, 0.5, 1.6
"""The same for lines that no region owns, which are put together to paragraphs."""


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a page."""

    label: str
    """In the words of PP-DocLayout: `text`, `paragraph_title`, `image`, `table`, …"""
    box: Box
    score: float
    order: int | None = None
    """Place in the reading order where the layout model knows it."""
    lines: tuple[int, ...] = ()
    """Indices of the lines of text in it, in no order."""


def find_regions(seen: Sequence[Region], lines: Boxes) -> list[Region]:
    """The parts of a page: those that a layout model saw, each once and with its lines, and those that it missed.

    Args:
        seen: what the model saw, without lines.
        lines: the boxes of all lines of text on the page.
    """
    seals = [region for region in seen if region.label == "seal"]
    seen = [_without_running_text(region, seen, lines) for region in seen]
    owned, loose = assign_lines(drop_nested([region for region in seen if region.label != "seal"]), lines)
    kept = [fit(region, lines) for region in owned if region.lines or region.label in KEPT_WITHOUT_TEXT]
    kept = [_without_captions(region, kept) for region in kept]
    # Seals are stamped over text: they own only what nothing else does.
    stamped, rest = assign_lines(seals, lines[loose])
    kept += [replace(region, lines=tuple(loose[line] for line in region.lines)) for region in stamped]
    return [*kept, *group_loose_lines(lines, [loose[line] for line in rest], "text")]


def is_page_itself(region: Region, lines: Boxes, page: Box) -> bool:
    """Whether a region that is called a picture is a page of text, such as a form or a page in colour."""
    if region.label not in PICTURES or not 0 < len(region.lines) >= _MOST * len(lines):
        return False
    picture, whole = areas(as_boxes([region.box, page]))
    full = areas(lines[list(region.lines)]).sum() > _FULL * picture
    return bool(picture > _WHOLE * whole and (full or len(region.lines) >= _MANY))


def _without_running_text(region: Region, seen: Sequence[Region], lines: Boxes) -> Region:
    """A picture that was seen around a column of text, too, without that column."""
    if region.label not in PICTURES or region.label == "seal" or not len(lines):
        return region
    for text in seen:
        if text.label not in KEPT_WITHOUT_TEXT | CAPTIONS and _is_running_text(text, region, lines):
            rest = _largest_rest(region.box, text.box)
            sizes = areas(as_boxes([rest, region.box]))
            region = replace(region, box=rest) if sizes[0] > _LEFT_OVER * sizes[1] else region
    return region


def _largest_rest(box: Box, cut: Box) -> Box:
    """The largest part of `box` that lies to one side of `cut`."""
    left, top, right, bottom = box
    sides = (
        (left, top, cut[0], bottom),
        (cut[2], top, right, bottom),
        (left, top, right, cut[1]),
        (left, cut[3], right, bottom),
    )
    return max(sides, key=lambda side: max(0.0, side[2] - side[0]) * max(0.0, side[3] - side[1]))


def _is_running_text(text: Region, picture: Region, lines: Boxes) -> bool:
    frames = as_boxes([text.box, picture.box])
    if shared_parts(frames, frames)[0, 1] < _NESTED:
        return False
    own = np.flatnonzero(shared_parts(lines, frames[:1])[:, 0] > _OWNED).tolist()
    if len(own) < _RUNNING:
        return False
    size = line_height(lines, own) / line_height(lines, range(len(lines)))
    return 1 / _OF_PAGE < size < _OF_PAGE


def _without_captions(region: Region, regions: Sequence[Region]) -> Region:
    """A picture or table without the captions at its upper and lower edge."""
    if region.label not in PICTURES | {"table"}:
        return region
    left, top, right, bottom = region.box
    for caption in regions:
        if _may_be_caption(caption, region) and caption.box[0] < right and caption.box[2] > left:
            middle = (caption.box[1] + caption.box[3]) / 2
            if bottom - _EDGE * (bottom - top) < middle < bottom:
                bottom = max(top + 1, min(bottom, caption.box[1]))
            elif top < middle < top + _EDGE * (bottom - top):
                top = min(bottom - 1, max(top, caption.box[3]))
    return replace(region, box=(left, top, right, bottom))


def drop_nested(regions: Sequence[Region]) -> list[Region]:
    """`regions` without those that are another one seen twice, the surest first; two halves of one become one."""
    kept: list[Region] = []
    for region in sorted(regions, key=lambda each: -each.score):
        double = next((place for place, other in enumerate(kept) if _is_one(region, other)), None)
        if double is None:
            kept.append(region)
        elif _overlap_of_same(region, kept[double]):
            kept[double] = replace(kept[double], box=enclose(as_boxes([region.box, kept[double].box])))
    return kept


def _is_one(region: Region, other: Region) -> bool:
    """Whether `region` is another sight of `other`, which is surer."""
    if _may_be_caption(region, other):
        return False
    pair = as_boxes([region.box, other.box])
    parts = shared_parts(pair, pair)
    around = parts[1, 0] > _NESTED and other.label in PICTURES | {"table"}
    return bool(parts[0, 1] > _NESTED or around or _overlap_of_same(region, other))


def _may_be_caption(region: Region, picture: Region) -> bool:
    """Whether a text within a picture is no part of it: it is called a caption, or is as wide as the picture."""
    if picture.label not in PICTURES | {"table"} or region.label in KEPT_WITHOUT_TEXT:
        return False
    wide = region.box[2] - region.box[0] > _AS_WIDE * (picture.box[2] - picture.box[0])
    return region.label in CAPTIONS or (wide and picture.label != "table")


def _overlap_of_same(region: Region, other: Region) -> bool:
    pair = as_boxes([region.box, other.box])
    shared = shared_areas(pair, pair)[0, 1]
    return region.label == other.label and bool(shared > _SAME * areas(pair).min())


def assign_lines(regions: Sequence[Region], lines: Boxes) -> tuple[list[Region], list[int]]:
    """`regions` with their lines, and the lines that belong to none."""
    if not regions or not len(lines):
        return list(regions), list(range(len(lines)))
    frames = as_boxes([region.box for region in regions])
    parts = shared_parts(lines, frames)
    pictures = np.array([region.label in PICTURES for region in regions])
    # What a text and a picture both have of a line is the text's: captions overlap their pictures.
    parts[:, pictures] *= ~(parts[:, ~pictures] > _OWNED).any(axis=1, keepdims=True)
    # Of regions that hold a line whole, the smallest one.
    best = np.lexsort((np.broadcast_to(areas(frames), parts.shape), -np.round(parts, 2)), axis=1)[:, 0]
    owned = parts[np.arange(len(lines)), best] > _OWNED
    full = [
        replace(region, lines=tuple(np.flatnonzero(owned & (best == place)).tolist()))
        for place, region in enumerate(regions)
    ]
    return _attach(full, lines, np.flatnonzero(~owned).tolist())


def _attach(regions: list[Region], lines: Boxes, loose: list[int]) -> tuple[list[Region], list[int]]:
    """Gives lines that a region of text only just missed to it: often its first or its last one."""
    left = []
    for line in loose:
        place = next((place for place, region in enumerate(regions) if _touches(lines, line, region)), None)
        if place is None:
            left.append(line)
        else:
            region = regions[place]
            box = enclose(as_boxes([region.box, lines[line].tolist()]))
            regions[place] = replace(region, box=box, lines=(*region.lines, line))
    return regions, left


def _touches(lines: Boxes, line: int, region: Region) -> bool:
    if not region.lines or region.label in KEPT_WITHOUT_TEXT:
        return False
    own, frame = lines[[line]], as_boxes([region.box])
    height = own[0, 3] - own[0, 1]
    usual = line_height(lines, region.lines)
    return bool(
        shared_spans(own, frame, 0)[0, 0] > _COVERED * (own[0, 2] - own[0, 0])
        and -shared_spans(own, frame, 1)[0, 0] < _TOUCHING * height
        and 1 / _LIKE < height / usual < _LIKE
    )


def fit(region: Region, lines: Boxes) -> Region:
    """`region` drawn onto its lines, at most by the height of a line beyond what the layout model saw."""
    if not region.lines or region.label in PICTURES | {"table"}:
        return region
    left, top, right, bottom = enclose(lines[list(region.lines)])
    slack = line_height(lines, region.lines)
    seen = region.box
    box = (
        max(left, seen[0] - slack),
        max(top, seen[1] - slack),
        min(right, seen[2] + slack),
        min(bottom, seen[3] + slack),
    )
    return replace(region, box=box)


def group_loose_lines(lines: Boxes, loose: Sequence[int], label: str) -> list[Region]:
    """Paragraphs of lines that no region owns: lines of one height, one below the other."""
    groups: list[list[int]] = []
    for line in sorted(loose, key=lambda index: float(lines[index, 1])):
        group = next((group for group in groups if _continues(lines, line, group)), None)
        if group is None:
            groups.append([line])
        else:
            group.append(line)
    return [Region(label, enclose(lines[group]), 0.0, None, tuple(group)) for group in groups]


def _continues(lines: Boxes, line: int, group: list[int]) -> bool:
    own, frame = lines[[line]], as_boxes([enclose(lines[group])])
    height, first = own[0, 3] - own[0, 1], lines[group[0]]
    usual = first[3] - first[1]
    widths = min(own[0, 2] - own[0, 0], frame[0, 2] - frame[0, 0])
    gap = own[0, 1] - frame[0, 3]
    return bool(
        shared_spans(own, frame, 0)[0, 0] > _OVERHANG * widths
        and -0.5 * height < gap < _NEXT * usual
        and 1 / _ALIKE < height / usual < _ALIKE
    )


def runs_downwards(lines: Boxes, texts: Sequence[str]) -> bool:
    """Whether most of the text is in lines that run downwards, as Chinese and Japanese may."""
    sides = lines[:, 2:] - lines[:, :2]
    lengths = np.array([len(text) for text in texts], np.int64)
    downwards = (sides[:, 1] > _TALL * sides[:, 0]) & (lengths > 1)
    return bool(lengths[downwards].sum() * 2 > lengths.sum())


def line_height(lines: Boxes, indices: Sequence[int]) -> float:
    """The usual height of some of the `lines`: across the text, whether it runs from left to right or downwards."""
    own = lines[list(indices)]
    return float(np.median((own[:, 2:] - own[:, :2]).min(axis=1)))
