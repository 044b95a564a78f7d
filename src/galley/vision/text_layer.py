"""Judging the text layer of a page by what is seen there, and cutting it into lines.

Runs in: worker. Pure.

A text layer is what its maker left: it may be the page's own text, that of a bad recognition, letters without a
meaning, or nothing but a stamp over a scan. It is trusted where nothing speaks against it: characters that nobody can
name, text that is not drawn, text where nothing is seen, and what looks like text where the layer has none.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from galley.results.text_layer import LayerVerdict, TextLayer
from galley.vision.recognize import Line
from galley.vision.words import split_words

_MOST_UNNAMED = 0.02
_MOST_ODD = 0.3
_MOST_HIDDEN = 0.1
_MOST_UNSEEN = 0.2
_MOST_TURNED = 0.5
_MOST_MISSED = 0.1
"""Shares of the characters, above which each speaks against the layer."""
_PAGE_PICTURE = 0.8
"""A picture that covers more of the page is a scan."""
_CONTRAST = 40
"""Grey levels between neighbouring pixels that can be seen."""
_FEW = 12
"""So many marks are no text yet: bullets, logos, ticks of a chart."""
_SMALL = 0.35
"""Marks of less than that share of the text's height are none."""
_LETTER_WIDTH = 0.6
"""Of a mark's height."""
_LONGEST_WORD = 16
"""Heights of a mark, above which it is a rule."""
_LEAST_EDGES = 0.4
"""Of the pixels of a word; frames and curves have fewer."""
_GAP = 1.6
"""Heights of the text between two characters of a line, above which they are columns or cells."""
_SHIFT = 0.5
"""Heights of the text by which the next character may lie off the line."""


@dataclass(frozen=True, slots=True, eq=False)
class LayerLine:
    """A line of a text layer."""

    polygon: NDArray[np.int32]
    """Corners (4, 2) from the upper left, clockwise; of slanted text, from where it begins."""
    upside_down: bool
    """Whether it is written from right to left, or upwards."""
    text: str
    words: tuple[str, ...]
    word_boxes: tuple[tuple[int, int, int, int], ...]


# ---- trust --------------------------------------------------------------------------------------------------------


def judge(layer: TextLayer, image: NDArray[np.uint8]) -> LayerVerdict:
    """Whether the layer can stand for what is seen on its page (h, w, 3), BGR."""
    marks = _marks(layer)
    count = int(marks.sum())
    if not count:
        return LayerVerdict(0, ("there is no text",))
    text = [character for character, is_mark in zip(layer.characters, marks, strict=True) if is_mark]
    boxes = layer.boxes[marks]
    seen = _edges(image)
    inside = _clip(boxes, seen.shape)
    hidden = float(layer.hidden[marks].mean())
    wrong = _above(
        (_share_unnamed(text, layer.unmapped[marks]), _MOST_UNNAMED, "of the characters have no known meaning"),
        (_share_odd(text), _MOST_ODD, "of the characters are neither letters nor digits nor usual signs"),
        (hidden, _MOST_HIDDEN, "of the text is not drawn, as that of an earlier recognition"),
        (_share_unseen(seen, inside), _MOST_UNSEEN, "of the text is where nothing is seen"),
    )
    partial = _above(
        (float((np.abs(layer.directions[marks]) > 45).mean()), _MOST_TURNED, "of the text is turned"),
        (layer.largest_picture, _PAGE_PICTURE, "of the page is one picture"),
    )
    if not (wrong or partial):
        missed = _count_missed(seen, inside, float(np.median(boxes[:, 3] - boxes[:, 1])))
        if missed > max(_FEW, _MOST_MISSED * count):
            partial.append(f"about {missed} more letters are seen than the {count} of the text")
    own = () if wrong else tuple(_bounds(line.polygon) for line in cut_lines(layer, (image.shape[0], image.shape[1])))
    return LayerVerdict(count, (*wrong, *partial), hidden > 0, own)


def _above(*shares: tuple[float, float, str]) -> list[str]:
    """A sentence for each share that is above its limit."""
    return [f"{share:.0%} {what}" for share, most, what in shares if share > most]


def _marks(layer: TextLayer) -> NDArray[np.bool_]:
    """Which characters are there to be seen: not blank, with a box."""
    blank = np.array([character.isspace() for character in layer.characters], bool)
    has_box = (layer.boxes[:, 2] > layer.boxes[:, 0]) & (layer.boxes[:, 3] > layer.boxes[:, 1])
    return np.asarray(~blank & has_box, np.bool_)


def _share_unnamed(text: Sequence[str], unmapped: NDArray[np.bool_]) -> float:
    unnamed = np.array([character == "\ufffd" or unicodedata.category(character) in ("Co", "Cn") for character in text])
    return float((unnamed | unmapped).mean())


def _share_odd(text: Sequence[str]) -> float:
    return sum(not _is_usual(character) for character in text) / len(text)


def _is_usual(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "LNP" or category in ("Sc", "Sm") or character in "°©®™§"


def _share_unseen(seen: NDArray[np.bool_], inside: NDArray[np.int32]) -> float:
    """Share of the boxes in which there is nothing."""
    total = cv2.integral(seen.astype(np.uint8))
    left, top, right, bottom = inside.T
    ink = total[bottom, right] - total[top, right] - total[bottom, left] + total[top, left]
    return float((ink == 0).mean())


def _edges(image: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where neighbouring pixels differ as ink does from paper, whatever their colours."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    kernel = np.ones((3, 3), np.uint8)
    return np.asarray(cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, kernel) > _CONTRAST, np.bool_)


def _clip(boxes: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.int32]:
    limits = np.array([shape[1], shape[0], shape[1], shape[0]], np.float32)
    outward = np.concatenate([np.floor(boxes[:, :2]), np.ceil(boxes[:, 2:])], axis=1)
    inside: NDArray[np.int32] = np.clip(outward, 0, limits).astype(np.int32)
    return inside


def _count_missed(seen: NDArray[np.bool_], inside: NDArray[np.int32], height: float) -> int:
    """About how many letters there are outside of the boxes, by the look of what is there.

    Letters of a word touch, once it is their edges that are looked at: what is counted are words, by their lengths.
    """
    rest = seen.astype(np.uint8)
    margin = max(1, round(height / 6))
    for left, top, right, bottom in inside.tolist():
        rest[max(top - margin, 0) : bottom + margin, max(left - margin, 0) : right + margin] = 0
    _, _, stats, _ = cv2.connectedComponentsWithStats(rest, connectivity=8)
    widths, heights = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT]
    share = stats[1:, cv2.CC_STAT_AREA] / (widths * heights)
    tall_enough = (heights > _SMALL * height) & (heights < 2 * height)
    words = tall_enough & (widths > 1.5 * heights) & (widths < _LONGEST_WORD * heights) & (share > _LEAST_EDGES)
    return round(float((widths[words] / (_LETTER_WIDTH * heights[words])).sum()))


# ---- lines --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Letter:
    character: str
    box: tuple[float, float, float, float]
    direction: float
    size: float


def cut_lines(layer: TextLayer, shape: tuple[int, int]) -> list[LayerLine]:
    """The lines of a layer on a page of `shape` (height, width) in pixels, in the order of the file.

    What lies outside of the page is left out. Wide gaps end a line, as they do for what is recognised: columns, cells.
    """
    return [_line(letters, shape) for letters in _runs(layer, shape)]


def _runs(layer: TextLayer, shape: tuple[int, int]) -> Iterator[list[_Letter]]:
    run: list[_Letter] = []
    blank = False
    for letter in _letters(layer):
        if letter.character == "\n":
            if run:
                yield run
            run, blank = [], False
        elif letter.character.isspace():
            blank = bool(run)
        elif _is_on_page(letter, shape):
            if run and _is_elsewhere(run[-1], letter):
                yield run
                run, blank = [], False
            if blank:
                run.append(_Letter(" ", run[-1].box, letter.direction, letter.size))
            run.append(letter)
            blank = False
    if run:
        yield run


def _letters(layer: TextLayer) -> Iterator[_Letter]:
    rows = zip(layer.characters, layer.boxes.tolist(), layer.directions.tolist(), layer.sizes.tolist(), strict=True)
    for character, (left, top, right, bottom), direction, size in rows:
        quarter = round(direction / 90) * 90
        near = direction if abs(direction - quarter) > 3 else quarter
        yield _Letter("-" if character == "\xad" else character, (left, top, right, bottom), near % 360, size)


def _is_on_page(letter: _Letter, shape: tuple[int, int]) -> bool:
    left, top, right, bottom = letter.box
    return right > left and bottom > top and 0 <= (left + right) / 2 <= shape[1] and 0 <= (top + bottom) / 2 <= shape[0]


def _is_elsewhere(last: _Letter, letter: _Letter) -> bool:
    """Whether a letter does not go on where the last one, that is no blank, ended."""
    if abs(last.direction - letter.direction) > 5:
        return True
    start, end, above, below = _span(last)
    next_start, _, next_above, next_below = _span(letter, last.direction)
    height = max(below - above, next_below - next_above)
    shift = abs(above + below - next_above - next_below) / 2
    return next_start - end > _GAP * height or next_start < start - _SHIFT * height or shift > _SHIFT * height


def _span(letter: _Letter, direction: float | None = None) -> tuple[float, float, float, float]:
    """Where a letter begins and ends along its direction, and across it, above and below."""
    degrees = letter.direction if direction is None else direction
    left, top, right, bottom = letter.box
    if not degrees:
        return left, right, top, bottom
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    if degrees % 90:  # the box of a slanted letter is larger than the letter
        x, y, half = (left + right) / 2, (top + bottom) / 2, letter.size / 2
        along, across = x * cosine + y * sine, y * cosine - x * sine
        return along - half, along + half, across - half, across + half
    alongs = sorted((left * cosine + top * sine, right * cosine + bottom * sine))
    acrosses = sorted((top * cosine - left * sine, bottom * cosine - right * sine))
    return alongs[0], alongs[1], acrosses[0], acrosses[1]


def _line(letters: Sequence[_Letter], shape: tuple[int, int]) -> LayerLine:
    direction = letters[0].direction
    text = "".join(letter.character for letter in letters)
    spans = np.array([_span(letter, direction) for letter in letters])
    start, end = float(spans[:, 0].min()), float(spans[:, 1].max())
    above, below = float(spans[:, 2].min()), float(spans[:, 3].max())
    cosine, sine = math.cos(math.radians(direction)), math.sin(math.radians(direction))
    corners = np.array(
        [
            (a * cosine - b * sine, a * sine + b * cosine)
            for a, b in ((start, above), (end, above), (end, below), (start, below))
        ]
    )
    # As a detector gives them: from the upper left, with a note of text that runs the other way.
    quarter = round(direction / 90) % 4
    if direction % 90 == 0:
        corners = np.roll(corners, quarter, axis=0)
    limits = np.array([shape[1], shape[0]])
    words, boxes = _words(text, letters)
    polygon = np.clip(corners.round(), 0, limits).astype(np.int32)
    return LayerLine(polygon, direction % 90 == 0 and quarter >= 2, text, words, boxes)


def _bounds(polygon: NDArray[np.int32]) -> tuple[int, int, int, int]:
    left, top = polygon.min(axis=0).tolist()
    right, bottom = polygon.max(axis=0).tolist()
    return left, top, right, bottom


def _words(text: str, letters: Sequence[_Letter]) -> tuple[tuple[str, ...], tuple[tuple[int, int, int, int], ...]]:
    """Words as `galley.vision.words` has them, Chinese characters one by one, by the boxes of their letters."""
    words: list[str] = []
    boxes: list[tuple[int, int, int, int]] = []
    for word in split_words(Line(text, 1.0, tuple(range(len(text))), (1.0,) * len(text))):
        parts = [(place,) for place in word.columns] if word.kind == "chinese" else [word.columns]
        for part in parts:
            corners = np.array([letters[place].box for place in part])
            left, top = corners[:, :2].min(axis=0).round()
            right, bottom = corners[:, 2:].max(axis=0).round()
            words.append("".join(text[place] for place in part))
            boxes.append((int(left), int(top), int(right), int(bottom)))
    return tuple(words), tuple(boxes)
