"""Pictures of what was found on a structured page: regions, reading order, cells of tables, lines, seals.

Runs in: worker and parent. Pillow only, so that the parent needs no OpenCV.
"""

from __future__ import annotations

import colorsys
import math
import zlib
from collections.abc import Mapping, Sequence
from itertools import pairwise

from PIL import Image, ImageDraw

from galley.outputs.fonts import Font, font
from galley.outputs.lines import Colour, draw_lines
from galley.outputs.pictures import draw_preprocessing, to_picture
from galley.outputs.seals import draw_seals
from galley.results.layout import LayoutBox
from galley.results.structure import Block, StructuredPage
from galley.results.table import Table

_HUES: Mapping[str, float] = {
    "text": 0.58,
    "doc_title": 0.0,
    "paragraph_title": 0.03,
    "table": 0.13,
    "image": 0.33,
    "chart": 0.40,
    "figure_title": 0.47,
    "table_title": 0.18,
    "formula": 0.80,
    "seal": 0.92,
    "reference": 0.68,
    "header": 0.52,
    "footer": 0.52,
    "number": 0.52,
}
"""Of the usual labels, far apart where they stand side by side; others get one by their name."""
_RED = (220, 30, 30)
_STRENGTH = 0.25
"""Of the colours of blocks over the page."""
_SMALLEST_FONT = 12


def draw_structure(page: StructuredPage) -> dict[str, Image.Image]:
    """PaddleOCR's `.img`: the pictures by key."""
    pictures = {}
    if page.options.preprocessing.use_doc_preprocessor:
        pictures["preprocessed_img"] = draw_preprocessing(page.preprocessed)
    picture = to_picture(page.preprocessed.output_img)
    pictures["layout_det_res"] = draw_layout(picture, page.layout)
    pictures["overall_ocr_res"] = draw_lines(page.recognized)
    if page.tables:
        pictures["table_cell_img"] = draw_cells(picture, page.tables)
    pictures |= draw_seals(page.preprocessed.output_img, page.seals)
    pictures["layout_order_res"] = draw_order(page)
    return pictures


def draw_layout(picture: Image.Image, boxes: Sequence[LayoutBox]) -> Image.Image:
    """A copy with a frame around each region, and its label and score in the frame's upper left corner."""
    drawn = picture.copy()
    pen = ImageDraw.Draw(drawn)
    letters = font(_font_size(picture, 0.012))
    width = _line_width(picture)
    for region in boxes:
        left, top, right, bottom = region.box
        colour = _colour(region.label)
        pen.rectangle((left, top, max(left, right), max(top, bottom)), outline=colour, width=width)
        caption = f"{region.label} {region.score:.2f}"
        _, _, length, height = pen.textbbox((0, 0), caption, font=letters)
        corner = (min(left, max(0, picture.width - length - 4)), max(0, top - height - 4))
        pen.rectangle((*corner, corner[0] + length + 4, corner[1] + height + 4), fill=colour)
        pen.text((corner[0] + 2, corner[1] + 1), caption, fill="white", font=letters)
    return drawn


def draw_cells(picture: Image.Image, tables: Sequence[Table]) -> Image.Image:
    """A copy with a frame around each cell."""
    drawn = picture.copy()
    pen = ImageDraw.Draw(drawn)
    for table in tables:
        for cell in table.cells:
            left, top, right, bottom = cell.box
            pen.rectangle((left, top, max(left, right), max(top, bottom)), outline=_RED, width=2)
    return drawn


def draw_order(page: StructuredPage) -> Image.Image:
    """The page with its blocks in the colours of their labels, their numbers in reading order, and arrows between."""
    plain = to_picture(page.preprocessed.output_img)
    tinted = plain.copy()
    pen = ImageDraw.Draw(tinted)
    for block in page.blocks:
        pen.rectangle(_upright(block.box), fill=_colour(block.label))
    drawn = Image.blend(plain, tinted, _STRENGTH)
    pen = ImageDraw.Draw(drawn)
    ordered = sorted(
        (block for block in page.blocks if block.order is not None), key=lambda block: (block.order, block.id)
    )
    for before, after in pairwise(ordered):
        _draw_arrow(pen, _start(before.box), _start(after.box), _line_width(plain))
    letters = font(_font_size(plain, 0.016))
    for block in ordered:
        _draw_number(pen, _start(block.box), str(block.order), letters, plain.size)
    return drawn


def _place(block: Block) -> tuple[int, int]:
    return -1 if block.order is None else block.order, block.id


def _draw_arrow(pen: ImageDraw.ImageDraw, start: tuple[float, float], end: tuple[float, float], width: int) -> None:
    length = math.dist(start, end)
    if length == 0:
        return
    pen.line((*start, *end), fill=_RED, width=width)
    along = ((end[0] - start[0]) / length, (end[1] - start[1]) / length)
    # In the middle: at the ends stand the numbers.
    tip = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    size = 5 * width
    foot = (tip[0] - size * along[0], tip[1] - size * along[1])
    side = (-along[1] * size / 2, along[0] * size / 2)
    pen.polygon((tip, (foot[0] + side[0], foot[1] + side[1]), (foot[0] - side[0], foot[1] - side[1])), fill=_RED)


def _draw_number(
    pen: ImageDraw.ImageDraw, centre: tuple[float, float], number: str, letters: Font, size: tuple[int, int]
) -> None:
    left, top, right, bottom = pen.textbbox((0, 0), number, font=letters)
    radius = max(right - left, bottom - top) / 2 + 4
    x = min(max(centre[0], radius), max(radius, size[0] - radius))
    y = min(max(centre[1], radius), max(radius, size[1] - radius))
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill="white", outline=_RED, width=2)
    pen.text((x - (left + right) / 2, y - (top + bottom) / 2), number, fill=_RED, font=letters)


def _start(box: tuple[int, int, int, int]) -> tuple[float, float]:
    """Where the number of a block stands: its upper left corner."""
    return float(box[0]), float(box[1])


def _upright(box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    left, top, right, bottom = box
    return left, top, max(left, right), max(top, bottom)


def _colour(label: str) -> Colour:
    hue = _HUES.get(label, zlib.crc32(label.encode("utf-8", "replace")) % 360 / 360)
    red, green, blue = colorsys.hsv_to_rgb(hue, 0.85, 0.75)
    return round(red * 255), round(green * 255), round(blue * 255)


def _font_size(picture: Image.Image, part: float) -> int:
    return max(_SMALLEST_FONT, round(part * max(picture.size)))


def _line_width(picture: Image.Image) -> int:
    return max(2, max(picture.size) // 600)
