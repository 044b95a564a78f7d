"""Draws the sample page with seals, always the same one: `python samples/make_seals.py`.

Needs the fonts that `benchmarks/seal_drawing.py` names. The page is kept in the repository, so nobody who only uses it
needs the fonts or this script. All names and texts were made up.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

if __name__ == "__main__":  # find the package `benchmarks`, as `python -m` does
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.seal_drawing import BOTTOM, SUPERSAMPLING, TOP, Canvas, Seal, Texts, font
from benchmarks.seal_pages import CHINESE_TEXT, LATIN_TEXT, stamped, worn

SIZE = (1169, 1654)
"""A5 at 200 dpi."""
RADIUS = 165
"""Pixels: 42 mm across."""
RED, BLUE = (45, 35, 205), (165, 75, 35)
COLOURS = 64


def company() -> Seal:
    """The round seal of a Chinese company, with a star, its number and what the seal is for."""
    radius = float(RADIUS * SUPERSAMPLING)
    canvas = Canvas(radius, radius)
    owner, number, use = "青石镇恒远创新科技有限公司", "5203140077126", "合同专用章"
    canvas.ring(0, radius * 0.033)
    canvas.arc(owner, "serif", radius * 0.3, radius * 0.23, TOP, 250)
    canvas.star(canvas.centre, canvas.centre - radius * 0.02, radius * 0.3)
    canvas.line(use, "serif", radius * 0.19, radius * 0.5, radius)
    canvas.arc(number, "sans", radius * 0.105, radius * 0.12, BOTTOM, None)
    return canvas.finish(Texts((owner, number), (use,)))


def harbour() -> Seal:
    """The round seal of an office, with text that stands on its head below."""
    radius = float(RADIUS * SUPERSAMPLING)
    canvas = Canvas(radius, radius)
    top, bottom, middle = "ARDMOUTH PORT CONTROL", "HARBOUR OFFICE", "APPROVED"
    canvas.ring(0, radius * 0.03)
    canvas.ring(radius * 0.32, radius * 0.014)
    canvas.arc(top, "latin", radius * 0.145, radius * 0.165, TOP, None)
    canvas.arc(bottom, "latin", radius * 0.145, radius * 0.165, BOTTOM, None)
    canvas.line(middle, "latin", radius * 0.17, 0, radius * 1.1)
    return canvas.finish(Texts((top, bottom), (middle,)))


def letter() -> NDArray[np.uint8]:
    """The page before it is stamped, BGR."""
    picture = Image.new("RGB", SIZE, "white")
    pen = ImageDraw.Draw(picture)
    pen.text((SIZE[0] / 2, 130), "供货合同 · CONTRACT OF SALE", (25, 25, 25), font("sans bold", 44), anchor="mm")
    y = 230.0
    for text, face, size in ((CHINESE_TEXT, "serif", 30), (LATIN_TEXT, "latin serif", 24)):
        y = _paragraph(pen, text, face, size, y) + 40
    for x, caption in ((110, "买方（盖章） For the buyer"), (640, "港务局 Harbour master")):
        pen.text((x, 1180), caption, (25, 25, 25), font("serif", 28))
        pen.line((x, 1420, x + 400, 1420), fill=(60, 60, 60), width=2)
    return np.ascontiguousarray(np.asarray(picture)[:, :, ::-1])


def _paragraph(pen: ImageDraw.ImageDraw, text: str, face: str, size: int, y: float) -> float:
    used, line = font(face, size), ""
    for piece in text if face == "serif" else [word + " " for word in text.split()]:
        if used.getlength(line + piece) > SIZE[0] - 220:
            pen.text((110, y), line, (25, 25, 25), used)
            line, y = "", y + 1.6 * size
        line += piece
    pen.text((110, y), line, (25, 25, 25), used)
    return y + 1.6 * size


def main() -> None:
    """Write the page beside this script."""
    chance, numbers = random.Random(5), np.random.default_rng(5)
    page = letter()
    for seal, corner, colour in ((company(), (110, 1090), RED), (harbour(), (640, 1130), BLUE)):
        side = seal.ink.shape[0]
        turn = cv2.getRotationMatrix2D((side / 2, side / 2), chance.uniform(-7, 7), 1)
        ink = worn(cv2.warpAffine(seal.ink, turn, (side, side)), 0.2, numbers)
        page = np.clip(stamped(page, corner, ink, colour, 0.85), 0, 255).astype(np.uint8)
    picture = Image.fromarray(np.ascontiguousarray(page[:, :, ::-1]))
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(
        Path(__file__).parent / "seals.png", optimize=True, dpi=(200, 200)
    )


if __name__ == "__main__":
    main()
