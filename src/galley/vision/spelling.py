"""What was read in a line, character by character, and what of it stands in parts of the line.

Runs in: worker. Pure.

A CTC network says at which of its steps it saw each character. So where a line turns out to reach over several columns
or cells, its text can be shared out among them instead of being read again, part by part. That is done only where
nothing speaks against it: there is clear space between the parts, no character stands in it, the characters of a part
begin and end where its ink does, and each of them is sure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from galley.prose import has_no_spaces
from galley.results.recognized import Characters
from galley.vision.intervals import Interval

_CLEAR = 0.35
"""In heights of the line: space between parts, in which it is seen that a character stands on neither side."""
_ASTRAY = 0.15
"""In heights of the line, how far beside its ink a character may be seen: less than a step of the network, which is a
quarter where lines are narrowed."""
_LETTER, _IDEOGRAPH = 0.55, 0.75
"""In heights of the line: from an end of the ink to the middle of the character there, at most."""
_SURE = 0.5
"""The least score of a character that need not be read again."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """A text, and for each of its characters, spaces too, where it stands and how sure it is."""

    text: str
    places: tuple[float, ...]
    """The middles of the characters, in pixels from left to right."""
    scores: tuple[float, ...]

    @property
    def score(self) -> float:
        """The mean of the characters' scores; 0 where there are none."""
        return fmean(self.scores) if self.scores else 0.0

    def part(self, first: int, last: int) -> Spelling:
        """From one character to another."""
        return Spelling(self.text[first : last + 1], self.places[first : last + 1], self.scores[first : last + 1])

    def within(self, left: float, right: float) -> Characters:
        """The same of a line that reaches from `left` to `right`."""
        places = (np.array(self.places, np.float32) - left) / (right - left)
        return Characters(places, np.array(self.scores, np.float32))

    def behind(self, sign: str, place: float) -> Spelling:
        """The same with a sign before it, and a space between."""
        space = (place + self.places[0]) / 2 if self.places else place
        return Spelling(f"{sign} {self.text}", (place, space, *self.places), (1.0, 1.0, *self.scores))

    def stripped(self) -> Spelling:
        """Without spaces at its ends."""
        first = len(self.text) - len(self.text.lstrip())
        return self.part(first, len(self.text.rstrip()) - 1)


def spell(text: str, characters: Characters | None, left: float, right: float) -> Spelling | None:
    """The spelling of a line that reaches from `left` to `right`; None where nobody knows it."""
    if characters is None:
        return None
    places = left + (right - left) * characters.places
    return Spelling(text, tuple(places.tolist()), tuple(characters.scores.tolist()))


def spell_parts(whole: Spelling | None, parts: Sequence[Interval], height: float) -> list[Spelling | None]:
    """The text of each of `parts` of a line of that `height`; None where it is not certain.

    `parts` are where the ink of each begins and ends, in pixels, from left to right.
    """
    if whole is None or not parts:
        return [None] * len(parts)
    doubtful = _too_close(parts, height)
    owned: list[list[int]] = [[] for _ in parts]
    for index, place in enumerate(whole.places):
        if whole.text[index].isspace():
            continue
        distances = [max(start - place, place - end, 0.0) for start, end in parts]
        owner = distances.index(min(distances))
        owned[owner].append(index)
        if distances[owner] > _ASTRAY * height:
            doubtful.add(owner)
            doubtful.add(owner - 1 if place < parts[owner][0] else owner + 1)
    found: list[Spelling | None] = []
    for number, (part, indices) in enumerate(zip(parts, owned, strict=True)):
        text = whole.part(indices[0], indices[-1]) if indices else None
        certain = text is not None and number not in doubtful and _fills(text, part, height)
        found.append(text if certain else None)
    return found


def _too_close(parts: Sequence[Interval], height: float) -> set[int]:
    """The numbers of the parts that have no clear space between them."""
    close: set[int] = set()
    for number in range(1, len(parts)):
        if parts[number][0] - parts[number - 1][1] < _CLEAR * height:
            close |= {number - 1, number}
    return close


def _fills(text: Spelling, part: Interval, height: float) -> bool:
    """Whether a text is sure, and as long as the ink that it is about."""
    ends = ((text.text[0], text.places[0] - part[0]), (text.text[-1], part[1] - text.places[-1]))
    reached = all(beside < (_IDEOGRAPH if has_no_spaces(end) else _LETTER) * height for end, beside in ends)
    scores = [score for character, score in zip(text.text, text.scores, strict=True) if not character.isspace()]
    return reached and min(scores) > _SURE
