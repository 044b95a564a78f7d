"""Chinese pages in two columns, drawn from seeds, with the text in the order in which it is read.

Runs in: parent. Needs the fonts of `benchmarks.seal_drawing`. All text is made up.

The text runs from column to column; where a figure lies across both, what is above it is read first. Pages have running
heads and numbers, some have a title with authors and abstract; headings, figures and tables stand in the columns.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from benchmarks.chinese_text import make_paragraph, make_phrase
from benchmarks.seal_drawing import FACES

WIDE, HIGH = 1190, 1684
"""A4 at 144 dpi, Galley's scale of PDF pages."""
_FACES = ("ming", "serif", "sans", "hei")
_NOT_AT_BEGINNING = "，。、；：？！）》」』”’%"
_ATOM = re.compile(r"[0-9A-Za-z.]+|.", re.S)
"""What no line end divides."""


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """A page and what is written on it."""

    image: NDArray[np.uint8]
    """(h, w, 3), BGR."""
    text: str
    """In reading order, without spaces and line ends."""


@dataclass(frozen=True, slots=True)
class _Style:
    """How a page is set."""

    face: str
    size: int
    """Of the running text, in pixels."""
    leading: float
    """From line to line, in sizes."""
    gutter: float
    """In sizes."""
    margin: int

    @property
    def step(self) -> int:
        """From line to line, in pixels."""
        return round(self.leading * self.size)

    @property
    def column(self) -> float:
        """Width of a column."""
        return (WIDE - 2 * self.margin - self.gutter * self.size) / 2

    @property
    def lefts(self) -> tuple[float, float]:
        """Where the columns begin."""
        return self.margin, WIDE - self.margin - self.column

    def font(self, factor: float = 1.0) -> ImageFont.FreeTypeFont:
        """The face at `factor` times the size."""
        file, index = FACES[self.face]
        return ImageFont.truetype(file, round(factor * self.size), index=index)


@dataclass(slots=True)
class _Sheet:
    """A page that is being filled: a frame after the other, in reading order."""

    style: _Style
    random: random.Random
    canvas: Image.Image
    frames: list[tuple[float, float, float]]
    """Left, top and bottom of those still to be filled."""
    texts: list[str] = field(default_factory=list)
    y: float = 0.0
    figures: int = 0
    tables: int = 0
    sections: int = 0

    @property
    def draw(self) -> ImageDraw.ImageDraw:
        """The pen."""
        return ImageDraw.Draw(self.canvas)

    @property
    def room(self) -> float:
        """What is left of the frame."""
        return self.frames[0][2] - self.y if self.frames else 0.0

    def next_frame(self) -> None:
        """Go on in the next frame."""
        bottom = self.frames.pop(0)[2]
        if self.frames:
            if self.frames[0][1] > bottom:  # the frames so far lie above a figure across the page
                across = WIDE - 2 * self.style.margin
                self.figure(self.style.margin, bottom + 10, across, self.frames[0][1] - bottom - 80)
            self.y = self.frames[0][1]

    def line(self, left: float, y: float, text: str, font: ImageFont.FreeTypeFont, width: float | None = None) -> None:
        """One line of text, spread over `width` if that is given."""
        atoms = _ATOM.findall(text)
        lengths = [font.getlength(atom) for atom in atoms]
        spread = 0.0 if width is None or len(atoms) < 2 else (width - sum(lengths)) / (len(atoms) - 1)
        for atom, length in zip(atoms, lengths, strict=True):
            self.draw.text((left, y + font.size), atom, font=font, fill=(20, 20, 20), anchor="ls")
            left += length + spread
        self.texts.append(text)

    def centred(self, left: float, width: float, y: float, text: str, font: ImageFont.FreeTypeFont) -> None:
        """One line of text in the middle."""
        self.line(left + (width - font.getlength(text)) / 2, y, text, font)

    def paragraph(self, text: str, indent: bool = True) -> None:
        """Running text, as far as there are frames."""
        font = self.style.font()
        lines = break_lines(text, font, self.style.column, 2 * self.style.size if indent else 0)
        for number, line in enumerate(lines):
            if self.room < self.style.size * 1.2:
                self.next_frame()
            if not self.frames:
                return
            inset = 2 * self.style.size if indent and number == 0 else 0
            width = None if number == len(lines) - 1 else self.style.column - inset
            self.line(self.frames[0][0] + inset, self.y, line, font, width)
            self.y += self.style.step

    def heading(self) -> None:
        """A numbered heading, together with the lines below it."""
        if self.room < 5 * self.style.step:
            self.next_frame()
        if not self.frames:
            return
        self.sections += 1
        self.y += self.style.step * 0.4
        text = f"{self.sections}{self.random.choice(('', '.', '.1'))} {make_phrase(self.random)}"
        self.line(self.frames[0][0], self.y, text, self.style.font(1.2))
        self.y += self.style.step * 1.4

    def figure(self, left: float, top: float, width: float, height: float) -> None:
        """A picture with its caption below, 70 pixels more."""
        self.figures += 1
        box = (left + 10, top, left + width - 10, top + height)
        self.draw.rectangle(box, fill=(235, 240, 250), outline=(60, 60, 60))
        for _ in range(6):
            ends = [(self.random.uniform(box[0], box[2]), self.random.uniform(box[1], box[3])) for _ in range(2)]
            colour = self.random.choice(((170, 40, 40), (30, 110, 60), (40, 60, 170)))
            self.draw.line(ends, fill=colour, width=3)
        caption = f"图{self.figures} {make_phrase(self.random)}"
        self.centred(left, width, top + height + 12, caption, self.style.font(0.9))

    def table(self) -> None:
        """A small ruled table with its caption above."""
        self.tables += 1
        left, width, font, step = self.frames[0][0], self.style.column, self.style.font(0.9), self.style.step * 1.2
        caption = f"表{self.tables} {make_phrase(self.random)}"
        self.centred(left, width, self.y + 6, caption, font)
        top, rows = self.y + 10 + 1.4 * self.style.size, self.random.randint(3, 5)
        for row in range(rows + 1):
            self.draw.line([(left, top + row * step), (left + width, top + row * step)], fill=0, width=2)
        for column in range(4):
            x = left + column * width / 3
            self.draw.line([(x, top), (x, top + rows * step)], fill=0, width=2)
        for place in range(3 * rows):
            row, column = divmod(place, 3)
            text = make_phrase(self.random)[:4] if row == 0 or column == 0 else f"{self.random.uniform(1, 99):.1f}"
            self.centred(left + column * width / 3, width / 3, top + row * step + 0.1 * step, text, font)
        self.y = top + rows * step + self.style.step


def draw_page(seed: int) -> DrawnPage:
    """The page of that seed."""
    chance = random.Random(seed)
    style = _Style(
        face=_FACES[seed % len(_FACES)],
        size=chance.randint(19, 23),
        leading=chance.uniform(1.4, 1.7),
        gutter=chance.uniform(1.5, 3),
        margin=chance.randint(85, 120),
    )
    sheet = _Sheet(style, chance, Image.new("RGB", (WIDE, HIGH), "white"), [])
    sheet.line(style.margin, 55, f"第{chance.randint(1, 60)}卷第{chance.randint(1, 12)}期", style.font(0.85))
    top = _opening(sheet) if seed % 3 == 0 else 120.0
    bottom = HIGH - 120.0
    sheet.frames = [(left, top, bottom) for left in style.lefts]
    if seed % 4 == 1:
        above, below = top + 0.35 * (bottom - top), top + 0.62 * (bottom - top)
        sheet.frames = [(x, y, end) for y, end in ((top, above), (below, bottom)) for x in style.lefts]
    sheet.y = top
    if chance.random() < 0.5:
        sheet.paragraph(make_paragraph(chance), indent=False)
    while sheet.frames:
        _add_something(sheet)
    sheet.centred(0, WIDE, HIGH - 85, str(chance.randint(2, 400)), style.font(0.85))
    text = "".join("".join(sheet.texts).split())
    return DrawnPage(np.ascontiguousarray(np.asarray(sheet.canvas, np.uint8)[:, :, ::-1]), text)


def _opening(sheet: _Sheet) -> float:
    """Title, authors and abstract across the page; where the columns begin."""
    style = sheet.style
    sheet.centred(0, WIDE, 115, make_phrase(sheet.random) + "的调查与分析", style.font(1.8))
    names = sheet.random.sample(("赵明远", "钱思齐", "孙立言", "李望舒", "周怀瑾", "吴清和"), 2)
    sheet.centred(0, WIDE, 175, "，".join(names), style.font())
    y, font = 225.0, style.font(0.9)
    width = WIDE - 2 * style.margin - 4 * style.size
    abstract = "摘要：" + make_paragraph(sheet.random) + make_paragraph(sheet.random)
    lines = break_lines(abstract, font, width, 0)
    for line in lines:
        sheet.line(style.margin + 2 * style.size, y, line, font, None if line is lines[-1] else width)
        y += style.step
    return y + style.step


def _add_something(sheet: _Sheet) -> None:
    dice, style = sheet.random.random(), sheet.style
    height = sheet.random.uniform(150, 260)
    if dice < 0.15:
        sheet.heading()
    elif dice < 0.25 and sheet.room > height + 130:
        sheet.figure(sheet.frames[0][0], sheet.y + 8, style.column, height)
        sheet.y += height + 90
    elif dice < 0.32 and sheet.room > 14 * style.step:
        sheet.table()
    else:
        sheet.paragraph(make_paragraph(sheet.random))


def break_lines(text: str, font: ImageFont.FreeTypeFont, width: float, indent: float) -> list[str]:
    """`text` in lines of at most `width`, the first one shorter by `indent`; no line begins with a closing mark."""
    lines: list[list[str]] = [[]]
    used = indent
    atoms: Sequence[str] = _ATOM.findall(text)
    for atom in atoms:
        length = font.getlength(atom)
        if used + length > width and lines[-1]:
            carried = [lines[-1].pop()] if atom in _NOT_AT_BEGINNING and len(lines[-1]) > 1 else []
            lines.append(carried)
            used = sum(font.getlength(each) for each in carried)
        lines[-1].append(atom)
        used += length
    return ["".join(line) for line in lines]
