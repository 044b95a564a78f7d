"""Single letters that look the same small and capital: told apart by their height among the other lines.

Runs in: worker. Pure. Readers see each line at the same height, so that an x and an X alone are one picture to them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from galley.vision.table.grid import Grid
from galley.vision.table.text import Line

_ALIKE = frozenset("cosvwxz")
_HIGH = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789bdfhkl")
_CAPITAL, _SMALL = 0.88, 0.82
"""Of the capitals' height: letters at least as high are capitals, those at most as high are small."""
_LEAST_LINES, _LEAST_LETTERS = 3, 3
_RULE = 0.9
"""Part of a line's row that only a rule covers."""


def with_letter_cases(grid: Grid, grey: NDArray[np.uint8], paper: float) -> Grid:
    """`grid` with the case of letters that stand alone put right, where other lines tell how high capitals are."""
    lines = [line for cell in grid.cells for line in cell.lines]
    if not any(line.text.lower() in _ALIKE for line in lines):
        return grid
    heights = [_capital_height(line, grey, paper) for line in lines if _shows_capitals(line)]
    known = [height for height in heights if height > 0]
    if len(known) < _LEAST_LINES:
        return grid
    capital = float(np.median(known))
    cells = tuple(
        replace(cell, lines=tuple(_in_case(line, grey, paper, capital) for line in cell.lines)) for cell in grid.cells
    )
    return replace(grid, cells=cells)


def _shows_capitals(line: Line) -> bool:
    text = line.text
    return len(text) >= _LEAST_LETTERS and text.isascii() and not _HIGH.isdisjoint(text) and "_" not in text


def _in_case(line: Line, grey: NDArray[np.uint8], paper: float, capital: float) -> Line:
    if line.text.lower() not in _ALIKE:
        return line
    ink = _ink_rows(line, grey, paper)
    if len(ink) == 0:
        return line
    part = len(ink) / capital
    if part >= _CAPITAL:
        return replace(line, text=line.text.upper())
    return replace(line, text=line.text.lower()) if part <= _SMALL else line


def _capital_height(line: Line, grey: NDArray[np.uint8], paper: float) -> int:
    """From the top of `line` to its baseline, below which ink becomes suddenly less; 0 without ink."""
    ink = _ink_rows(line, grey, paper)
    if len(ink) < 2:
        return len(ink)
    less = ink - np.append(ink[1:], 0.0)
    lower = len(ink) // 2
    return lower + int(less[lower:].argmax()) + 1


def _ink_rows(line: Line, grey: NDArray[np.uint8], paper: float) -> NDArray[np.float64]:
    """The part of each row of `line` that is ink, from the first to the last with some; rules do not count."""
    part = grey[max(0, int(line.top)) : int(line.bottom) + 1, max(0, int(line.left)) : int(line.right) + 1]
    if part.size == 0:
        return np.zeros(0)
    ink = (part < (paper + float(part.min())) / 2).mean(axis=1)
    ink[ink > _RULE] = 0
    rows = np.flatnonzero(ink)
    return ink[rows[0] : rows[-1] + 1] if len(rows) else np.zeros(0)
