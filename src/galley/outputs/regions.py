"""Showing the regions that were found on a page.

Runs in: parent and worker. Pillow only, so that the parent needs no OpenCV.
"""

from __future__ import annotations

import colorsys
import zlib
from collections.abc import Sequence

from PIL import Image, ImageDraw

from galley.outputs.fonts import font
from galley.results.layout import LayoutBox

_LINE = 1 / 400
"""Of the page's longer side."""
_CAPTION = 1 / 70


def draw_regions(plain: Image.Image, regions: Sequence[LayoutBox]) -> Image.Image:
    """`plain` with a frame and a caption for each region, in a colour for each label: PaddleOCR's `layout_det_res`."""
    picture = plain.copy()
    pen = ImageDraw.Draw(picture)
    side = max(picture.size)
    width, size = max(1, round(side * _LINE)), max(9, round(side * _CAPTION))
    for region in regions:
        colour = _colour(region.label)
        left, top, right, bottom = region.box
        pen.rectangle((left, top, max(left, right), max(top, bottom)), outline=colour, width=width)
        caption = f"{region.label} {region.score:.2f}"
        length = font(size).getlength(caption)
        above = max(0.0, top - 1.3 * size)
        pen.rectangle((left, above, left + length + 4, above + 1.3 * size), fill=colour)
        pen.text((left + 2, above), caption, fill="white", font=font(size))
    return picture


def _colour(label: str) -> tuple[int, int, int]:
    """The same for a label on every page, on any machine."""
    red, green, blue = colorsys.hsv_to_rgb(zlib.crc32(label.encode()) % 360 / 360, 0.8, 0.75)
    return round(red * 255), round(green * 255), round(blue * 255)
