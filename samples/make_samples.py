"""Draws the sample pages of this folder, always the same ones: `python samples/make_samples.py`.

Needs the fonts Liberation Serif and Sans and Noto Serif CJK (Debian: fonts-liberation, fonts-noto-cjk). The pages
are kept in the repository, so nobody who only uses them needs the fonts or this script. All texts were written for
this purpose.
"""

from __future__ import annotations

import ctypes
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

HERE = Path(__file__).parent
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts")
SERIF = "LiberationSerif-Regular.ttf"
BOLD = "LiberationSans-Bold.ttf"
CJK = "NotoSerifCJK-Regular.ttc"
CJK_BOLD = "NotoSerifCJK-Bold.ttc"
CJK_SIMPLIFIED = 2
"""The simplified Chinese face in the collection."""
NOT_AT_LINE_START = "，。、；：？！）》」』”’％"

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Heading:
    """A line in bold."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """Text that is broken into lines."""

    text: str


@dataclass(frozen=True)
class Table:
    """Cells with rules around them; the first row is bold."""

    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    """Shares of the text width."""


Block = Heading | Paragraph | Table

ENGLISH_TITLE = ("Port of Ardmouth", "NOTICE TO MARINERS No. 14", "Harbour Office, Quay Street 3 · 18 March 2024")
ENGLISH: tuple[Block, ...] = (
    Heading("1. Dredging of the eastern channel"),
    Paragraph(
        "From Monday, 25 March until Friday, 19 April 2024 the dredger Mary Ellis will work in the eastern channel "
        "between the fish market and the old lighthouse. She shows the lights and shapes of a vessel restricted in "
        "her ability to manoeuvre. Vessels with a draught of more than 4.5 metres may pass only at high water, and "
        "only after they have called Ardmouth Port Control on VHF channel 12."
    ),
    Paragraph(
        "The pipeline that carries the spoil to the northern beach floats on yellow buoys, 15 metres apart. Do not "
        "cross it. Small craft find a marked passage of 20 metres beside the breakwater, where the depth is at least "
        "1.8 metres at all states of the tide."
    ),
    Heading("2. Times of the swing bridge"),
    Paragraph(
        "While the works last, the bridge opens at fixed times. Masters are asked to be at the waiting pontoon ten "
        "minutes earlier; the bridge keeper cannot hold back road traffic for a vessel that comes late."
    ),
    Table(
        (
            ("Day", "Morning", "Afternoon", "Evening", "Depth (m)"),
            ("Monday to Thursday", "06:45", "13:15", "18:30", "5.2"),
            ("Friday", "06:45", "12:00", "17:00", "5.2"),
            ("Saturday", "08:00", "14:30", "–", "4.9"),
            ("Sunday, holidays", "09:30", "–", "19:15", "4.9"),
        ),
        (0.32, 0.17, 0.17, 0.17, 0.17),
    ),
    Heading("3. Harbour dues"),
    Paragraph(
        "Visiting yachts that leave the marina because of the works need not pay for the days of their absence. "
        "Please hand in the berth card at the office, or write to dues@ardmouth.example and name the vessel, her "
        "length over all and the days. Refunds of less than 5.00 are set off against the next bill."
    ),
    Heading("4. Further notices"),
    Paragraph(
        "Notice No. 11 (missing buoy at Gull Rock) is cancelled; the buoy has been replaced. Notices 9 and 13 remain "
        "in force. The next notice appears on 2 April. This notice hangs in the sailing club, at the fuel berth and "
        "at the office, where the charts may be looked at from 8 a.m. to 4 p.m."
    ),
    Paragraph("J. Hallam, Harbour Master"),
)

CHINESE_TITLE = ("青石镇图书馆", "关于延长开放时间的通知", "青图字〔2024〕第6号 · 2024年5月20日")
CHINESE: tuple[Block, ...] = (
    Paragraph(
        "各位读者：为了方便大家在暑假期间借阅图书，经研究决定，本馆自2024年7月1日起延长开放时间。现将有关事项通知如下"
        "，请互相转告。"
    ),
    Heading("一、开放时间"),
    Paragraph(
        "阅览室、儿童室和自习室的开放时间见下表。每逢周一上午，全馆整理书架、清洗空调，暂停对外服务；还书箱设在东门外"
        "，全天都可以使用。"
    ),
    Table(
        (
            ("地点", "周二至周五", "周末", "座位"),
            ("阅览室（二楼）", "8:30—21:00", "9:00—21:00", "160"),
            ("儿童室（一楼）", "9:00—18:00", "9:00—19:00", "48"),
            ("自习室（三楼）", "8:00—22:00", "8:00—22:00", "96"),
            ("地方文献室", "13:30—17:30", "预约", "12"),
        ),
        (0.31, 0.26, 0.26, 0.17),
    ),
    Heading("二、借阅办法"),
    Paragraph(
        "每张读者证最多可借图书八册，期限三十天；如果没有其他读者预约，可以续借一次。丢失图书的，应当购买同样的版本，"
        "或者按照定价的两倍赔偿。十四岁以下的小读者请由家长陪同办证，免收押金。"
    ),
    Paragraph(
        "从七月起，老城区的两个流动书车站点恢复服务：每周三下午停在南桥菜市场门口，每周六上午停在第二小学操场旁。车上"
        "备有大字本和有声读物，欢迎老年朋友前来选书。"
    ),
    Heading("三、暑期活动"),
    Paragraph(
        "七月六日下午三点，请来听《河边的船》一书的作者讲故事；七月二十日举办旧书交换集市，每人限带十本；八月的每个星"
        "期五晚上七点，在三楼露台放映老电影，遇雨改在报告厅。以上活动全部免费，不需要提前报名。"
    ),
    Paragraph("咨询电话：0571-5550126。意见和建议请投入服务台旁的意见箱，我们会在五个工作日之内答复。"),
    Paragraph("青石镇图书馆 办公室"),
)

REPORT: tuple[tuple[Block, ...], ...] = (
    (
        Heading("Three winters of bread: a report"),
        Paragraph(
            "The bakery of the Ardmouth cooperative opened in October 2021 with two ovens and five members. This "
            "report sums up what was baked, sold and learnt until March 2024, and what the members propose for the "
            "coming year."
        ),
        Heading("1 What we set out to do"),
        Paragraph(
            "We wanted bread that is baked where it is eaten, from flour that is milled within forty kilometres. "
            "Nobody of us had run a shop before. The council lent us the old ferry hall, the mill gave credit for "
            "the first ten sacks, and a retired baker from Lowestoft taught us for six weeks how to keep a sourdough "
            "alive."
        ),
        Paragraph(
            "The first loaves were flat and the first customers patient. By Christmas we sold every loaf before ten "
            "in the morning, and a second shift became necessary. It has run from Tuesday to Saturday ever since."
        ),
    ),
    (
        Heading("2 Figures"),
        Paragraph(
            "All amounts are in thousands. The loss of the second winter has a plain cause: the price of gas doubled "
            "within three months, while we had promised not to change the price of the large loaf before Easter."
        ),
        Table(
            (
                ("Winter", "Loaves", "Sales", "Flour", "Energy", "Result"),
                ("2021/22", "31.4", "118.2", "29.5", "14.1", "6.3"),
                ("2022/23", "44.9", "171.0", "46.8", "39.7", "-8.9"),
                ("2023/24", "52.6", "214.7", "51.2", "27.3", "17.8"),
            ),
            (0.2, 0.16, 0.16, 0.16, 0.16, 0.16),
        ),
        Paragraph(
            "Rye bread is now a third of all loaves, against a tenth at the beginning. Rolls were given up in May "
            "2023, as they took a quarter of the working hours and brought a twentieth of the sales."
        ),
        Paragraph(
            "Two out of five customers come from the new estate behind the station. The delivery round by cargo "
            "bicycle, begun as a trial in September 2023, serves 64 households and the kitchen of the primary "
            "school; it covers its costs on every day but Tuesday."
        ),
        Heading("2.1 Hours and people"),
        Paragraph(
            "Eleven members share 196 paid hours a week. Sick leave came to 3.1 per cent, most of it in January. "
            "Four apprentices have passed through the bakery so far, and one of them, Ines Okafor, now leads the "
            "night shift."
        ),
    ),
    (
        Heading("3 What comes next"),
        Paragraph(
            "The meeting of 9 March agreed on three proposals. First, a new oven with heat recovery replaces the "
            "older of the two; it pays for itself in about four years. Second, the shop opens on Mondays from June "
            "to August. Third, members who work at night receive a supplement of 12.5 per cent."
        ),
        Heading("4 Thanks"),
        Paragraph(
            "We thank the miller for his patience, the school for its loyal appetite, and everybody who stood in "
            "line in the rain. The accounts lie open in the shop; who wants to read them gets a chair and a cup of "
            "coffee."
        ),
    ),
)


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


def scanned(page: Image.Image, degrees: float, seed: int) -> Image.Image:
    """The page in black and white, slightly askew and with specks, as from an office scanner."""
    rng = np.random.default_rng(seed)
    grey = np.asarray(page.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255)).astype(np.float32)
    specks = cv2.GaussianBlur(rng.random(grey.shape, np.float32), (0, 0), 0.8)
    black = (grey + rng.normal(0, 14, grey.shape) < 140) | (specks > np.quantile(specks, 0.99995))
    return Image.fromarray(np.where(black, 0, 255).astype(np.uint8)).convert("1")


def bend(u: NDArray[np.float64], v: NDArray[np.float64]) -> NDArray[np.float64]:
    """Height of the paper over the desk in units of its width, at (u, v) in [0, 1]: a wave and a raised corner."""
    wave = 0.07 * np.sin(np.pi * (0.9 * u + 0.15)) * (1 - 0.45 * v)
    corner = 0.16 * np.clip(u + v - 1.25, 0, None) ** 2
    return wave + corner


def project(u: NDArray[np.float64], v: NDArray[np.float64], size: tuple[int, int]) -> tuple[Any, Any]:
    """Where a point of the paper lies in the photograph, taken from above and a little aside."""
    width, height = size
    x, y, z = u - 0.5, (v - 0.5) * 842 / 595, bend(u, v)
    turn, tilt_x, tilt_y = np.deg2rad(-4.0), np.deg2rad(17.0), np.deg2rad(-9.0)
    x, y = x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)
    y, z = y * np.cos(tilt_x) - z * np.sin(tilt_x), y * np.sin(tilt_x) + z * np.cos(tilt_x)
    x, z = x * np.cos(tilt_y) - z * np.sin(tilt_y), x * np.sin(tilt_y) + z * np.cos(tilt_y)
    depth = 2.6 - z
    return width * (0.485 + 2.02 * x / depth), height * 0.5 + width * 2.02 * y / depth


def paper_coordinates(size: tuple[int, int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The inverse of `project` for every pixel of the photograph, by Newton's method with numeric derivatives."""
    width, height = size
    px, py = np.meshgrid(np.arange(width, dtype=np.float64), np.arange(height, dtype=np.float64))
    u, v, step = px / width, py / height, 1e-4
    for _ in range(12):
        x, y = project(u, v, size)
        xu, yu = project(u + step, v, size)
        xv, yv = project(u, v + step, size)
        a, b, c, d = (xu - x) / step, (xv - x) / step, (yu - y) / step, (yv - y) / step
        determinant = a * d - b * c
        u = np.clip(u + (d * (px - x) - b * (py - y)) / determinant, -0.6, 1.6)
        v = np.clip(v + (a * (py - y) - c * (px - x)) / determinant, -0.6, 1.6)
    return u, v


def desk(size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float64]:
    """A dark wooden surface, BGR from 0 to 1."""
    width, height = size
    grain = cv2.GaussianBlur(rng.random((height, width)), (0, 0), sigmaX=60, sigmaY=1.2)
    bands = cv2.GaussianBlur(rng.random((height, width)), (0, 0), sigmaX=400, sigmaY=14)
    wood = (grain - grain.mean()) / grain.std() * 0.13 + (bands - bands.mean()) / bands.std() * 0.16
    return np.asarray(np.array([0.085, 0.125, 0.19]) * np.clip(1 + wood, 0.3, 1.8)[:, :, None], np.float64)


def photographed(page: Image.Image, size: tuple[int, int], seed: int) -> Pixels:
    """The page as a bent sheet on a desk, BGR."""
    rng = np.random.default_rng(seed)
    u, v = paper_coordinates(size)
    map_x, map_y = (u * page.width).astype(np.float32), (v * page.height).astype(np.float32)
    grey = cv2.GaussianBlur(np.asarray(page), (0, 0), 0.9)
    ink = cv2.remap(grey, map_x, map_y, cv2.INTER_AREA, borderValue=255).astype(np.float64) / 255
    inside = ((u >= 0) & (u <= 1) & (v >= 0) & (v <= 1)).astype(np.float64)
    edge = cv2.GaussianBlur(inside, (0, 0), 0.8)[:, :, None]

    step = 1e-3
    slope_u = (bend(u + step, v) - bend(u - step, v)) / (2 * step)
    slope_v = (bend(u, v + step) - bend(u, v - step)) / (2 * step)
    light = (1 - 1.5 * slope_u - 0.9 * slope_v) / np.sqrt(1 + slope_u**2 + slope_v**2)
    fibre = cv2.GaussianBlur(rng.normal(0, 1, ink.shape), (0, 0), 1.5) * 0.012
    paper = (0.15 + 0.79 * ink + fibre)[:, :, None] * np.array([0.90, 0.965, 1.0]) * light[:, :, None]

    shadow = 1 - 0.75 * cv2.GaussianBlur(np.roll(inside, (26, 22), (0, 1)), (0, 0), 20)[:, :, None]
    scene = edge * paper + (1 - edge) * desk(size, rng) * shadow
    width, height = size
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    lamp = 0.98 - 0.17 * x - 0.10 * y - 0.09 * (x**2 + y**2)
    scene = cv2.GaussianBlur(scene * lamp[:, :, None], (0, 0), 0.6) * 235 + rng.normal(0, 2.6, (height, width, 3))
    return np.asarray(np.clip(scene, 0, 255), np.uint8)


class Report:
    """A PDF file with a text layer, in the standard fonts; lengths in points."""

    def __init__(self) -> None:
        self.document = pypdfium2.PdfDocument.new()
        self.fonts = [
            pdfium.FPDFText_LoadStandardFont(self.document, name.encode()) for name in ("Times-Roman", "Helvetica-Bold")
        ]
        # The metrics of the Liberation fonts are those of the standard ones.
        self.metrics = [load_font(SERIF, 1000), load_font(BOLD, 1000)]
        self.margin, self.width, self.size = 72.0, 595.0 - 144.0, 13.0

    def text(self, page: Any, x: float, y: float, text: str, *, bold: bool, size: float) -> None:
        """One line, from its left end on the baseline."""
        item = pdfium.FPDFPageObj_CreateTextObj(self.document, self.fonts[bold], size)
        encoded = (text + "\0").encode("utf-16-le")
        buffer = (ctypes.c_ushort * (len(encoded) // 2)).from_buffer_copy(encoded)
        pdfium.FPDFText_SetText(item, buffer)
        pdfium.FPDFPageObj_Transform(item, 1, 0, 0, 1, x, y)
        pdfium.FPDFPage_InsertObject(page, item)

    def line(self, page: Any, x0: float, y0: float, x1: float, y1: float) -> None:
        """A thin rule."""
        path = pdfium.FPDFPageObj_CreateNewPath(x0, y0)
        pdfium.FPDFPath_LineTo(path, x1, y1)
        pdfium.FPDFPageObj_SetStrokeWidth(path, 0.6)
        pdfium.FPDFPath_SetDrawMode(path, 0, True)
        pdfium.FPDFPage_InsertObject(page, path)

    def add_page(self, blocks: Sequence[Block], number: int) -> None:
        """One more page, with its number at the foot."""
        page, y = self.document.new_page(595, 842), 842.0 - 80
        for block in blocks:
            if isinstance(block, Table):
                y = self.table(page, y, block)
                continue
            bold = isinstance(block, Heading)
            size = self.size * (1.35 if bold else 1.0)
            y -= 14 if bold else 0
            for text in wrap(block.text, self.metrics[bold], self.width * 1000 / size):
                self.text(page, self.margin, y, text, bold=bold, size=size)
                y -= size * 1.38
            y -= 6
        self.text(page, 595 / 2 - 3, 48, str(number), bold=False, size=10)
        pdfium.FPDFPage_GenerateContent(page)
        page.close()

    def table(self, page: Any, y: float, table: Table) -> float:
        """Centred cells; returns the height of the next line."""
        height, top = 21.0, y + 6
        edges = [self.margin + sum(table.widths[:i]) * self.width for i in range(len(table.widths) + 1)]
        for r, row in enumerate(table.rows):
            for c, cell in enumerate(row):
                room = edges[c + 1] - edges[c] - self.metrics[r == 0].getlength(cell) * 10.5 / 1000
                self.text(page, edges[c] + room / 2, top - r * height - 14.5, cell, bold=r == 0, size=10.5)
        bottom = top - len(table.rows) * height
        for i in range(len(table.rows) + 1):
            self.line(page, edges[0], top - i * height, edges[-1], top - i * height)
        for x in edges:
            self.line(page, x, top, x, bottom)
        return bottom - 24

    def encoded(self) -> bytes:
        """The file, with neither the time nor a random identifier in it."""
        target = io.BytesIO()
        self.document.save(target)
        content = re.sub(rb"D:\d{14}", b"D:20240318120000", target.getvalue())
        return re.sub(rb"<[0-9A-F]{32}>", b"<" + b"0" * 32 + b">", content)


def save_png(image: Image.Image, name: str) -> None:
    """Write a grey page as a small file."""
    # Sixteen greys are enough for print, and halve the file.
    levels = np.round(np.asarray(image) / 17).astype(np.uint8)
    page = Image.fromarray(levels * 17).quantize(16, dither=Image.Dither.NONE)
    page.save(HERE / name, optimize=True, bits=4, dpi=(120, 120))


def main() -> None:
    """Write all samples beside this script."""
    latin, cjk = (SERIF, BOLD), (CJK, CJK_BOLD)
    english = draw_page(ENGLISH_TITLE, ENGLISH, latin, 120)
    save_png(english, "english.png")
    turns = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}
    for degrees, turn in turns.items():
        save_png(english.transpose(turn), f"english_{degrees}.png")
    save_png(draw_page(CHINESE_TITLE, CHINESE, cjk, 120), "chinese.png")

    photo = photographed(draw_page(ENGLISH_TITLE, ENGLISH, latin, 220), (1200, 1600), seed=5)
    cv2.imwrite(str(HERE / "photo.jpg"), photo, [cv2.IMWRITE_JPEG_QUALITY, 82])

    frames = [
        scanned(draw_page(ENGLISH_TITLE, ENGLISH, latin, 150), 0.6, seed=1),
        scanned(draw_page(CHINESE_TITLE, CHINESE, cjk, 150), -0.4, seed=2),
    ]
    frames[0].save(HERE / "scan.tif", save_all=True, append_images=frames[1:], compression="group4", dpi=(150, 150))

    report = Report()
    for number, blocks in enumerate(REPORT, start=1):
        report.add_page(blocks, number)
    (HERE / "report.pdf").write_bytes(report.encoded())


if __name__ == "__main__":
    main()
