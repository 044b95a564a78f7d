"""A document of as many A4 pages as wanted, no two alike: prose, columns and lists in all sizes of type.

Runs in: parent.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf

A4 = (595.5, 842)
"""Points: 1191 x 1684 pixels at 144 dpi."""
_MARGIN = 50
_FONTS = ("Helvetica", "Times-Roman", "Courier", "Helvetica-Bold")
_AVERAGE_ADVANCE = {"Helvetica": 0.52, "Times-Roman": 0.46, "Courier": 0.6, "Helvetica-Bold": 0.56}
"""Width of a usual character, in sizes of the font."""
_TEXT = (
    "the harbour of a town where vessels wait for tide and wind while masters read notices at an office on Quay Street "
    "No. 14 from Monday to Friday, 06:45 until 18:30; dues of 5.20 per metre are paid in advance, and lights, buoys, "
    "moorings, pontoons or bridges that failed must be reported without delay (channel 12) to J. Hallam, who keeps a "
    "log: depth 4.9 m, draught 3.75 m, beam 12 ft, 1,250 t of cargo, 37 crew & 2 pilots."
)
_WORDS = _TEXT.split()


@dataclass(frozen=True, slots=True)
class _Block:
    """Where text is set: left and top in points, width, and the lowest place."""

    left: float
    top: float
    width: float
    bottom: float


def write_text_pages(target: Path, pages: int, seed: int = 0) -> None:
    """Write a PDF file of `pages` pages; the same for the same seed."""
    chance = random.Random(seed)
    with pikepdf.new() as pdf:
        fonts = {f"/F{number}": _font(name) for number, name in enumerate(_FONTS)}
        resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(fonts))
        for _ in range(pages):
            pdf.add_blank_page(page_size=A4)
            page = pdf.pages[-1].obj
            page.Contents = pdf.make_stream("\n".join(_operators(chance)).encode("latin-1"))
            page.Resources = resources
        pdf.save(target)


def _font(name: str) -> Any:
    return pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name(f"/{name}"))


def _operators(chance: random.Random) -> Iterator[str]:
    """One page: a heading, and below it one of three kinds of text."""
    size = chance.uniform(14, 22)
    top, bottom = A4[1] - _MARGIN - size, _MARGIN
    yield _line("Helvetica-Bold", size, _MARGIN, top, _some_words(chance, 26))
    top -= 2 * size
    width = A4[0] - 2 * _MARGIN
    kind = chance.choice(("prose", "columns", "list"))
    if kind == "prose":
        yield from _prose(chance, [_Block(_MARGIN, top, width, bottom)])
    elif kind == "columns":
        gap = 20
        half = (width - gap) / 2
        yield from _prose(chance, [_Block(_MARGIN + shift, top, half, bottom) for shift in (0, half + gap)])
    else:
        yield from _list(chance, _Block(_MARGIN, top, width, bottom))


def _prose(chance: random.Random, blocks: Sequence[_Block]) -> Iterator[str]:
    """Paragraphs that end anywhere in their last line."""
    font, size = chance.choice(_FONTS[:3]), chance.uniform(9.5, 14)
    for block in blocks:
        height, fit = block.top, block.width / (_AVERAGE_ADVANCE[font] * size)
        while height > block.bottom:
            for _ in range(chance.randint(2, 7)):
                yield _line(font, size, block.left, height, _some_words(chance, fit))
                height -= 1.35 * size
            yield _line(font, size, block.left, height, _some_words(chance, chance.uniform(4, fit)))
            height -= 2.2 * size


def _list(chance: random.Random, block: _Block) -> Iterator[str]:
    """Rows of a few short cells."""
    font, size, cells = chance.choice(_FONTS), chance.uniform(9, 13), chance.randint(2, 5)
    fit = block.width / cells / (_AVERAGE_ADVANCE[font] * size) - 3
    height = block.top
    while height > block.bottom:
        for cell in range(cells):
            words = _some_words(chance, chance.uniform(3, fit))
            yield _line(font, size, block.left + cell * block.width / cells, height, words)
        height -= 2.4 * size


def _some_words(chance: random.Random, fit: float) -> str:
    """Words of at most `fit` characters, one at least."""
    text = chance.choice(_WORDS)
    while len(longer := f"{text} {chance.choice(_WORDS)}") <= fit:
        text = longer
    return text


def _line(font: str, size: float, x: float, y: float, words: str) -> str:
    escaped = words.replace("(", r"\(").replace(")", r"\)")
    return f"BT /F{_FONTS.index(font)} {size:.2f} Tf {x:.1f} {y:.1f} Td ({escaped}) Tj ET"
