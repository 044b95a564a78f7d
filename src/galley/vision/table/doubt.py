"""Whether what a layout model took for a table is one: code listings and lists of bullets look much alike.

Runs in: worker. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from galley.vision.table.grid import Cell, Grid
from galley.vision.table.text import Line, is_number, join

_CODE = frozenset("_;={}<>()")
_CODE_SHARE = 0.3
"""Part of a listing's lines that hold one of these characters."""
_NUMBER_SHARE = 0.3
"""Of a table of numbers' lines; listings have fewer."""
_EVEN = 0.04
"""Median deviation of the characters' widths from their median, as a part of it, in type of one width."""
_LONG = 8
"""Characters from which on a line tells the width of its type."""
_MARKER = 3
"""Characters that a bullet or a number before an item has at most."""


def is_table(grid: Grid, *, walled: bool) -> bool:
    """Whether `grid` has what tables have.

    With walls: two cells or more. Without: two columns of text or more and two rows or more, neither a list whose
    first column are its bullets, nor program text in type of one width.
    """
    if walled:
        return sum(bool(cell.lines) for cell in grid.cells) >= 2
    filled = [cell for cell in grid.cells if cell.lines]
    columns = {cell.column for cell in filled}
    if len(columns) < 2 or len({cell.row for cell in filled}) < 2:
        return False
    return not _is_list(filled, columns) and not is_code([line for cell in filled for line in cell.lines])


def _is_list(filled: Sequence[Cell], columns: set[int]) -> bool:
    if len(columns) != 2:
        return False
    first = [join(cell.lines) for cell in filled if cell.column == min(columns)]
    return all(len(text) <= _MARKER and not text.isalpha() for text in first)


def is_code(lines: Sequence[Line]) -> bool:
    """Whether `lines` are program text: characters of one width, with the punctuation of programs."""
    texts = [line.text.strip() for line in lines]
    marked = sum(not _CODE.isdisjoint(text) for text in texts)
    numbers = sum(map(is_number, texts))
    if marked < _CODE_SHARE * len(texts) or numbers > _NUMBER_SHARE * len(texts):
        return False
    widths = np.array(
        [
            (line.right - line.left) / len(text)
            for line, text in zip(lines, texts, strict=True)
            if len(text) >= _LONG and text.isascii()
        ]
    )
    if len(widths) < 3:
        return False
    median = float(np.median(widths))
    return float(np.median(np.abs(widths - median))) < _EVEN * median
