"""Rows and paragraphs from the lines of one part of a page.

Runs in: worker. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import numpy as np

from galley.prose import has_no_spaces, join
from galley.vision.boxes import Box, Boxes, enclose
from galley.vision.captions import caption_kind

_ROW = 0.5
"""Lines that share more than this part of the lower one's height stand in one row."""
_PITCH = 1.35
"""Rows that are more than this many times the usual distance apart belong to two paragraphs."""
_INDENT, _DEEPEST = 0.7, 6.0
"""A first line is set in by at least and at most so many heights of a line."""
_FLUSH = 0.5
"""Edges that differ by less than so many heights of a line are flush."""
_SHORT = 1.5
"""A line that was ended on purpose ends at least so many heights of a line before the right edge."""
_ROOM = 1.3
"""And there was room for so many times the next word."""
_JUSTIFIED, _FEW = 0.6, 3
"""Where more than this part of more than so many rows end flush, their right edge is that of the column."""
_NOT_AT_BEGINNING = "—,.;:!?)]}%，。、；：？！）》」』”’％"
_SIZE, _BLURRED, _NARROW = 1.35, 4.0, 3.0
"""Rows whose heights differ by this factor belong to two paragraphs, if the difference is more than so many pixels: on
coarse scans lines of one size are found one or two pixels higher or lower at each edge. Rows narrower than so many
heights of a line are found too high: nothing follows from theirs."""
_MARKER = re.compile(
    r"(?:[•●○▪■□◆◇►‣⁃∙·*–-]\s*\S|—\s+\S|[(（]?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,4})[)）]\s*\S|\d{1,2}[.、]\s?(?!\d)\S|\[\d{1,3}\]\s*\S"
    r"|[一二三四五六七八九十]{1,3}、|[(（][一二三四五六七八九十]{1,3}[)）])"
)
"""How an item of a list begins."""
_SENTENCE_END = ".。!！?？:：;；…”\"'’)）」』"


@dataclass(frozen=True, slots=True)
class Row:
    """Lines of text side by side."""

    lines: tuple[int, ...]
    """From left to right."""
    box: Box

    @property
    def height(self) -> float:
        """Pixels."""
        return self.box[3] - self.box[1]

    @property
    def middle(self) -> float:
        """Half way down."""
        return (self.box[1] + self.box[3]) / 2


def find_rows(lines: Boxes, indices: Sequence[int]) -> list[Row]:
    """The rows of some of the `lines`, from top to bottom."""
    middles = (lines[:, 1] + lines[:, 3]) / 2
    rows: list[list[int]] = []
    frames: list[tuple[float, float]] = []
    for index in sorted(indices, key=lambda index: (float(middles[index]), float(lines[index, 0]))):
        top, bottom = float(lines[index, 1]), float(lines[index, 3])
        if rows and _share_a_row(frames[-1], (top, bottom)):
            rows[-1].append(index)
            own = lines[rows[-1]]
            frames[-1] = (float(own[:, 1].mean()), float(own[:, 3].mean()))
        else:
            rows.append([index])
            frames.append((top, bottom))
    ordered = [sorted(row, key=lambda index: float(lines[index, 0])) for row in rows]
    return [Row(tuple(row), enclose(lines[row])) for row in ordered]


def _share_a_row(row: tuple[float, float], line: tuple[float, float]) -> bool:
    shared = min(row[1], line[1]) - max(row[0], line[0])
    return shared > _ROW * min(row[1] - row[0], line[1] - line[0])


def split_paragraphs(rows: Sequence[Row], texts: Sequence[str], margin: float = 0.0) -> list[list[Row]]:
    """`rows` of one column in paragraphs.

    A paragraph begins where a first line is set in, after a line that would have had room for the next word, after a
    larger gap, where the size of letters changes, and with every item of a list.

    Args:
        rows: from top to bottom.
        texts: the text of each line that the rows speak of.
        margin: right edge of the column that the rows are a part of, where that is known to be wider.
    """
    if not rows:
        return []
    column = _Column.measure(rows, texts, margin)
    paragraphs = [[rows[0]]]
    for row in rows[1:]:
        if column.begins(row, paragraphs[-1], texts):
            paragraphs.append([row])
        else:
            paragraphs[-1].append(row)
    return paragraphs


@dataclass(frozen=True, slots=True)
class _Column:
    """What is usual in a column of text."""

    left: float
    right: float
    height: float
    pitch: float
    """From the middle of a row to the middle of the next one."""
    hangs: bool
    """Whether items of lists go on further to the right than they begin."""

    @classmethod
    def measure(cls, rows: Sequence[Row], texts: Sequence[str], margin: float) -> _Column:
        height = median(row.height for row in rows)
        own = float(np.quantile([row.box[2] for row in rows], 0.8))
        flush = sum(row.box[2] > own - _FLUSH * height for row in rows)
        steps = [after.middle - before.middle for before, after in pairwise(rows)]
        return cls(
            left=float(np.quantile([row.box[0] for row in rows], 0.2)),
            right=own if flush > _JUSTIFIED * len(rows) and len(rows) > _FEW else max(own, margin),
            height=height,
            pitch=median(steps) if steps else 1.5 * height,
            hangs=any(
                _is_marked(before, texts)
                and not _is_marked(after, texts)
                and _INDENT * height < after.box[0] - before.box[0] < _DEEPEST * height
                for before, after in pairwise(rows)
            ),
        )

    def begins(self, row: Row, paragraph: Sequence[Row], texts: Sequence[str]) -> bool:
        """Whether `row` begins a paragraph after `paragraph`."""
        last = paragraph[-1]
        if row.middle - last.middle > _PITCH * self.pitch and row.box[1] - last.box[3] > 0.3 * self.height:
            return True
        usual = median(each.height for each in paragraph)
        narrow = row.box[2] - row.box[0] < _NARROW * self.height
        alike = narrow or 1 / _SIZE < row.height / usual < _SIZE or abs(row.height - usual) <= _BLURRED
        within = row_text(row, texts)[:1].islower() and not ends_sentence(row_text(last, texts))
        if not alike and not within and len(paragraph) > 1:
            return True
        if self._stands_out(row, paragraph, texts):
            return True
        if caption_kind(row_text(row, texts)) is not None and ends_sentence(row_text(last, texts)):
            return True
        hangs = len(paragraph) == 1 and _is_marked(last, texts)
        set_in = not hangs and self._is_set_in(row, last) and not row_text(row, texts)[:1].islower()
        return set_in or self._ends_early(last, row, texts)

    def _stands_out(self, row: Row, paragraph: Sequence[Row], texts: Sequence[str]) -> bool:
        """Whether a row is an item of a list, or the text behind one.

        An item begins where the last one did, or after a sentence; what follows on a list whose items go on further to
        the right begins where they did, after a sentence.
        """
        flush = abs(row.box[0] - paragraph[0].box[0]) < _FLUSH * self.height
        ended = row_text(paragraph[-1], texts)[-1:] in _SENTENCE_END
        in_list = flush and _is_marked(paragraph[0], texts)
        return in_list or ended if _is_marked(row, texts) else in_list and ended and self.hangs

    def _is_set_in(self, row: Row, last: Row) -> bool:
        indent = row.box[0] - self.left
        deeper = row.box[0] - last.box[0]
        reaches = row.box[2] > self.right - _SHORT * self.height
        return _INDENT * self.height < min(indent, deeper) and indent < _DEEPEST * self.height and reaches

    def _ends_early(self, last: Row, row: Row, texts: Sequence[str]) -> bool:
        """Whether the first word of `row` would have had room in `last`: the line was ended on purpose."""
        text, before = row_text(row, texts), row_text(last, texts)
        if not text or not before or text[0].islower() or text[0] in _NOT_AT_BEGINNING:
            return False
        letter = (row.box[2] - row.box[0]) / len(text)
        word = 1 if has_no_spaces(text[0]) else len(text.split(maxsplit=1)[0]) + 1
        room = self.right - last.box[2]
        return room > max(word * letter * _ROOM, _SHORT * self.height)


def _is_marked(row: Row, texts: Sequence[str]) -> bool:
    return _MARKER.match(row_text(row, texts)) is not None


def ends_sentence(text: str) -> bool:
    """Whether `text` ends as a sentence does, or a title."""
    return not text or text[-1] in _SENTENCE_END


def goes_on(text: str, following: str) -> bool:
    """Whether `following` goes on with the sentence that `text` leaves unfinished; of no text, any small letter does.

    In scripts without small letters an unfinished sentence is all there is to see.
    """
    if not following or (text and ends_sentence(text)) or _MARKER.match(following):
        return False
    return following[0].islower() or (bool(text) and has_no_spaces(following[0]) and following[0].isalpha())


def row_text(row: Row, texts: Sequence[str]) -> str:
    """The text of a row, its lines joined."""
    return join([texts[index] for index in row.lines])
