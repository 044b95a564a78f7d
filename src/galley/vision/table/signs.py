"""Drawn signs that text detectors miss or misread: boxes to tick, and the bullets before lines.

Runs in: worker. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from galley.vision.spelling import spell_parts
from galley.vision.table.text import Frame, Line, side_by_side

EMPTY_BOX, TICKED_BOX, CROSSED_BOX = "☐", "☑", "☒"
_DARK, _LIGHT = 30, 14
"""Grey values by which a sign is darker than its ground, or lighter: a white box on tinted paper."""
_GROUND = 3.0
"""In heights of the text: the ground is the median around."""
_CORNER = 0.15
"""Part of a box's side: so far its corners reach, which letters do not have."""
_SIDE = 0.85
"""Part of each side of a box that is drawn; letters that touch leave gaps."""
_TICKED = (0.04, 0.75)
"""Least and largest part of a ticked box's inside that is dark; with more it is a black square."""
_SURE = 0.6
"""A Chinese character that was read with a higher score is one, also if it looks like a box."""
_TAKEN_FOR_BOXES = "口囗冈区凶"
"""But these are what readers make of boxes: as characters they are open on a side, or hardly stand alone."""
_BOXES = "□■▢☐☑☒"
_FULL = 0.35
"""Part of its frame that a character covers at least, but walls that meet do not."""
_REACH = 2.0
"""In heights of the text, how far before its line a bullet stands at most."""
_APART = 0.2
"""In heights of the text: a bullet is at least so far from what follows it."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a line: a sign, text, or both, the sign first."""

    sign: Line | None
    line: Line | None = None
    """The text."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """What differs from the ground and hangs together."""

    frame: Frame
    mask: NDArray[np.bool_]
    """Shape (h, w) of its frame, its holes filled."""
    darkness: NDArray[np.int16]
    """The same shape, by how many grey values it is darker than the ground."""
    is_cut: bool
    """Whether it touches the edge of the part that was looked at."""


class Signs:
    """What is drawn in one picture."""

    def __init__(self, grey: NDArray[np.uint8], height: float) -> None:
        """Look at a picture (h, w) with text of that `height`."""
        soft = cv2.GaussianBlur(grey, (3, 3), 0)
        self._darkness = _ground(grey, height) - soft.astype(np.int16)
        self._height = height
        squares = [shape for shape in _shapes(self._darkness) if _is_square(shape, height)]
        ticked = [(shape.frame, _ticked(shape)) for shape in squares]
        self.boxes = tuple(
            Line(box.left, box.top, box.right, box.bottom, sign, 1.0) for box, sign in ticked if sign is not None
        )
        """The boxes to tick, empty or not."""

    def parts(self, lines: Sequence[Line]) -> list[Part]:
        """`lines` as they are with their signs, and the boxes that are in none of them."""
        lines = [line for line in lines if not self._is_lone_bullet(line, lines)]
        firsts = {id(row[0]) for row in side_by_side(lines)}
        free = {id(box): box for box in self.boxes}
        found = []
        for line in lines:
            boxes = self._boxes_in(line)
            for box in boxes:
                free.pop(id(box), None)
            if _are_characters(line, len(boxes)) or not all(self._is_apart(box, line) for box in boxes):
                boxes = []
            found += self._parts(line, boxes, id(line) in firsts)
        return [*found, *(Part(box) for box in free.values())]

    def _is_lone_bullet(self, line: Line, lines: Sequence[Line]) -> bool:
        """Whether `line` is a bullet that was found, and misread, apart from the line that it opens."""
        if len(line.text.strip()) > 1 or line.score >= _SURE or line.right - line.left > 1.5 * self._height:
            return False
        marks = self._marks(line, line.left, line.right)
        if len(marks) != 1 or _bullet(marks[0], line, self._height) is None:
            return False
        reach = marks[0].frame.right + _REACH * self._height
        return any(line.centre < other.left < reach and other.top < line.middle < other.bottom for other in lines)

    def _boxes_in(self, line: Line) -> list[Line]:
        side = 0.2 * self._height
        return [
            box
            for box in self.boxes
            if line.left - side < box.centre < line.right + side and line.top < box.middle < line.bottom
        ]

    def _is_apart(self, box: Line, line: Line) -> bool:
        """Whether there is space on both sides of `box` in `line`, as there is none between letters."""
        near = _APART * self._height
        frames = [mark.frame for mark in self._marks(line, box.left - near, box.right + near)]
        beside = [frame for frame in frames if frame.top < box.middle < frame.bottom]
        return all(frame.left >= box.left - 1 and frame.right <= box.right + 1 for frame in beside)

    def _parts(self, line: Line, boxes: Sequence[Line], is_first: bool) -> list[Part]:
        """The parts of `line`, with `boxes` in it; `is_first` where there is no text to the left."""
        if boxes:
            return self._around(line, sorted(boxes, key=lambda box: box.left))
        bullet = self._bullet_within(line)
        if bullet is not None:
            return _shared_out(line, [Part(bullet, self._text_from(bullet.right, line.right, line))])
        return [Part(self._bullet_before(line) if is_first else None, line)]

    def _around(self, line: Line, boxes: Sequence[Line]) -> list[Part]:
        """The text of `line` before, between and after boxes."""
        before = self._text_from(line.left, boxes[0].left, line)
        parts = [] if before is None else [Part(None, before)]
        ends = [*(box.left for box in boxes[1:]), line.right]
        for box, end in zip(boxes, ends, strict=True):
            text = self._text_from(box.right, end, line)
            if text is not None and text.left - box.right > self._height:
                parts += [Part(box), Part(None, text)]
            else:
                parts.append(Part(box, text))
        return _shared_out(line, parts)

    def _text_from(self, left: float, right: float, line: Line) -> Line | None:
        """The part of `line` from `left` to `right` in which there is ink, not yet with its text; None without."""
        marks = [mark.frame for mark in self._marks(line, left + 1, right - 1) if float(mark.darkness.max()) > _DARK]
        if not marks:
            return None
        return line.part(marks[0].left - 1, max(mark.right for mark in marks) + 1, None)

    def _bullet_within(self, line: Line) -> Line | None:
        """The bullet with which `line` begins, apart from what follows."""
        marks = self._marks(line, line.left - 0.3 * self._height, line.left + 1.1 * self._height)
        if not marks or marks[0].is_cut:
            return None
        bullet = _bullet(marks[0], line, self._height)
        if bullet is None or any(mark.frame.left < bullet.right + _APART * self._height for mark in marks[1:]):
            return None
        return None if self._text_from(bullet.right, line.right, line) is None else bullet

    def _bullet_before(self, line: Line) -> Line | None:
        """The only mark before `line`, where it is a bullet."""
        marks = self._marks(line, line.left - _REACH * self._height, line.left + 0.1 * self._height)
        if marks and marks[-1].is_cut and marks[-1].frame.right > line.left:  # the text itself
            marks.pop()
        return _bullet(marks[0], line, self._height) if len(marks) == 1 and not marks[0].is_cut else None

    def _marks(self, line: Line, left: float, right: float) -> list[_Shape]:
        """What is drawn at the height of `line` between two columns, from left to right; walls and specks are not."""
        rows = slice(max(0, int(line.top) - 1), max(0, int(line.bottom) + 2))
        columns = slice(max(0, int(left)), max(0, int(right) + 1))
        part = self._darkness[rows, columns]
        thin, speck = 0.15 * self._height + 2, 0.06 * self._height
        marks = []
        for shape in _shapes(part, (columns.start, rows.start)):
            goes_on = shape.frame.top == rows.start or shape.frame.bottom == rows.start + len(part)
            if max(shape.frame.width, shape.frame.height) > speck and not (goes_on and _is_wall(shape, thin)):
                marks.append(shape)
        return sorted(marks, key=lambda shape: shape.frame.left)


def _shared_out(line: Line, parts: Sequence[Part]) -> list[Part]:
    """`parts` of `line`, with their texts where it is certain which of its characters stand there."""
    inked = [each for part in parts for each in (part.sign, part.line) if each is not None]
    texts = iter(spell_parts(line.spelling, [(each.left, each.right) for each in inked], line.height))
    found = []
    for part in parts:
        if part.sign is not None:
            next(texts)  # what was made of the sign
        found.append(
            part if part.line is None else replace(part, line=line.part(part.line.left, part.line.right, next(texts)))
        )
    return found


def _is_wall(shape: _Shape, thin: float) -> bool:
    """Whether what goes on above or below the line is a wall, or where walls meet."""
    return min(shape.frame.width, shape.frame.height) < thin or float(shape.mask.mean()) < _FULL


def _are_characters(line: Line, boxes: int) -> bool:
    """Whether so many boxes in `line` are rather characters, or parts of some, that have the form of boxes."""
    text = line.text.strip()
    others = sum(each.isalpha() and not each.isascii() and each not in _TAKEN_FOR_BOXES for each in text)
    likely = sum(character in _TAKEN_FOR_BOXES or character in _BOXES for character in text)
    return others > 0 and likely < boxes and not (len(text) == 1 and line.score < _SURE)


def _ground(grey: NDArray[np.uint8], height: float) -> NDArray[np.int16]:
    """The grey value around each pixel of a picture (h, w): what is most of it, neither text nor sign."""
    step = max(1, int(height / 8))
    window = min(255, int(_GROUND * height / step) | 1)
    ground = cv2.medianBlur(np.ascontiguousarray(grey[::step, ::step]), window)
    size = (grey.shape[1], grey.shape[0])
    return np.asarray(cv2.resize(ground, size, interpolation=cv2.INTER_NEAREST), np.int16)


def _shapes(darkness: NDArray[np.int16], corner: tuple[int, int] = (0, 0)) -> Iterator[_Shape]:
    """What stands out in a part (h, w) of the picture that has its upper left pixel at `corner`, x and y."""
    if darkness.size == 0:
        return
    different = ((darkness > _DARK) | (darkness < -_LIGHT)).astype(np.uint8)
    contours, nesting = cv2.findContours(different, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    for contour, links in zip(contours, nesting[0] if contours else (), strict=True):
        if links[3] >= 0:  # the edge of a hole
            continue
        x, y, width, high = cv2.boundingRect(contour)
        mask = np.zeros((high, width), np.uint8)
        cv2.drawContours(mask, [contour], -1, 1, -1, offset=(-x, -y))
        frame = Frame(corner[0] + x, corner[1] + y, corner[0] + x + width, corner[1] + y + high)
        is_cut = x == 0 or y == 0 or x + width == darkness.shape[1] or y + high == darkness.shape[0]
        yield _Shape(frame, mask > 0, darkness[y : y + high, x : x + width], is_cut)


def _is_square(shape: _Shape, height: float) -> bool:
    """Whether a shape has four straight sides of equal length, about as high as text of that `height`."""
    width, high = shape.frame.width, shape.frame.height
    if not (0.4 * height <= min(width, high) and max(width, high) <= min(1.4 * height, 1.2 * min(width, high))):
        return False
    corner = max(1, round(_CORNER * min(width, high)))
    corners = [shape.mask[rows, columns].mean() for rows in _ends(corner) for columns in _ends(corner)]
    filled = shape.mask.mean() > 0.88 and min(corners) > 0.2 and np.mean(corners) > 0.45
    return bool(filled) and min(_drawn_sides(shape)) > _SIDE


def _drawn_sides(shape: _Shape) -> list[float]:
    """The part of each side of a shape along which there is something at its edge."""
    drawn = (shape.darkness > _DARK) | (shape.darkness < -_LIGHT)
    deep = max(2, round(0.1 * min(drawn.shape)))
    bands = (drawn[:deep], drawn[-deep:], drawn[:, :deep].T, drawn[:, -deep:].T)
    return [float(band.any(axis=0).mean()) for band in bands]


def _ends(length: int) -> tuple[slice, slice]:
    return slice(0, length), slice(-length, None)


def _ticked(square: _Shape) -> str | None:
    """Whether a square is an empty box, a ticked or a crossed one; None for a black one."""
    high, width = square.mask.shape
    inside = square.darkness[high // 5 + 1 : -(high // 5) - 1, width // 5 + 1 : -(width // 5) - 1]
    if inside.size == 0:
        return None
    dark = inside > max(_DARK, 0.55 * float(square.darkness.max()))
    share = float(dark.mean())
    if share < _TICKED[0]:
        return EMPTY_BOX
    if share > _TICKED[1]:
        return None
    quarter = max(1, round(0.3 * min(dark.shape)))
    corners = [dark[rows, columns].any() for rows in _ends(quarter) for columns in _ends(quarter)]
    return CROSSED_BOX if all(corners) else TICKED_BOX


def _bullet(mark: _Shape, line: Line, height: float) -> Line | None:
    """`mark` as the bullet of `line`, text of that `height`; None where it is none."""
    width, high = mark.frame.width, mark.frame.height
    middle = (mark.frame.top + mark.frame.bottom) / 2
    small = 0.15 * height <= min(width, high) and max(width, high) <= min(0.55 * height, 1.4 * min(width, high))
    if not small or abs(middle - line.middle) > 0.25 * height:
        return None
    if float((mark.darkness > _DARK)[mark.mask].mean()) < 0.85:
        return None
    filled = float(mark.mask.mean())
    sign = "►" if _points_right(mark.mask) else "▪" if filled > 0.93 else "•" if filled > 0.6 else None
    return None if sign is None else Line(mark.frame.left, line.top, mark.frame.right, line.bottom, sign, 1.0)


def _points_right(mask: NDArray[np.bool_]) -> bool:
    """Whether a shape is high on its left and narrows evenly to a point on its right."""
    heights = mask.mean(axis=0)
    if len(heights) < 3:
        return False
    first, second, third = (float(part.mean()) for part in np.array_split(heights, 3))
    return first > 0.65 and first - second > 0.15 and second - third > 0.15
