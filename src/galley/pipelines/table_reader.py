"""The step that reads one table of a page: its cells and their text.

Runs in: worker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from galley.pipelines.recognizer import ReadLine
from galley.results import Image, TextLine
from galley.results.table import CellBox, Table, TableCell
from galley.vision.table.aligned import aligned_grid, sketch_table
from galley.vision.table.bands import split_bands
from galley.vision.table.blanks import find_blanks, is_dash
from galley.vision.table.cutout import Cutout, cut_out
from galley.vision.table.cuts import Cuts, cuts_at_gutters, cuts_at_walls, find_words, pieces
from galley.vision.table.doubt import is_table
from galley.vision.table.grid import Grid, fill
from galley.vision.table.ruled import is_walled, walled_grid
from galley.vision.table.rules import Rules, find_rules
from galley.vision.table.standing import find_standing, laid_down
from galley.vision.table.text import Frame, Line, frame_of, join, text_height
from galley.vision.table.upright import Upright

UNKNOWN_ANGLE = -1
_LEAST_SCORE = 0.4
"""Of the pieces of a line that was cut."""
_LEAST_BLANK_SCORE = 0.6
"""Of ink in which the detector saw no text."""
_DASH = "-"


class LineReader(Protocol):
    """What reads pictures of single lines: `galley.pipelines.recognizer.Recognizer`."""

    def read(self, lines: Sequence[Image]) -> list[ReadLine]:
        """The text of each."""
        ...


class TableReader:
    """Reads tables, with the recogniser of the pipeline that it is a part of."""

    def __init__(self, recognizer: LineReader) -> None:
        """`recognizer` stays the caller's, who closes it."""
        self._recognizer = recognizer

    def read(
        self,
        image: Image,
        box: tuple[int, int, int, int],
        lines: Sequence[TextLine],
        *,
        is_certain: bool = False,
    ) -> Table | None:
        """The table in `box` (left, top, right, bottom) of a page (h, w, 3), BGR.

        Args:
            image: the page.
            box: where the table is.
            lines: all lines of text of the page.
            is_certain: that there is a table; else code listings, lists and plain text are told from tables.

        Returns:
            The table, in pixels of the page; None where there is no text in `box`, or no table.
        """
        cutout = cut_out(image, box, lines)
        if cutout is None:
            return None
        grid = _Reading(cutout, self._recognizer).grid(is_certain=is_certain)
        return None if grid is None else _to_table(grid, box, cutout.upright, lines)


class _Reading:
    """One upright table on its way from lines to cells."""

    def __init__(self, cutout: Cutout, recognizer: LineReader) -> None:
        self._pixels = cutout.upright.pixels
        self._grey = cutout.grey
        self._height = text_height(cutout.lines)
        self._lines = self._with_dashes(cutout.lines)
        self._recognizer = recognizer

    def _with_dashes(self, lines: Sequence[Line]) -> list[Line]:
        return [
            replace(line, text=_DASH)
            if len(line.text) == 1 and line.text != _DASH and is_dash(line, self._grey, self._height)
            else line
            for line in lines
        ]

    def grid(self, *, is_certain: bool) -> Grid | None:
        """The cells, with all text that could be read; None where this is no table."""
        rules = find_rules(self._grey, self._lines, self._height)
        frame = frame_of(self._lines)
        walled = is_walled(rules, frame, self._height)
        grid = self._walled(rules, frame) if walled else self._aligned(rules)
        if not is_certain and not is_table(grid, walled=walled):
            return None
        return self._with_blanks_read(self._with_standing_read(grid))

    def _walled(self, rules: Rules, frame: Frame) -> Grid:
        grid = walled_grid(rules, frame, self._height)
        return split_bands(fill(grid, self._cut(self._lines, cuts_at_walls(grid, self._height))), self._height)

    def _aligned(self, rules: Rules) -> Grid:
        lines = [replace(line, words=find_words(self._grey, line, self._height)) for line in self._lines]
        sketch = sketch_table(lines, rules, self._height)
        return aligned_grid(sketch, self._cut(lines, cuts_at_gutters(sketch.gutters, self._height)))

    def _cut(self, lines: Sequence[Line], cuts: Cuts) -> list[Line]:
        """`lines`, those that are cut replaced by their pieces, read anew."""
        whole: list[Line] = []
        parts: list[Frame] = []
        for line in lines:
            where = cuts(line)
            if where:
                parts += pieces(self._grey, line, where)
            else:
                whole.append(line)
        return [*whole, *(line for line in self._read(parts) if line.score > _LEAST_SCORE and line.text.strip())]

    def _with_standing_read(self, grid: Grid) -> Grid:
        standing = find_standing(grid, self._grey, self._height)
        read = self._recognizer.read([turned for each in standing for turned in laid_down(self._pixels, each.ink)])
        cells = list(grid.cells)
        for place, each in enumerate(standing):
            best = max((one.line for one in read[2 * place : 2 * place + 2]), key=lambda line: line.score)
            before = cells[each.cell].lines
            if best.score > _LEAST_BLANK_SCORE and len(best.text) >= max(
                (len(line.text) for line in before), default=1
            ):
                ink = each.ink
                line = Line(ink.left, ink.top, ink.right, ink.bottom, best.text, best.score)
                cells[each.cell] = replace(cells[each.cell], lines=(line,))
        return replace(grid, cells=tuple(cells))

    def _with_blanks_read(self, grid: Grid) -> Grid:
        blanks = find_blanks(grid, self._grey, self._height)
        unread = [blank for blank in blanks if not blank.is_dash]
        read = self._read([blank.to_read(self._height) for blank in unread])
        found = {blank.cell: line for blank, line in zip(unread, read, strict=True) if line.score > _LEAST_BLANK_SCORE}
        for blank in blanks:
            if blank.is_dash:
                ink = blank.ink
                found[blank.cell] = Line(ink.left, ink.top, ink.right, ink.bottom, _DASH, 1.0)
        cells = tuple(
            replace(cell, lines=(found[index],)) if index in found else cell for index, cell in enumerate(grid.cells)
        )
        return replace(grid, cells=cells)

    def _read(self, frames: Sequence[Frame]) -> list[Line]:
        pictures = [
            self._pixels[int(each.top) : int(each.bottom) + 1, int(each.left) : int(each.right) + 1] for each in frames
        ]
        return [
            Line(frame.left, frame.top, frame.right, frame.bottom, read.line.text, read.line.score)
            for frame, read in zip(frames, self._recognizer.read(pictures), strict=True)
        ]


def _to_table(grid: Grid, box: tuple[int, int, int, int], upright: Upright, given: Sequence[TextLine]) -> Table:
    """The table, with the box in which it was asked for, by which callers know it."""
    cells, lines = [], []
    for cell in grid.cells:
        place = _bounds(upright, grid.frame(cell))
        cells.append(TableCell(cell.row, cell.column, cell.rows, cell.columns, place, join(cell.lines)))
        lines += [_text_line(line, upright, given) for line in cell.lines]
    return Table(box, tuple(cells), grid.head_rows, tuple(lines))


def _bounds(upright: Upright, frame: Frame) -> CellBox:
    """The upright rectangle on the page around `frame`."""
    corners = upright.corners(frame).round(1)
    left, top = np.maximum(corners.min(axis=0), 0).tolist()
    right, bottom = np.maximum(corners.max(axis=0), 0).tolist()
    return left, top, right, bottom


def _text_line(line: Line, upright: Upright, given: Sequence[TextLine]) -> TextLine:
    if line.source is not None:
        return replace(given[line.source], text=line.text)
    polygon = upright.corners(Frame(line.left, line.top, line.right, line.bottom))
    return TextLine(polygon.round().astype(np.int32), UNKNOWN_ANGLE, line.text, line.score)
