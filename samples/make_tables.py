"""Draws the sample page with a table, always the same one: `python samples/make_tables.py`.

Needs the font DejaVu Sans. The page is kept in the repository, so nobody who only uses it needs the font or this
script. All names and numbers were made up.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

if __name__ == "__main__":  # find the package `benchmarks`, as `python -m` does
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.table_signs import SIGNS, draw_sign

MARGIN, ROW, SIZE = 40, 44, 20
WIDTHS = (190, 230, 100, 110, 110, 120)
Entry = str | tuple[str, int, int]
"""A text, and over how many rows and columns it reaches."""
HEAD: list[list[Entry]] = [
    [("Harbour", 2, 1), ("Services", 2, 1), ("Berths", 2, 1), ("Landed, tonnes", 1, 2), ("Pilot", 2, 1)],
    [("2023", 1, 1), ("2024", 1, 1)],
]
BODY: list[list[Entry]] = [
    [("Ardmouth", 2, 1), "• fuel, ice", "12", "1,284.5", "1,310.0", ("☑", 2, 1)],
    ["• slipway", "4", "86.2", "91.7"],
    ["Kilbray", "• fuel", "7", "640.0", "-", "☐"],
    ["Dunrea", "• ice, crane", "9", "702.3", "688.9", "☑"],
    [("All", 1, 2), "32", "2,713.0", "2,090.6", ""],
]

Cell = tuple[int, int, int, int, str]
"""Row, column, rows, columns and text."""


def cells() -> Iterator[Cell]:
    """All cells, in the first free places of their rows."""
    taken: set[tuple[int, int]] = set()
    for row, entries in enumerate([*HEAD, *BODY]):
        column = 0
        for entry in entries:
            text, rows, columns = (entry, 1, 1) if isinstance(entry, str) else entry
            while (row, column) in taken:
                column += 1
            yield row, column, rows, columns, text
            taken |= {(row + down, column + right) for down in range(rows) for right in range(columns)}


def page() -> Image.Image:
    """The picture: a shaded, bold head of two levels, cells over rows and columns, bullets, boxes to tick."""
    xs = list(accumulate([MARGIN, *WIDTHS]))
    ys = list(accumulate([MARGIN, *([ROW] * (len(HEAD) + len(BODY)))]))
    picture = Image.new("RGB", (xs[-1] + MARGIN, ys[-1] + MARGIN), "white")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((xs[0], ys[0], xs[-1], ys[len(HEAD)]), fill=(224, 232, 242))
    fonts = [ImageFont.truetype(name, SIZE) for name in ("DejaVuSans-Bold.ttf", "DejaVuSans.ttf")]
    for row, column, rows, columns, text in cells():
        frame = (xs[column], ys[row], xs[column + columns], ys[row + rows])
        pen.rectangle(frame, outline="black")
        _write(pen, text, frame, fonts[row >= len(HEAD)], row, column)
    return picture.rotate(0.5, Image.Resampling.BICUBIC, fillcolor="white")


def _write(
    pen: ImageDraw.ImageDraw,
    text: str,
    frame: tuple[int, int, int, int],
    font: ImageFont.FreeTypeFont,
    row: int,
    column: int,
) -> None:
    """Head and boxes centred, numbers on the right, all else on the left."""
    left, top, right, bottom = frame
    middle, length = (top + bottom) / 2, font.getlength(text)
    centred = row < len(HEAD) or text in SIGNS
    x = (left + right - length) / 2 if centred else right - length - 10 if column > 1 else left + 10
    if text[:1] in SIGNS:
        draw_sign(pen, text[0], x, middle, SIZE, white=False)
        x, text = x + 1.2 * SIZE, text[1:].strip()
    pen.text((x, middle), text, font=font, fill="black", anchor="lm")


if __name__ == "__main__":
    page().save(Path(__file__).with_name("table.png"), optimize=True)
