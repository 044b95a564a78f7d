"""The text of a page as PDF operators that draw nothing: it is there to be selected, copied and found.

Runs in: worker, and parent (a result's own `save_to_pdf`). Pure.

Text rendering mode 3 is invisible (PDF 1.7, 9.3.6). Each piece of text gets the height and direction of its box, and
is scaled along that direction (Tz) until it is as long. The fonts are those of `galley.outputs.pdf.font`, one for each
Unicode plane, whose codes are the characters' own.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

from galley.results import RecognizedPage, TextLine

Point: TypeAlias = tuple[float, float]

EM = 1000
"""Units of a glyph's width in the height of its font."""
DESCENT = 200
"""Of those, below the base line."""
FONT_NAME = "GalleyT"
"""Followed by the number of the plane: the font's name among a page's resources."""

_TALL = 1.5
"""Boxes at least this many times as high as wide were read from top to bottom: as `galley.vision.crop` turns them."""
_LEAST = 0.01  # pixels


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text in one direction."""

    text: str
    corners: tuple[Point, Point, Point, Point]
    """Pixels from the upper left: where it begins, above; where it ends, above; below; where it begins, below."""


@dataclass(frozen=True, slots=True)
class TextContent:
    """The operators for one page, in pixels from its lower left corner."""

    stream: bytes
    """Compressed as for FlateDecode."""
    planes: tuple[int, ...]
    """Unicode planes whose fonts it uses."""


def text_content(pieces: Iterable[Piece], height: int) -> TextContent:
    """Operators that place the pieces on a page that is `height` pixels high."""
    planes: set[int] = set()
    lines = ["BT 3 Tr"]
    for piece in pieces:
        lines += _show(piece, height, planes)
    lines.append("ET")
    stream = "\n".join(lines).encode("ascii") if planes else b""
    return TextContent(zlib.compress(stream), tuple(sorted(planes)))


def pieces_of(page: RecognizedPage, there: Sequence[Sequence[float]] = ()) -> Iterator[Piece]:
    """The words of a page where they are known, else its lines; without those lines that are `there`.

    Args:
        page: the page.
        there: left, top, right and bottom of text that is there already, in pixels.
    """
    for line in page.lines:
        x, y = line.polygon.mean(axis=0).tolist()
        if any(left <= x <= right and top <= y <= bottom for left, top, right, bottom in there):
            continue
        if line.words and "".join(line.words) == line.text and not is_tall(line):
            yield from _words(line)
        else:
            yield Piece(line.text, corners_of(line))


def is_tall(line: TextLine) -> bool:
    """Whether a line was read from top to bottom (or, standing on its head, from bottom to top)."""
    along, down = _sides([(float(x), float(y)) for x, y in line.polygon])
    return math.hypot(*down) >= _TALL * math.hypot(*along)


def corners_of(line: TextLine) -> tuple[Point, Point, Point, Point]:
    """The corners of a line from where its text begins, as `Piece.corners`."""
    points = [(float(x), float(y)) for x, y in line.polygon]
    first = 1 if is_tall(line) else 0  # the right side of the box is then the upper one
    first += 2 if line.angle == 1 else 0
    turned = [points[(first + place) % 4] for place in range(4)]
    return (turned[0], turned[1], turned[2], turned[3])


def char_width(character: str) -> int:
    """The width of a character in the invisible fonts; see `HALF_WIDTHS`."""
    code = ord(character)
    if code < len(ASCII_WIDTHS):
        return ASCII_WIDTHS[code]
    return EM // 2 if any(first <= code <= last for first, last in HALF_WIDTHS) else EM


ASCII_WIDTHS = (
    *(0,) * 32,
    *(278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278),
    *(556,) * 10,
    *(278, 278, 584, 584, 584, 556, 1015),
    *(667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833),
    *(722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611),
    *(278, 278, 278, 469, 556, 333),
    *(556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833),
    *(556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500),
    *(334, 260, 334, 584, 0),
)
"""Widths of the characters 0 to 127: those of Helvetica, so that each letter's own box is about where it is seen."""
HALF_WIDTHS = ((0x80, 0x10FF), (0x1E00, 0x2E7F), (0xFF61, 0xFFDC))
"""Ranges of characters that are half as wide as high; all others, Chinese ones, are as wide."""


def _words(line: TextLine) -> Iterator[Piece]:
    """The words between the slanted upper and lower sides of their line."""
    corners = corners_of(line)
    left, right = corners[0][0], corners[1][0]
    for word, (start, _, end, _) in zip(line.words, line.word_boxes, strict=True):
        if line.angle == 1:
            start, end = end, start
        shares = [(x - left) / (right - left) if right != left else 0.0 for x in (start, end)]
        upper = [_between(corners[0], corners[1], share) for share in shares]
        lower = [_between(corners[3], corners[2], share) for share in shares]
        yield Piece(word, (upper[0], upper[1], lower[1], lower[0]))


def _between(start: Point, end: Point, share: float) -> Point:
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])


def _show(piece: Piece, height: int, planes: set[int]) -> list[str]:
    """The operators of one piece: font, scale, place, and then the text, font by font."""
    characters = [character for character in piece.text if character.isprintable() or character == " "]
    units = sum(char_width(character) for character in characters)
    along, down = _sides(piece.corners)
    length = math.hypot(*along)
    if not units or length < _LEAST:
        return []
    size = abs(along[0] * down[1] - along[1] * down[0]) / length  # the height of a slanted box across the text
    if size < _LEAST:
        return []
    cosine, sine = along[0] / length, -along[1] / length  # PDF counts upwards
    share = 1 - DESCENT / EM
    x = piece.corners[0][0] + share * down[0]
    y = height - piece.corners[0][1] - share * down[1]
    lines = [
        f"{_number(100 * length * EM / (units * size))} Tz",
        f"{_number(cosine)} {_number(sine)} {_number(-sine)} {_number(cosine)} {_number(x)} {_number(y)} Tm",
    ]
    for plane, run in groupby(characters, key=lambda character: ord(character) >> 16):
        planes.add(plane)
        codes = "".join(f"{ord(character) & 0xFFFF:04X}" for character in run)
        lines.append(f"/{FONT_NAME}{plane} {_number(size)} Tf <{codes}> Tj")
    return lines


def _sides(corners: Sequence[Point]) -> tuple[Point, Point]:
    """The mean side along the text, and the mean side down across it."""
    first, second, third, fourth = corners
    along = (second[0] - first[0] + third[0] - fourth[0]) / 2, (second[1] - first[1] + third[1] - fourth[1]) / 2
    down = (fourth[0] - first[0] + third[0] - second[0]) / 2, (fourth[1] - first[1] + third[1] - second[1]) / 2
    return along, down


def _number(value: float) -> str:
    """A number as PDF takes it: no exponent, no more digits than can be seen."""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text
