"""Drawing text along a curve.

Runs in: parent and worker. Pillow only, so that the parent needs no OpenCV.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias

from PIL import Image, ImageDraw

from galley.outputs.fonts import font

Corner: TypeAlias = tuple[float, float]

_FILL = 0.85
"""Height of a character, in parts of the band's."""
_FIRST_WIDE = 0x2E80
"""Characters from here on are as wide as high."""
_LEAST_FONT, _LARGEST_FONT = 5, 200


def draw_along(canvas: Image.Image, outline: Sequence[Corner], text: str) -> None:
    """Draw `text` in black into a band.

    Args:
        canvas: where to.
        outline: the upper side from its beginning to its end, and as many points back along the lower side.
        text: what; its characters are spread over the length of the band.
    """
    half = len(outline) // 2
    upper, lower = outline[:half], outline[: half - 1 : -1]
    middle = [((a + c) / 2, (b + d) / 2) for (a, b), (c, d) in zip(upper, lower, strict=False)]
    lengths = [math.dist(one, other) for one, other in pairwise(middle)]
    if not text or sum(lengths) < 1:
        return
    step = sum(lengths) / len(text)
    height = sum(math.dist(one, other) for one, other in zip(upper, lower, strict=False)) / len(middle)
    wide = sum(ord(character) > _FIRST_WIDE for character in text) > len(text) / 2
    size = max(_LEAST_FONT, min(_LARGEST_FONT, int(height * _FILL), int(step * (1.0 if wide else 1.7))))
    for number, character in enumerate(text):
        x, y, angle = _at(middle, lengths, (number + 0.5) * step)
        _draw_character(canvas, character, size, (x, y), angle)


def _at(line: Sequence[Corner], lengths: Sequence[float], walked: float) -> tuple[float, float, float]:
    """The point after so many pixels, and the line's direction there in degrees, clockwise."""
    for (start, stop), length in zip(pairwise(line), lengths, strict=True):
        if walked <= length or (start, stop) == (line[-2], line[-1]):
            share = walked / length if length else 0.0
            x, y = (a + share * (b - a) for a, b in zip(start, stop, strict=True))
            return x, y, math.degrees(math.atan2(stop[1] - start[1], stop[0] - start[0]))
        walked -= length
    return *line[-1], 0.0


def _draw_character(canvas: Image.Image, character: str, size: int, place: Corner, angle: float) -> None:
    side = 2 * size + 2
    patch = Image.new("L", (side, side), 0)
    used = font(size)
    if hasattr(used, "getmask2"):
        ImageDraw.Draw(patch).text((side / 2, side / 2), character, 255, used, anchor="mm")
    else:  # a bitmap font, Pillow's last resort, knows no anchors
        ImageDraw.Draw(patch).text((side / 4, side / 4), character, 255, used)
    turned = patch.rotate(-angle, Image.Resampling.BICUBIC)
    canvas.paste((0, 0, 0), (round(place[0] - side / 2), round(place[1] - side / 2)), turned)
