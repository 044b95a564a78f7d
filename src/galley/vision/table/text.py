"""Lines of text in an upright table: where they are, which stand side by side, what they say together.

Runs in: worker. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from galley.prose import has_no_spaces
from galley.vision.intervals import Interval
from galley.vision.spelling import Spelling

_SAME_ROW = 0.5
"""Lines that share this part of the lower one's height stand side by side."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text, in pixels of the upright picture."""

    left: float
    top: float
    right: float
    bottom: float
    text: str = ""
    """Empty where it must be read."""
    score: float = 0.0
    words: tuple[Interval, ...] = ()
    """First and last column of each run of ink; empty where nobody looked."""
    source: int | None = None
    """Place among the lines that were given; None for what was read afterwards."""
    opening: Interval | None = None
    """First and last column of the sign that it begins with and the space after it, if any."""
    spelling: Spelling | None = None
    """Of `text`; None where nobody knows it."""

    @property
    def middle(self) -> float:
        """Half way between top and bottom."""
        return (self.top + self.bottom) / 2

    @property
    def centre(self) -> float:
        """Half way between left and right."""
        return (self.left + self.right) / 2

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    def part(self, left: float, right: float, text: Spelling | None) -> Line:
        """The line from `left` to `right`, where `text` stands; None where that must be read."""
        if text is None:
            return Line(left, self.top, right, self.bottom)
        return Line(left, self.top, right, self.bottom, text.text, text.score, spelling=text)


@dataclass(frozen=True, slots=True)
class Frame:
    """The smallest upright rectangle around something."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top


def frame_of(lines: Sequence[Line]) -> Frame:
    """The frame around at least one line."""
    return Frame(
        min(line.left for line in lines),
        min(line.top for line in lines),
        max(line.right for line in lines),
        max(line.bottom for line in lines),
    )


def text_height(lines: Iterable[Line]) -> float:
    """The median height of at least one line: the unit of almost all distances here."""
    return float(np.median([line.height for line in lines]))


def side_by_side(lines: Iterable[Line]) -> list[list[Line]]:
    """Lines in rows from top to bottom, and in each row from left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.middle):
        if rows and _shares_height(rows[-1], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.left) for row in rows]


def _shares_height(row: Sequence[Line], line: Line) -> bool:
    top = sum(each.top for each in row) / len(row)
    bottom = sum(each.bottom for each in row) / len(row)
    shared = min(bottom, line.bottom) - max(top, line.top)
    return shared > _SAME_ROW * min(line.height, bottom - top)


def join(lines: Iterable[Line]) -> str:
    """What `lines` say, in reading order, without line breaks."""
    text = ""
    for row in side_by_side(lines):
        for line in row:
            piece = line.text.strip()
            if text and piece and not (has_no_spaces(text[-1]) and has_no_spaces(piece[0])):
                text += " "
            text += piece
    return text


def is_number(text: str) -> bool:
    """Whether `text` is a number or a date, with whatever signs and units stand around: a third of it are digits."""
    characters = [character for character in text if not character.isspace()]
    digits, letters = sum(map(str.isdecimal, characters)), sum(map(str.isalpha, characters))
    return digits > 0 and 3 * digits >= len(characters) and letters <= 1
