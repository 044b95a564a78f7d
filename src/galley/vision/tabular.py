"""Whether a part of a page can be a table: layout models take listings and lists for tables.

Runs in: worker. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from galley.vision.intervals import runs
from galley.vision.paragraphs import Row

_INK = 40
"""Pixels that differ from the background of their row by more than this are ink."""
_CLOSED = 0.5
"""Gaps within a row that are narrower than so many of its heights are spaces between words."""
_GUTTER = 0.3
"""A gutter is empty over this part of the usual height of a row, after gaps were closed."""
_EMPTY, _CROSSED = 0.85, 0.5
"""Of the rows that reach to both sides of a gutter, this part leaves it empty; and this part of all rows does reach."""
_MARKER = 1.3
"""A first column narrower than so many heights of a row holds bullets or numbers of a list."""
_RULE, _RULED = 1.6, 0.4
"""A vertical rule is longer than so many heights of a row; all on one line together are this part of the height."""
_EDGE = 0.02
"""Rules this near to the edges, in parts of the width, are the frame."""


def looks_like_table(grey: NDArray[np.uint8], rows: Sequence[Row], code: bool) -> bool:
    """Whether there are vertical rules within, or columns of text: two, and three of the words of a program.

    Args:
        grey: the pixels of the part (h, w).
        rows: the rows of text in it, in its pixels.
        code: whether its text looks like a program's.
    """
    if not rows:
        return False
    height = float(np.median([row.height for row in rows]))
    return has_inner_rules(grey, height) or count_columns(grey, rows, height) > (2 if code else 1)


def has_inner_rules(grey: NDArray[np.uint8], row_height: float) -> bool:
    """Whether vertical rules run through the picture (h, w), the frame at its edges not counted."""
    length = int(_RULE * row_height)
    if length < 3 or length >= grey.shape[0]:
        return False
    dark = cv2.adaptiveThreshold(grey, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 15, 12)
    upright = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
    edge = max(2, int(_EDGE * grey.shape[1]))
    covered = cv2.dilate(upright, np.ones((1, 3), np.uint8))[:, edge:-edge].sum(axis=0)
    return bool((covered > _RULED * grey.shape[0]).any())


def count_columns(grey: NDArray[np.uint8], rows: Sequence[Row], row_height: float) -> int:
    """How many columns of text the rows are set in; bullets and numbers of a list are no column."""
    ink = np.stack([_ink_of_row(grey, row, row_height) for row in rows])
    begun = np.logical_or.accumulate(ink, axis=1)
    unfinished = np.logical_or.accumulate(ink[:, ::-1], axis=1)[:, ::-1]
    across = begun & unfinished
    reaching = across.sum(axis=0)
    empty = (across & ~ink).sum(axis=0)
    gutter = (empty > _EMPTY * reaching) & (reaching >= max(2, _CROSSED * len(rows)))
    gutters = [(start, end) for start, end in runs(gutter) if end - start >= _GUTTER * row_height]
    if not gutters:
        return 1
    first = int(np.flatnonzero(ink.any(axis=0))[0])
    markers = gutters[0][0] - first < _MARKER * row_height
    return len(gutters) + 1 - markers


def _ink_of_row(grey: NDArray[np.uint8], row: Row, row_height: float) -> NDArray[np.bool_]:
    """Where a row has ink, (w,), the spaces between its words included."""
    strip = grey[max(0, int(row.box[1])) : int(row.box[3]) + 1].astype(np.int16)
    inside = strip[:, max(0, int(row.box[0])) : int(row.box[2]) + 1]
    if inside.size == 0:
        return np.zeros(grey.shape[1], np.bool_)
    ink: NDArray[np.bool_] = np.zeros(grey.shape[1], np.bool_)
    start = max(0, int(row.box[0]))
    marked = np.asarray((np.abs(inside - int(np.median(inside))) > _INK).any(axis=0))
    width = max(1, int(_CLOSED * row_height))
    closed = cv2.morphologyEx(marked.astype(np.uint8).reshape(1, -1), cv2.MORPH_CLOSE, np.ones((1, width), np.uint8))
    ink[start : start + marked.size] = np.asarray(closed).reshape(-1) > 0
    return ink
