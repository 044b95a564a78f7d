"""Pictures that the layout model missed: ink that no text explains.

Runs in: worker. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from galley.vision.boxes import Box, Boxes, areas, as_boxes, shared_areas, shared_parts
from galley.vision.labels import PageFacts
from galley.vision.regions import KEPT_WITHOUT_TEXT, Region

_WIDTH = 500
"""About so many pixels of each row, and of as many rows as that leaves, tell where there is ink."""
_SAMPLED = 4
"""Every so many pixels tell the colour of the paper."""
_INK = 64
"""Levels by which ink differs from paper."""
_AROUND_TEXT = 0.2
"""Ink that is so many heights of a line from a line of text is the line's own."""
_NEAR = 0.8
"""Strokes that are at most so many heights of a line apart are of one picture."""
_SIDE, _OF_PAGE = 4.0, 0.01
"""A picture is so many heights of a line wide and high, and this part of the page, at least."""
_MOST_OF_PAGE = 0.6
"""What is larger than this part of the page is its frame or its background."""
_INKED = 0.2
"""The part of a picture that is ink or close to ink, at least; frames and rules have less."""
_LABELS, _WRITTEN = 3, 0.1
"""At most so many lines of text stand in a picture, on this part of it; what has more is a form, or behind the text."""
_EDGE, _SHADOW = 0.01, 10.0
"""What reaches as near to the edge of the page as this part of its width may be the shadow of a binding: it is a
picture only if it is so many heights of a line wide and high."""


def with_missed_pictures(regions: Sequence[Region], image: NDArray[np.uint8], page: PageFacts) -> list[Region]:
    """`regions`, and the pictures that are none of them.

    Args:
        regions: the known parts of the page.
        image: the page (h, w, 3), BGR.
        page: its text.
    """
    step = max(1, round(page.width / _WIDTH))
    margin = _AROUND_TEXT * page.letter * np.array([-1, -1, 1, 1])
    known = as_boxes([region.box for region in regions if region.label in KEPT_WITHOUT_TEXT])
    ink = _find_ink(np.ascontiguousarray(image[::step, ::step]), np.concatenate([page.lines + margin, known]) / step)
    blots = step * _find_blots(ink, _NEAR * page.letter / step)
    return [*regions, *(Region("image", box, 0.0) for box in map(_as_box, blots) if _is_picture(box, page))]


def _find_ink(image: NDArray[np.uint8], explained: Boxes) -> NDArray[np.uint8]:
    """Where there is ink (h, w), 1 or 0, but not in the boxes of what is explained."""
    paper = np.median(image[::_SAMPLED, ::_SAMPLED].reshape(-1, 3), axis=0)
    blue, green, red = cv2.split(cv2.absdiff(image, (*paper.tolist(), 0.0)))
    ink = np.asarray(cv2.max(cv2.max(blue, green), red) > _INK, np.uint8)
    for left, top, right, bottom in np.clip(explained, 0, None).round().astype(int).tolist():
        ink[top:bottom, left:right] = 0
    return ink


def _find_blots(ink: NDArray[np.uint8], near: float) -> Boxes:
    """The boxes (n, 4) of what grows together when gaps up to `near` pixels are closed, and is inked enough."""
    side = max(1, round(near))
    closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    stats = cv2.connectedComponentsWithStats(closed)[2][1:]
    left, top, width, height, area = stats.T
    full = area > _INKED * width * height
    boxes = np.stack([left, top, left + width, top + height], axis=1)[full]
    return as_boxes(boxes.tolist())


def _is_picture(box: Box, page: PageFacts) -> bool:
    left, top, right, bottom = box
    sides = (right - left) / page.letter, (bottom - top) / page.letter
    part = (right - left) * (bottom - top) / (page.width * page.height)
    margin = _EDGE * page.width
    at_edge = min(left, top, page.width - right, page.height - bottom) < margin
    if min(sides) < (_SHADOW if at_edge else _SIDE) or not _OF_PAGE < part < _MOST_OF_PAGE:
        return False
    frame = as_boxes([box])
    labels = int((shared_parts(page.lines, frame) > 0.5).sum())
    return labels <= _LABELS and float(shared_areas(frame, page.lines).sum()) < _WRITTEN * float(areas(frame)[0])


def _as_box(box: NDArray[np.float64]) -> Box:
    left, top, right, bottom = box.tolist()
    return left, top, right, bottom
