"""Where the words of a recognised line are.

Runs in: worker. Pure. Grouping and arithmetic are those of PaddleX 3.7.

A CTC network tells only the step at which a character was read, so boxes are estimates: the line's box is cut at
equal steps.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from galley.vision.recognize import Line

Box: TypeAlias = tuple[int, int, int, int]
"""Left, top, right, bottom."""

_VERTICAL = 1.5
_SAME_ROW_PIXELS = 12
_CHINESE, _LATIN, _SYMBOL = "chinese", "latin", "symbol"


@dataclass(frozen=True, slots=True)
class Word:
    """Neighbouring characters of one kind."""

    kind: str
    text: str
    columns: tuple[int, ...]
    """The step of the network's answer of each character."""


def split_words(line: Line) -> list[Word]:
    """The words of a line: runs of Chinese characters, of letters and digits, and of everything else."""
    kinds = _kinds(line.text)
    words = []
    for kind, group in groupby(range(len(kinds)), key=lambda index: kinds[index]):
        indices = list(group)
        text = line.text[indices[0] : indices[-1] + 1]
        words.append(Word(kind, text, tuple(line.columns[index] for index in indices)))
    return words


def _kinds(text: str) -> list[str]:
    """The kind of each character; a hyphen, or a point before a digit, continues letters and digits."""
    kinds: list[str] = []
    for index, character in enumerate(text):
        after_latin = index > 0 and kinds[-1] == _LATIN
        continues = character == "-" or (character == "." and re.match("[0-9]", text[index + 1 : index + 2]))
        if "\u4e00" <= character <= "\u9fff":
            kinds.append(_CHINESE)
        elif re.match("[a-zA-Z0-9]", character) or (after_latin and continues):
            kinds.append(_LATIN)
        else:
            kinds.append(_SYMBOL)
    return kinds


def place_words(line: Line, box: NDArray[np.int32], steps: float) -> tuple[list[str], list[Box]]:
    """The words of a line, Chinese characters one by one, and their boxes on the page.

    Args:
        line: what was read.
        box: the line's corners (4, 2).
        steps: how many steps of the network's answer the line takes, without its padding.
    """
    start, end, sides = _extent(box)
    cell = (end - start) / steps
    texts: list[str] = []
    spans: list[tuple[int, int]] = []
    chinese: list[Word] = []
    for word in split_words(line):
        if word.kind == _CHINESE:
            chinese.append(word)
            texts += word.text
        else:
            texts.append(word.text)
            spans.append((start + int(word.columns[0] * cell), start + int((word.columns[-1] + 1) * cell)))
    if chinese:
        spans += _character_spans(chinese, start, end, cell, len(line.text))
    return texts, _in_rows([_to_box(span, sides, is_vertical(box)) for span in spans])


def _extent(box: NDArray[np.int32]) -> tuple[int, int, tuple[int, int]]:
    """Along the line: first and last pixel; across it: both sides."""
    left, top, right, bottom = int(box[0][0]), int(box[0][1]), int(box[1][0]), int(box[2][1])
    return (top, bottom, (left, right)) if is_vertical(box) else (left, right, (top, bottom))


def is_vertical(box: NDArray[np.int32]) -> bool:
    """Whether a line with these corners (4, 2) is written from top to bottom."""
    width, height = (box.max(axis=0) - box.min(axis=0)).tolist()
    return bool(height > _VERTICAL * width)


def _character_spans(words: Sequence[Word], start: int, end: int, cell: float, length: int) -> list[tuple[int, int]]:
    """Chinese characters are about equally wide: each gets the mean width, around its own centre."""
    several = [word.columns for word in words if len(word.columns) > 1]
    widths = [(columns[-1] - columns[0] + 1) * cell / (len(columns) - 1) for columns in several]
    width = float(np.mean(widths)) if widths else (end - start) / length
    centres = [(column + 0.5) * cell for word in words for column in word.columns]
    return [
        (max(int(centre - width / 2), 0) + start, min(int(centre + width / 2), end - start) + start)
        for centre in centres
    ]


def _to_box(span: tuple[int, int], sides: tuple[int, int], vertical: bool) -> Box:
    along, across = (min(span), max(span)), (min(sides), max(sides))
    return (across[0], along[0], across[1], along[1]) if vertical else (along[0], across[0], along[1], across[1])


def _in_rows(boxes: Sequence[Box]) -> list[Box]:
    """Boxes from top to bottom, and in a row from left to right; rows are told apart by the centres' heights."""
    by_height = sorted(boxes, key=lambda box: (box[1] + box[3]) / 2)
    rows: list[list[Box]] = []
    last = 0.0
    for box in by_height:
        height = (box[1] + box[3]) / 2
        if rows and abs(height - last) < _SAME_ROW_PIXELS:
            rows[-1].append(box)
        else:
            rows.append([box])
        last = height
    return [box for row in rows for box in sorted(row, key=lambda box: (box[0] + box[2]) / 2)]
