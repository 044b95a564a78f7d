"""Pages drawn from top to bottom: headings, paragraphs and tables.

Needs the fonts Liberation Serif and Sans and Noto Serif CJK (Debian: fonts-liberation, fonts-noto-cjk).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from samples.texts import Block, Heading, Table

FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts")
SERIF = "LiberationSerif-Regular.ttf"
BOLD = "LiberationSans-Bold.ttf"
CJK = "NotoSerifCJK-Regular.ttc"
CJK_BOLD = "NotoSerifCJK-Bold.ttc"
CJK_SIMPLIFIED = 2
"""The simplified Chinese face in the collection."""
NOT_AT_LINE_START = "，。、；：？！）》」』”’％"


def find_font(name: str) -> Path:
    """The path of an installed font, by its file name."""
    for folder in FONT_FOLDERS:
        for path in sorted(folder.rglob(name)):
            return path
    raise SystemExit(f"the font {name} is missing; install fonts-liberation and fonts-noto-cjk")


def load_font(name: str, size: float) -> ImageFont.FreeTypeFont:
    """A font at a size in pixels."""
    index = CJK_SIMPLIFIED if name.endswith(".ttc") else 0
    return ImageFont.truetype(str(find_font(name)), size, index=index)


def wrap(text: str, font: ImageFont.FreeTypeFont, width: float, indent: float = 0.0) -> list[str]:
    """Break a text into lines: at spaces, and between Chinese characters except before their closing marks."""
    pieces: list[str] = []
    for word in text.split(" "):
        piece = ""
        for character in word:
            if piece and ord(character) > 0x2E80 and character not in NOT_AT_LINE_START:
                pieces.append(piece)
                piece = ""
            piece += character
        pieces.append(piece + " ")
    lines: list[str] = []
    line = ""
    for piece in pieces:
        room = width - (indent if not lines else 0.0)
        if line and font.getlength((line + piece).rstrip()) > room:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()]


@dataclass
class Sheet:
    """A white page that is filled from the top; all lengths are in points."""

    image: Image.Image
    scale: float
    """Pixels per point."""
    fonts: tuple[str, str]
    """Regular and bold."""
    y: float = 52.0
    margin: float = 62.0
    size: float = 12.6

    @property
    def width(self) -> float:
        """Of the text."""
        return self.image.width / self.scale - 2 * self.margin

    def text(self, x: float, text: str, font: ImageFont.FreeTypeFont, spread: float = 0.0) -> None:
        """One line at the current height; `spread` points are shared out between the words."""
        draw, left = ImageDraw.Draw(self.image), (self.margin + x) * self.scale
        words = text.split(" ") if spread else [text]
        for word in words:
            draw.text((left, self.y * self.scale), word, fill=25, font=font, anchor="ls")
            left += font.getlength(word + " ") + spread * self.scale / max(1, len(words) - 1)

    def title(self, lines: Sequence[str]) -> None:
        """Three centred lines and a rule."""
        owner, title, date = lines
        for text, size, bold in ((owner, 12.0, False), (title, 18.0, True), (date, 10.0, False)):
            font = load_font(self.fonts[bold], size * self.scale)
            self.y += size * 1.5
            self.text((self.width - font.getlength(text) / self.scale) / 2, text, font)
        self.y += 12
        left, right = self.margin * self.scale, (self.margin + self.width) * self.scale
        ImageDraw.Draw(self.image).line((left, self.y * self.scale, right, self.y * self.scale), fill=25, width=2)
        self.y += 8

    def add(self, block: Block) -> None:
        """Draw a block and move down."""
        if isinstance(block, Heading):
            self.y += self.size * 2
            self.text(0, block.text, load_font(self.fonts[1], self.size * 1.15 * self.scale))
            self.y += 3
        elif isinstance(block, Table):
            self.table(block)
        else:
            self.paragraph(block.text)

    def paragraph(self, text: str) -> None:
        """Justified text; Chinese is indented instead."""
        font = load_font(self.fonts[0], self.size * self.scale)
        chinese = self.fonts[0] == CJK
        indent = 2 * self.size if chinese else 0.0
        lines = wrap(text, font, self.width * self.scale, indent * self.scale)
        for i, line in enumerate(lines):
            self.y += self.size * (1.62 if chinese else 1.32)
            x = indent if i == 0 else 0.0
            spread = self.width - x - font.getlength(line) / self.scale
            self.text(x, line, font, 0.0 if chinese or i == len(lines) - 1 else spread)
        self.y += self.size * 0.45

    def table(self, table: Table) -> None:
        """The first column to the left, the others centred."""
        draw, height = ImageDraw.Draw(self.image), self.size * 1.9
        self.y += self.size * 0.9
        edges = [sum(table.widths[:i]) * self.width for i in range(len(table.widths) + 1)]
        top = self.y
        for r, row in enumerate(table.rows):
            font = load_font(self.fonts[r == 0], self.size * 0.95 * self.scale)
            self.y = top + r * height + height * 0.68
            for c, cell in enumerate(row):
                room = edges[c + 1] - edges[c] - font.getlength(cell) / self.scale
                self.text(edges[c] + (6 if c == 0 else room / 2), cell, font)
        bottom = top + len(table.rows) * height
        for i in range(len(table.rows) + 1):
            y = (top + i * height) * self.scale
            draw.line(((self.margin) * self.scale, y, (self.margin + self.width) * self.scale, y), fill=60)
        for edge in edges:
            x = (self.margin + edge) * self.scale
            draw.line((x, top * self.scale, x, bottom * self.scale), fill=60)
        self.y = bottom + self.size * 0.6


def draw_page(title: Sequence[str], blocks: Sequence[Block], fonts: tuple[str, str], dpi: int) -> Image.Image:
    """An A4 page in grey."""
    size = (round(595 * dpi / 72), round(842 * dpi / 72))
    sheet = Sheet(Image.new("L", size, 255), dpi / 72, fonts)
    sheet.title(title)
    for block in blocks:
        sheet.add(block)
    return sheet.image
