"""Signs drawn into pictures of tables, not taken from fonts: bullets before texts, and boxes to tick.

Runs in: parent.
"""

from __future__ import annotations

from PIL import ImageDraw

BULLETS = ("•", "►", "▪")
BOXES = ("☐", "☑", "☒")
SIGNS = frozenset((*BULLETS, *BOXES))


def draw_sign(pen: ImageDraw.ImageDraw, sign: str, left: float, middle: float, size: int, white: bool) -> None:
    """One sign beside text of that font `size`.

    Args:
        pen: what draws on the picture.
        sign: one of `SIGNS`.
        left: where it begins.
        middle: half way between its top and bottom.
        size: of the font.
        white: whether boxes are white places without an outline, as on tinted paper.
    """
    half = {"•": 0.16, "►": 0.2, "▪": 0.14}.get(sign, 0.38) * size
    top, right, bottom = middle - half, left + 2 * half, middle + half
    if sign == "•":
        pen.ellipse((left, top, right, bottom), fill="black")
    elif sign == "►":
        pen.polygon(((left, top), (right, middle), (left, bottom)), fill="black")
    elif sign == "▪":
        pen.rectangle((left, top, right, bottom), fill="black")
    else:
        pen.rectangle((left, top, right, bottom), fill="white", outline="white" if white else "black", width=1)
        _tick(pen, sign, left, middle, half)


def _tick(pen: ImageDraw.ImageDraw, sign: str, left: float, middle: float, half: float) -> None:
    inner, centre = 0.62 * half, left + half
    stroke = max(2, round(0.2 * half))
    if sign == "☒":
        for way in (-1, 1):
            ends = (centre - inner, middle - way * inner, centre + inner, middle + way * inner)
            pen.line(ends, fill="black", width=stroke)
    elif sign == "☑":
        corner = (centre - 0.2 * half, middle + inner)
        pen.line((centre - inner, middle, *corner, centre + inner, middle - inner), fill="black", width=stroke)
