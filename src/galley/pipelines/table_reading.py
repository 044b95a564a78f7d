"""The reading of one table that is cut out of its page, by its rules and its alignment.

Runs in: worker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from galley.pipelines.recognizer import ReadLine
from galley.results import Image
from galley.vision.spelling import spell
from galley.vision.table.aligned import aligned_grid
from galley.vision.table.bands import split_bands
from galley.vision.table.blanks import DASH, find_blanks, find_dashes, is_dash, paper_of
from galley.vision.table.cutout import Cutout
from galley.vision.table.cuts import Cuts, cuts_at_gutters, cuts_at_walls, find_words, pieces
from galley.vision.table.doubt import is_table
from galley.vision.table.grid import Grid, fill
from galley.vision.table.head_rows import find_head_rows
from galley.vision.table.letters import with_letter_cases
from galley.vision.table.ruled import is_walled, walled_grid
from galley.vision.table.rules import find_rules
from galley.vision.table.signs import Signs
from galley.vision.table.sketch import sketch_table
from galley.vision.table.standing import Standing, find_standing, laid_down
from galley.vision.table.text import Frame, Line, frame_of, text_height

_LEAST_SCORE = 0.4
"""Of the pieces of a line that was cut."""
_SURE_UPWARDS = 0.95
"""Of text that stands, read upwards as most does: with less it is read downwards, too."""
_LEAST_BLANK_SCORE = 0.6
"""Of ink in which the detector saw no text."""


class LineReader(Protocol):
    """What reads pictures of single lines: `galley.pipelines.recognizer.Recognizer`."""

    def read(self, lines: Sequence[Image]) -> list[ReadLine]:
        """The text of each."""
        ...


class TableReading:
    """One table on its way from lines to cells."""

    def __init__(self, cutout: Cutout, recognizer: LineReader) -> None:
        """Look at the table; `recognizer` reads what must be read anew."""
        self._pixels = cutout.upright.pixels
        self._grey = cutout.grey
        self._paper = paper_of(cutout.grey)
        self._height = text_height(cutout.lines)
        self._recognizer = recognizer
        self._lines = self._with_signs([self._with_dash(line) for line in cutout.lines])
        self._rules = find_rules(self._grey, self._lines, self._height)
        self._frame = frame_of(self._lines)
        self.walled = is_walled(self._rules, self._frame, self._height)
        """Whether there are walls between the cells."""

    def _with_dash(self, line: Line) -> Line:
        if len(line.text) == 1 and line.text != DASH and is_dash(line, self._grey, self._paper, self._height):
            return replace(line, text=DASH, spelling=None)
        return line

    def _with_signs(self, lines: Sequence[Line]) -> list[Line]:
        """`lines` and the drawn signs among them."""
        parts = Signs(self._grey, self._height).parts(lines)
        texts = iter(self._with_texts([part.line for part in parts if part.line is not None]))
        return [_joined(part.sign, None if part.line is None else next(texts)) for part in parts]

    def grid(self, *, is_certain: bool) -> Grid | None:
        """The cells, with all text that could be read; None where this is no table."""
        grid = self._walled() if self.walled else self._aligned()
        if not is_certain and not is_table(grid, walled=self.walled):
            return None
        grid = self._with_blanks_read(self._with_standing_read(grid))
        grid = with_letter_cases(grid, self._grey, self._paper)
        return grid if grid.head_rows else replace(grid, head_rows=find_head_rows(grid, self._grey, self._height))

    def _walled(self) -> Grid:
        grid = walled_grid(self._rules, self._frame, self._height)
        return split_bands(fill(grid, self.cut(cuts_at_walls(grid, self._height))), self._height)

    def _aligned(self) -> Grid:
        self._lines += find_dashes(self._lines, self._grey, self._paper, self._height)
        self._lines = [replace(line, words=find_words(self._grey, line, self._height)) for line in self._lines]
        sketch = sketch_table(self._lines, self._rules, self._height)
        return aligned_grid(sketch, self.cut(cuts_at_gutters(sketch.gutters, self._height)))

    def cut(self, cuts: Cuts) -> list[Line]:
        """The lines, those that are cut replaced by their pieces."""
        whole: list[Line] = []
        parts: list[Line] = []
        for line in self._lines:
            where = cuts(line)
            if where:
                parts += pieces(self._grey, line, where)
            else:
                whole.append(line)
        texts = self._with_texts(parts)
        return [*whole, *(line for line in texts if line.score > _LEAST_SCORE and line.text.strip())]

    def _with_standing_read(self, grid: Grid) -> Grid:
        standing = find_standing(grid, self._grey, self._paper, self._height)
        cells = list(grid.cells)
        for each, read in zip(standing, self._read_standing(standing), strict=True):
            best = read.line
            before = cells[each.cell].lines
            if best.score > _LEAST_BLANK_SCORE and len(best.text) >= max(
                (len(line.text) for line in before), default=1
            ):
                ink = each.ink
                line = Line(ink.left, ink.top, ink.right, ink.bottom, best.text, best.score)
                cells[each.cell] = replace(cells[each.cell], lines=(line,))
        return replace(grid, cells=tuple(cells))

    def _read_standing(self, standing: Sequence[Standing]) -> list[ReadLine]:
        """What is said upwards, or downwards where that is not sure and the other way is surer."""
        ways = [laid_down(self._pixels, each.ink) for each in standing]
        read = self._recognizer.read([upwards for upwards, _ in ways])
        unsure = [place for place, one in enumerate(read) if one.line.score < _SURE_UPWARDS]
        others = self._recognizer.read([ways[place][1] for place in unsure])
        for place, other in zip(unsure, others, strict=True):
            read[place] = max(read[place], other, key=lambda one: one.line.score)
        return read

    def _with_blanks_read(self, grid: Grid) -> Grid:
        blanks = find_blanks(grid, self._grey, self._paper, self._height)
        unread = [blank for blank in blanks if not blank.is_dash]
        read = self._read([blank.to_read(self._height) for blank in unread])
        found = {blank.cell: line for blank, line in zip(unread, read, strict=True) if line.score > _LEAST_BLANK_SCORE}
        for blank in blanks:
            if blank.is_dash:
                ink = blank.ink
                found[blank.cell] = Line(ink.left, ink.top, ink.right, ink.bottom, DASH, 1.0)
        cells = tuple(
            replace(cell, lines=(found[index],)) if index in found else cell for index, cell in enumerate(grid.cells)
        )
        return replace(grid, cells=cells)

    def _with_texts(self, lines: Sequence[Line]) -> list[Line]:
        """`lines`, those read that have no text."""
        unread = [line for line in lines if not line.text]
        read = iter(self._read([Frame(line.left, line.top, line.right, line.bottom) for line in unread]))
        return [line if line.text else next(read) for line in lines]

    def _read(self, frames: Sequence[Frame]) -> list[Line]:
        """What stands in each of the frames."""
        height, width = self._pixels.shape[:2]
        pictures = []
        for frame in frames:
            left, top = min(int(frame.left), width - 1), min(int(frame.top), height - 1)
            part = self._pixels[max(0, top) : int(frame.bottom) + 1, max(0, left) : int(frame.right) + 1]
            pictures.append(np.ascontiguousarray(part))
        return [_line(frame, read) for frame, read in zip(frames, self._recognizer.read(pictures), strict=True)]


def _line(frame: Frame, read: ReadLine) -> Line:
    spelling = spell(read.line.text, read.characters, frame.left, frame.right)
    return Line(frame.left, frame.top, frame.right, frame.bottom, read.line.text, read.line.score, spelling=spelling)


def _joined(sign: Line | None, text: Line | None) -> Line:
    """One line of a sign and the text behind it, of which there is one at least."""
    if sign is None or text is None:
        return next(each for each in (sign, text) if each is not None)
    return replace(
        text,
        left=min(sign.left, text.left),
        text=f"{sign.text} {text.text.strip()}",
        source=None,
        opening=(sign.left, text.left),
        spelling=None if text.spelling is None else text.spelling.stripped().behind(sign.text, sign.centre),
    )
