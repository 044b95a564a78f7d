"""Tables without walls that the layout model took for text: rows of short texts, one below the other, with numbers.

Runs in: worker. Pure.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from galley.vision.boxes import enclose, find_columns
from galley.vision.captions import caption_kind
from galley.vision.labels import PageFacts, is_prose
from galley.vision.paragraphs import Row, find_rows
from galley.vision.regions import Region, runs_downwards

_TEXTS = frozenset({"text", "paragraph_title", "reference", "number"})
"""Labels of what may be a part of a table."""
_GUTTER = 1.0
"""The least width of what is empty between two columns, in heights of a line."""
_APART, _INSERTED = 2.5, 2
"""Rows of one table are at most so many heights of a line apart, and have at most so many rows of one text between
them."""
_ROWS, _COLUMNS, _FULL_ROWS = 3, 3, 2
"""A table has at least so many rows and columns, and so many rows with a text in so many columns."""
_NUMBER = re.compile(r"[^\W\d_]{0,3}[\s.]?[€$£¥+(\-–−]?\d[\d\s.,:'’`´/\-–−]*[)%‰°*]?\s?[^\W\d_]{0,4}\.?|[\-–−—]")
"""A number with a currency or a unit, a date, a time; a dash where there is none."""
_NUMBERS = 0.6
"""Part of the texts of a column, its head aside, from which on it is one of numbers."""
_PROSE_ROWS, _PROSE_WIDTH, _PROSE_FILLED = 3, 12.0, 0.75
"""Running text has at least so many rows, is so many heights of a line wide, and filled to this part in the median."""
_MARGIN = 0.3
"""A table reaches so many heights of a line beyond its texts."""


def with_missed_tables(regions: Sequence[Region], page: PageFacts) -> list[Region]:
    """`regions` with the tables among them that are called something else.

    Directories, the names of authors and the columns of a newspaper stand side by side, too: a table has at least three
    columns, three rows, and one column of numbers.
    """
    if runs_downwards(page.lines, page.texts):
        return list(regions)
    free = [line for region in regions if _may_be_cells(region, page) for line in region.lines]
    groups = _group(find_rows(page.lines, free), page)
    tables = [table for rows in groups if (table := _as_table(rows, free, page)) is not None]
    taken = {line for table in tables for line in table.lines}
    return [*(left for region in regions if (left := _without(region, taken, page)) is not None), *tables]


def _may_be_cells(region: Region, page: PageFacts) -> bool:
    """Whether the lines of a region may stand in a table: it is no caption and no running text."""
    if region.label not in _TEXTS or not region.lines or caption_kind(page.text(region)[0]) is not None:
        return False
    rows = find_rows(page.lines, region.lines)
    if len(rows) < _PROSE_ROWS or any(len(row.lines) > 1 for row in rows) or not is_prose(page.text(region)):
        return True
    widths = np.array([row.box[2] - row.box[0] for row in rows])
    wide = float(widths.max())
    return wide < _PROSE_WIDTH * page.letter or float(np.median(widths)) < _PROSE_FILLED * wide


def _group(rows: Sequence[Row], page: PageFacts) -> list[list[Row]]:
    """The rows of several texts, in groups that follow each other closely."""
    groups: list[list[Row]] = []
    bottom, single = -math.inf, 0
    for row in rows:
        single = single + 1 if len(row.lines) == 1 else 0
        if row.box[1] - bottom > _APART * page.letter or single > _INSERTED:
            groups.append([])
        if len(row.lines) > 1:
            groups[-1].append(row)
        bottom = row.box[3]
    return groups


def _as_table(rows: Sequence[Row], free: Sequence[int], page: PageFacts) -> Region | None:
    """The table of these rows and of what stands between them; None where they make none."""
    if len(rows) < _ROWS:
        return None
    cells = [line for row in rows for line in row.lines]
    places = find_columns(page.lines[cells], _GUTTER * page.letter)
    columns = dict(zip(cells, places.tolist(), strict=True))
    full = sum(len({columns[line] for line in row.lines}) >= _COLUMNS for row in rows)
    head = frozenset(rows[0].lines)
    if full < _FULL_ROWS or not _has_numbers({line: columns[line] for line in cells if line not in head}, page):
        return None
    left, top, right, bottom = enclose(page.lines[cells])
    middles = (page.lines[:, :2] + page.lines[:, 2:]) / 2
    inside = np.flatnonzero(((middles > (left, top)) & (middles < (right, bottom))).all(axis=1)).tolist()
    if not set(inside) <= set(free):
        return None
    margin = _MARGIN * page.letter
    return Region("table", (left - margin, top - margin, right + margin, bottom + margin), 0.0, None, tuple(inside))


def _has_numbers(columns: dict[int, int], page: PageFacts) -> bool:
    """Whether one of the columns, given by line, holds numbers."""
    for column in set(columns.values()):
        texts = [page.texts[line] for line, place in columns.items() if place == column]
        numbers = sum(_NUMBER.fullmatch(text.strip()) is not None for text in texts)
        if len(texts) >= _ROWS - 1 and numbers >= _NUMBERS * len(texts):
            return True
    return False


def _without(region: Region, taken: set[int], page: PageFacts) -> Region | None:
    """`region` without lines that are a table's; None where nothing is left."""
    if not taken.intersection(region.lines):
        return region
    rest = tuple(line for line in region.lines if line not in taken)
    return replace(region, lines=rest, box=enclose(page.lines[list(rest)])) if rest else None
