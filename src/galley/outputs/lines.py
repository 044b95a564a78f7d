"""Showing the lines of text that were read on a page: as a picture, and as plain text.

Runs in: parent and worker. Pillow only, so that the parent needs no OpenCV.
"""

from __future__ import annotations

import colorsys
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

import numpy as np
from PIL import Image, ImageDraw

from galley.outputs.curves import Corner, draw_along
from galley.outputs.fonts import Font, font
from galley.outputs.pictures import to_picture
from galley.results import RecognizedPage

Colour: TypeAlias = tuple[int, int, int]

_GOLDEN_ANGLE = 0.381966
"""Colours that are this far apart on the circle stay distinct, however many there are."""
_STRENGTH = 0.5
"""Of the boxes over the page."""
_LEAST_FONT = 5
_LARGEST_FONT = 200
_QUADRANGLE = 4
"""Corners; what has more is curved."""
_TALL = 2
"""Boxes more than this many times as high as wide hold vertical text."""


def draw_lines(page: RecognizedPage) -> Image.Image:
    """The page with its boxes, and beside it the texts on white in the same places: PaddleOCR's `ocr_res_img`."""
    return side_by_side(to_picture(page.preprocessed.output_img), _pieces(page))


def side_by_side(plain: Image.Image, pieces: Iterable[tuple[list[Corner], str]]) -> Image.Image:
    """`plain` with the outlines of `pieces` filled, and beside it their texts on white in the same places."""
    marked, texts = plain.copy(), Image.new("RGB", plain.size, "white")
    pen, frames = ImageDraw.Draw(marked), ImageDraw.Draw(texts)
    for number, (corners, text) in enumerate(pieces):
        colour = _colour(number)
        pen.polygon(corners, fill=colour)
        if len(corners) > _QUADRANGLE:
            draw_along(texts, corners, text)
        else:
            _draw_text(texts, corners, text)
        frames.polygon(corners, outline=colour)
    sheet = Image.new("RGB", (2 * plain.width, plain.height), "white")
    sheet.paste(Image.blend(plain, marked, _STRENGTH), (0, 0))
    sheet.paste(texts, (plain.width, 0))
    return sheet


def plain_text(page: RecognizedPage) -> str:
    """The texts of the page, one line each, in reading order."""
    return "".join(f"{line.text}\n" for line in page.lines)


def _pieces(page: RecognizedPage) -> Iterator[tuple[list[Corner], str]]:
    """What is drawn: words where they are known, else lines."""
    for line in page.lines:
        if not page.options.return_word_box:
            yield [(float(x), float(y)) for x, y in line.polygon], line.text
            continue
        for word, (left, top, right, bottom) in zip(line.words, line.word_boxes, strict=True):
            yield [(left, top), (right, top), (right, bottom), (left, bottom)], word


def _colour(number: int) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(number * _GOLDEN_ANGLE % 1, 0.75, 0.9)
    return round(red * 255), round(green * 255), round(blue * 255)


def _draw_text(canvas: Image.Image, corners: Sequence[Corner], text: str) -> None:
    """Draw `text` into the quadrangle `corners`, turned and slanted as it is."""
    width, height = int(math.dist(corners[0], corners[1])), int(math.dist(corners[0], corners[3]))
    if width == 0 or height == 0 or not text:
        return
    patch = Image.new("L", (width, height), 0)
    if height > _TALL * width:
        _write_down(patch, text)
    else:
        _write_along(patch, text)
    left, top = math.floor(min(x for x, _ in corners)), math.floor(min(y for _, y in corners))
    right, bottom = math.ceil(max(x for x, _ in corners)), math.ceil(max(y for _, y in corners))
    placed = [(x - left, y - top) for x, y in corners]
    shape = (right - left + 1, bottom - top + 1)
    mask = patch.transform(
        shape, Image.Transform.PERSPECTIVE, _perspective(placed, width, height), Image.Resampling.BILINEAR
    )
    canvas.paste((0, 0, 0), (left, top), mask)


def _write_along(patch: Image.Image, text: str) -> None:
    size = max(_LEAST_FONT, min(_LARGEST_FONT, int(patch.height * 0.8)))
    length = font(size).getlength(text)
    if length > patch.width:
        size = max(_LEAST_FONT, int(size * patch.width / length))
    ImageDraw.Draw(patch).text((0, patch.height / 2), text, fill=255, font=font(size), anchor=_anchor(font(size), "lm"))


def _write_down(patch: Image.Image, text: str) -> None:
    step = patch.height / len(text)
    size = max(_LEAST_FONT, min(_LARGEST_FONT, patch.width, int(step)))
    pen = ImageDraw.Draw(patch)
    for number, character in enumerate(text):
        place = (patch.width / 2, step * (number + 0.5))
        pen.text(place, character, fill=255, font=font(size), anchor=_anchor(font(size), "mm"))


def _anchor(used: Font, anchor: str) -> str | None:
    """Bitmap fonts, Pillow's last resort, know no anchors."""
    return anchor if hasattr(used, "getmask2") else None


def _perspective(corners: Sequence[Corner], width: int, height: int) -> list[float]:
    """The 8 coefficients by which Pillow finds, for a point of the page, its source in a `width` x `height` patch."""
    sources = [(0, 0), (width, 0), (width, height), (0, height)]
    rows, values = [], []
    for (x, y), (u, v) in zip(corners, sources, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    try:
        return [float(each) for each in np.linalg.solve(np.array(rows, float), np.array(values, float))]
    except np.linalg.LinAlgError:
        # Corners on one line: nothing can be seen of the text; every point is taken from outside of the patch.
        return [0, 0, -1, 0, 0, -1, 0, 0]
