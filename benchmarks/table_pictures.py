"""Pictures of tables with their truth, the same for the same seed: styles of rules, spans, wrapped texts, scans.

Runs in: parent. Loads OpenCV, which Galley's own parent process never does.
"""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from benchmarks.table_signs import BOXES, BULLETS, SIGNS, draw_sign
from benchmarks.table_truth import Truth, TruthCell
from galley.outputs.fonts import font_folders

STYLES = ("wired", "wired spans", "rules", "booktabs", "two-level head", "plain", "form", "lettered")
"""All walls drawn; the same with cells over rows and columns; a rule after each row; three rules; three rules and
partial ones under the groups of the head; none; bullets, boxes to tick and single letters, with or without walls; all
walls around texts without a number, under a head that is bold, shaded or ruled off."""
WALLED = ("wired", "wired spans", "form", "lettered")
"""Those with walls; "form" now and then has none."""

_LATIN = ("DejaVuSans.ttf", "DejaVuSerif.ttf", "LiberationSans-Regular.ttf", "LiberationSerif-Regular.ttf")
_CHINESE = (("NotoSansCJK-Regular.ttc", 2), ("NotoSerifCJK-Regular.ttc", 2), ("wqy-zenhei.ttc", 0))
_BOLD = {"en": ("DejaVuSans-Bold.ttf", 0), "zh": ("NotoSansCJK-Bold.ttc", 2)}
_WORDS = {
    "en": "Revenue Region Quarter Model Accuracy Baseline Method Total Income Cost Margin Item Name Status Remarks "
    "Owner Volume Sample Pressure Yield Average Score Recall Dataset Version Latency Notes Supplier Weight",
    "zh": "项目 名称 数量 单价 金额 备注 部门 负责人 状态 型号 规格 单位 产地 "
    "编号 合计 收入 成本 利润 地区 职务 说明 温度 产量 平均值",
}
_PHRASES = {
    "en": (
        "higher prices of raw materials",
        "needs approval by the head of department",
        "see the notes to the statements",
        "measured on the held-out part of the data",
    ),
    "zh": (
        "较上年同期有所增加",
        "原材料价格上涨所致",
        "按照合同约定分期支付款项",
        "需经部门经理审批后方可执行",
    ),
}
_PAPER_MARGIN = 36
_ALIGNMENTS = {"number": ("right", "centre"), "bulleted": ("left",), "box": ("centre",), "mark": ("centre",)}
_LINE = 1.35
"""Distance of the lines in a cell, in sizes of the font."""


@dataclass(frozen=True, slots=True)
class TablePicture:
    """A table as it is seen, BGR, and what it holds."""

    pixels: NDArray[np.uint8]
    truth: Truth
    head_rows: int


@dataclass(frozen=True, slots=True)
class _Look:
    """What was drawn by lot for one table."""

    language: str
    font: ImageFont.FreeTypeFont
    head_font: ImageFont.FreeTypeFont
    mark: str
    """What tells the head, where nothing else does: bold, double or thick (rules), shaded."""
    size: int
    padding: int
    rule: int
    """Pixels."""
    shaded: bool
    kinds: tuple[str, ...]
    walls: bool
    tinted: bool
    """The whole table, where boxes to tick are white then."""
    aligned: tuple[str, ...]
    """left, centre or right, for each column."""


def draw_table(seed: int, style: str, *, scan: bool = False, headless: bool = False) -> TablePicture:
    """One table; the same arguments give the same picture on machines with the same fonts.

    Args:
        seed: decides all that is left to the lot.
        style: one of `STYLES`.
        scan: as if printed and scanned, not too well.
        headless: without a head, and without what marks one.
    """
    lot = random.Random(f"{style}/{seed}")
    columns, body = lot.randint(3, 7), lot.randint(4, 11)
    look = _draw_look(lot, style, columns)
    head = _two_level_head(lot, look, columns) if style == "two-level head" else _plain_head(lot, look, columns)
    if style == "wired spans" and columns >= 4:
        head = _two_level_head(lot, look, columns)
    if headless:
        head, look = [], replace(look, shaded=False, mark="")
    depth = max((cell.row + cell.rows for cell in head), default=0)
    cells = (*head, *_body(lot, look, style, depth, body))
    pixels = _Drawing(look, cells, depth, style).pixels
    return TablePicture(_as_scan(pixels, lot, seed) if scan else pixels, Truth(cells), depth)


def _draw_look(lot: random.Random, style: str, columns: int) -> _Look:
    language = lot.choice(("en", "zh"))
    size = lot.choice((18, 20, 22, 24, 26))
    others = ("number", "number", "number", "name", "date", "phrase") if columns <= 5 else ("number", "number", "name")
    kinds = ["name", *(lot.choice(others) for _ in range(columns - 1))]
    if style == "form":
        kinds = ["bulleted", *lot.choices(("box", "box", "mark", "number"), k=columns - 1)]
    if style == "lettered":
        kinds = ["name", *lot.choices(("name", "name", "phrase"), k=columns - 1)]
    spare = "name" if style == "lettered" else "number"
    kinds = [kind if kind != "phrase" or kinds.index("phrase") == i else spare for i, kind in enumerate(kinds)]
    font = _font(language, size, lot)
    mark = lot.choice(("bold", "bold", "double", "thick", "shaded")) if style == "lettered" else ""
    return _Look(
        language=language,
        font=font,
        head_font=_bold(language, size) if mark == "bold" else font,
        mark=mark,
        size=size,
        padding=int(size * lot.uniform(0.25, 0.6)),
        rule=lot.choice((1, 2, 2)),
        shaded=mark == "shaded" or (style not in ("plain", "lettered") and lot.random() < 0.3),
        kinds=tuple(kinds),
        walls=style.startswith("wired") or style == "lettered" or (style == "form" and lot.random() < 0.5),
        tinted=style == "form" and lot.random() < 0.4,
        aligned=tuple(lot.choice(_ALIGNMENTS.get(kind, ("left", "centre"))) for kind in kinds),
    )


def _plain_head(lot: random.Random, look: _Look, columns: int) -> list[TruthCell]:
    return [TruthCell(0, column, lot.choice(_WORDS[look.language].split())) for column in range(columns)]


def _two_level_head(lot: random.Random, look: _Look, columns: int) -> list[TruthCell]:
    """The first column over both rows, then groups of two or three with a title above them."""
    words = _WORDS[look.language].split()
    cells = [TruthCell(0, 0, lot.choice(words), rows=2)]
    column = 1
    while column < columns:
        width = min(lot.randint(2, 3), columns - column)
        if width == 1:
            cells.append(TruthCell(0, column, lot.choice(words), rows=2))
        else:
            cells.append(TruthCell(0, column, lot.choice(words), columns=width))
            cells += [TruthCell(1, column + place, lot.choice(words)) for place in range(width)]
        column += width
    return cells


def _body(lot: random.Random, look: _Look, style: str, first: int, rows: int) -> list[TruthCell]:
    spans = style == "wired spans"
    cells: list[TruthCell] = []
    row, end = first, first + rows
    while row < end:
        height = 2 if spans and row + 1 < end and lot.random() < 0.3 else 1
        cells.append(TruthCell(row, 0, _content(lot, look, look.kinds[0]), rows=height))
        for line in range(row, row + height):
            column = 1
            while column < len(look.kinds):
                width = 2 if spans and column + 1 < len(look.kinds) and lot.random() < 0.08 else 1
                text = "" if lot.random() < 0.06 else _content(lot, look, look.kinds[column])
                cells.append(TruthCell(line, column, text, columns=width))
                column += width
        row += height
    return cells


def _content(lot: random.Random, look: _Look, kind: str) -> str:
    if kind == "number":
        forms = (
            f"{lot.uniform(0, 100):.2f}",
            str(lot.randint(1, 9999)),
            f"{lot.uniform(0, 100):.1f}%",
            f"{lot.randint(1, 99)},{lot.randint(0, 999):03d}",
            "-",
        )
        return lot.choice(forms)
    if kind == "date":
        return f"20{lot.randint(10, 24)}-{lot.randint(1, 12):02d}-{lot.randint(1, 28):02d}"
    if kind == "bulleted":
        return f"{lot.choice(BULLETS)} {_content(lot, look, lot.choice(('name', 'phrase')))}"
    if kind == "box":
        return lot.choice(BOXES)
    if kind == "mark":
        return lot.choice(("X", "X", "x", ""))
    if kind == "phrase":
        return lot.choice(_PHRASES[look.language])
    words = _WORDS[look.language].split()
    return " ".join(lot.sample(words, lot.randint(1, 2))) if look.language == "en" else lot.choice(words)


class _Drawing:
    """One table on white paper."""

    def __init__(self, look: _Look, cells: Sequence[TruthCell], head: int, style: str) -> None:
        self._look, self._cells, self._head, self._style = look, cells, head, style
        self._x, self._y = self._edges()
        size = (self._x[-1] + _PAPER_MARGIN, self._y[-1] + _PAPER_MARGIN)
        self._paper = Image.new("RGB", size, "white")
        self._pen = ImageDraw.Draw(self._paper)
        if look.tinted:
            self._pen.rectangle((0, 0, *size), fill=(212, 221, 240))
        if look.shaded:
            self._pen.rectangle((self._x[0], self._y[0], self._x[-1], self._y[head]), fill=(222, 230, 240))
        for cell in cells:
            self._write(cell)
        self._rule()
        self.pixels: NDArray[np.uint8] = np.ascontiguousarray(np.asarray(self._paper)[:, :, ::-1])

    def _edges(self) -> tuple[list[int], list[int]]:
        size = self._look.size
        units = {"number": 4.4, "date": 6.4, "name": 6.2, "phrase": 9.5, "bulleted": 14.0, "box": 4.0, "mark": 3.0}
        widths = [int(units[kind] * size) for kind in self._look.kinds]
        for cell in self._cells:
            if cell.columns == 1:
                longest = max((self._look.font.getlength(part) for part in self._parts(cell.text)), default=0.0)
                widths[cell.column] = max(widths[cell.column], int(longest + 0.9 * size))
        line = int(size * _LINE)
        heights = [line + 2 * self._look.padding] * max(cell.row + cell.rows for cell in self._cells)
        for cell in self._cells:
            room = sum(widths[cell.column : cell.column + cell.columns]) - 0.8 * size
            lines = len(self._wrap(cell.text, room))
            if cell.rows == 1:
                heights[cell.row] = max(heights[cell.row], lines * line + 2 * self._look.padding)
        start = [_PAPER_MARGIN]
        return list(accumulate(start + widths)), list(accumulate(start + heights))

    def _parts(self, text: str) -> list[str]:
        """What is never broken: words, numbers, and a few Chinese characters."""
        return text.split() if _has_spaces(text) else [text[:4]]

    def _wrap(self, text: str, room: float) -> list[str]:
        joint = " " if _has_spaces(text) else ""
        lines: list[str] = []
        for part in text.split() if _has_spaces(text) else list(text):
            longer = f"{lines[-1]}{joint}{part}" if lines else part
            if lines and self._look.font.getlength(longer) <= room:
                lines[-1] = longer
            else:
                lines.append(part)
        return lines

    def _write(self, cell: TruthCell) -> None:
        size, line = self._look.size, int(self._look.size * _LINE)
        left, right = self._x[cell.column], self._x[cell.column + cell.columns]
        top, bottom = self._y[cell.row], self._y[cell.row + cell.rows]
        lines = self._wrap(cell.text, right - left - 0.8 * size)
        aligned = "centre" if cell.row < self._head or cell.columns > 1 else self._look.aligned[cell.column]
        y = top + (bottom - top - line * len(lines)) / 2
        for text in lines:
            length = self._look.font.getlength(text)
            x = {"left": left + 0.4 * size, "centre": (left + right - length) / 2, "right": right - length - 0.4 * size}
            self._put(x[aligned], y, text, self._look.head_font if cell.row < self._head else self._look.font)
            y += line

    def _put(self, x: float, y: float, text: str, font: ImageFont.FreeTypeFont) -> None:
        size = self._look.size
        if text[:1] in SIGNS:
            draw_sign(self._pen, text[0], x, y + 0.62 * size, size, self._look.tinted)
            x, text = x + 1.2 * size, text[1:].strip()
        self._pen.text((x, y), text, font=font, fill="black")

    def _rule(self) -> None:
        left, right, rule = self._x[0], self._x[-1], self._look.rule
        if self._look.walls:
            for cell in self._cells:
                box = (self._x[cell.column], self._y[cell.row])
                corner = (self._x[cell.column + cell.columns], self._y[cell.row + cell.rows])
                self._pen.rectangle((*box, *corner), outline="black" if rule == 2 else (90, 90, 90))
            self._rule_off(left, right, self._y[self._head])
        elif self._style == "rules":
            for y in self._y:
                self._pen.line((left, y, right, y), fill=(60, 60, 60), width=1)
        elif self._style not in ("plain", "form"):
            for y, width in ((self._y[0], rule + 1), (self._y[self._head], rule), (self._y[-1], rule + 1)):
                self._pen.line((left, y, right, y), fill="black", width=width)
            for cell in self._cells:
                if cell.row == 0 and cell.columns > 1:
                    ends = (self._x[cell.column] + 6, self._x[cell.column + cell.columns] - 6)
                    self._pen.line((ends[0], self._y[1], ends[1], self._y[1]), fill="black")

    def _rule_off(self, left: int, right: int, y: int) -> None:
        """Draw what tells the head from the body below it."""
        if self._look.mark == "double":
            self._pen.line((left, y - 4, right, y - 4), fill="black")
        elif self._look.mark == "thick":
            self._pen.line((left, y, right, y), fill="black", width=4)


def _bold(language: str, size: int) -> ImageFont.FreeTypeFont:
    name, face = _BOLD[language]
    path = _find(name)
    if path is None:
        raise OSError(f"no bold font to draw tables with; install {name}")
    return ImageFont.truetype(str(path), size, index=face)


def _has_spaces(text: str) -> bool:
    """Whether words are apart in `text`, whatever sign it begins with."""
    return (text[1:] if text[:1] in SIGNS else text).isascii()


def _as_scan(pixels: NDArray[np.uint8], lot: random.Random, seed: int) -> NDArray[np.uint8]:
    """A little askew and blurred, greyish, noisy, and through JPEG."""
    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), lot.uniform(-0.8, 0.8), 1)
    white = (255.0, 255.0, 255.0)
    turned = cv2.warpAffine(pixels, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=white)
    soft = cv2.GaussianBlur(turned, (0, 0), lot.uniform(0.4, 0.9)).astype(np.float32)
    noise = np.random.default_rng(seed).normal(0, 6, pixels.shape)
    grey = np.clip(soft * lot.uniform(0.9, 1.0) + noise, 0, 255).astype(np.uint8)
    packed = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, 70])[1]
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)


def _font(language: str, size: int, lot: random.Random) -> ImageFont.FreeTypeFont:
    wanted = [(name, 0) for name in _LATIN] if language == "en" else list(_CHINESE)
    present = [(path, face) for name, face in wanted if (path := _find(name)) is not None]
    if not present:
        raise OSError(f"no font to draw tables with; install one of {', '.join(name for name, _ in wanted)}")
    path, face = lot.choice(present)
    return ImageFont.truetype(str(path), size, index=face)


def _find(name: str) -> Path | None:
    for folder in font_folders(os.environ, Path.home()):
        found = next(iter(sorted(folder.rglob(name))), None) if folder.is_dir() else None
        if found is not None:
            return found
    return None
