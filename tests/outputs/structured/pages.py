"""Structured pages of several kinds, built by hand of the real values, with pixels to match."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from galley.config import OcrOptions
from galley.config.structure import StructureOptions
from galley.outputs.fonts import font
from galley.results import Image as Pixels
from galley.results import PreprocessedPage, RecognizedPage, TextLine
from galley.results.layout import LayoutBox
from galley.results.seal import ReadSeal
from galley.results.structure import Block, Box, StructuredPage
from galley.results.table import Table, TableCell

WIDTH, HEIGHT = 600, 800


def line(text: str, box: Box) -> TextLine:
    left, top, right, bottom = box
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    return TextLine(np.array(corners, np.int32), -1, text, 0.99)


def block(
    label: str, content: str = "", box: Box = (60, 100, 540, 130), *, picture: Pixels | None = None, **more: object
) -> Block:
    return Block(label, content, box, 0, None, image=picture, **more)  # type: ignore[arg-type]


def figure(width: int = 200, height: int = 100, shade: int = 120) -> Pixels:
    """A gradient, so that no two are the same and JPEG keeps it."""
    row = np.linspace(shade, 255, width).astype(np.uint8)
    return np.repeat(np.repeat(row[None, :, None], height, axis=0), 3, axis=2)


def make_page(
    blocks: Sequence[Block] = (),
    *,
    name: str = "paper_0",
    index: int | None = 0,
    tables: Sequence[Table] = (),
    seals: Sequence[ReadSeal] = (),
    continues: tuple[bool, bool] = (True, True),
    options: StructureOptions | None = None,
    ignored: tuple[str, ...] | None = None,
    painted: bool = False,
) -> StructuredPage:
    """A page of these blocks; its pixels are white, or `painted` as the blocks say."""
    if options is None:
        options = StructureOptions() if ignored is None else StructureOptions(markdown_ignore_labels=ignored)
    outside = ("header", "footer", "number", "footnote")
    numbered, order = [], 0
    for place, one in enumerate(blocks):
        order += one.label not in outside
        numbered.append(
            Block(
                one.label,
                one.content,
                one.box,
                place,
                None if one.label in outside else order,
                one.level,
                one.joins,
                one.image,
            )
        )
    pixels = paint(numbered) if painted else np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    path = None if index is None else "in/paper.pdf"
    preprocessed = PreprocessedPage(path, index, name, False, False, -1, pixels, pixels, pixels)
    lines = tuple(line(one.content, one.box) for one in numbered if one.content and one.label != "table")
    return StructuredPage(
        input_path=path,
        page_index=index,
        page_count=None,
        name=name,
        preprocessed=preprocessed,
        options=options,
        layout=tuple(LayoutBox(n, one.label, 0.9, tuple(map(float, one.box))) for n, one in enumerate(numbered)),  # type: ignore[arg-type]
        recognized=RecognizedPage(path, index, name, preprocessed, OcrOptions(), lines),
        tables=tuple(tables),
        seals=tuple(seals),
        blocks=tuple(numbered),
        continues=continues,
    )


def paint(blocks: Sequence[Block], size: tuple[int, int] = (WIDTH, HEIGHT)) -> Pixels:
    sheet = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(sheet)
    for one in blocks:
        left, top, right, bottom = one.box
        if one.image is not None and one.image.size:
            picture = Image.fromarray(np.ascontiguousarray(one.image[:, :, ::-1]))
            sheet.paste(picture.resize((right - left, bottom - top)), (left, top))
        elif one.label != "table":
            pen.text((left, top), one.content[:80], fill="black", font=font(14))
    return np.ascontiguousarray(np.asarray(sheet)[:, :, ::-1])


def make_table() -> Table:
    """Two rows of head, one cell over two columns, one over two rows."""
    texts = [
        (0, 0, 2, 1, "Model"),
        (0, 1, 1, 2, "Error & cost"),
        (1, 1, 1, 1, "CER < 1 %"),
        (1, 2, 1, 1, "ms"),
        (2, 0, 1, 1, "small"),
        (2, 1, 1, 1, "=SUM(A1:A9)"),
        (2, 2, 1, 1, "12"),
    ]
    cells = tuple(
        TableCell(row, column, rows, columns, _cell_box(row, column, rows, columns), text)
        for row, column, rows, columns, text in texts
    )
    return Table((60, 480, 360, 570), cells, 2, ())


def _cell_box(row: int, column: int, rows: int, columns: int) -> tuple[float, float, float, float]:
    left, top = 60 + 100 * column, 480 + 30 * row
    return float(left), float(top), float(left + 100 * columns), float(top + 30 * rows)


def paper() -> StructuredPage:
    """A page of a paper in English: title, headings, a list, a figure, a table, header, footer and footnote."""
    table = make_table()
    blocks = [
        block("header", "Proceedings of Galley 2026", (60, 20, 300, 36)),
        block("doc_title", "Reading *all* of it", (150, 60, 450, 92), level=1),
        block("paragraph_title", "1 Introduction", (60, 110, 240, 130), level=2),
        block("text", "Pages are read by many oars, and no page is lost. This para-", (60, 140, 290, 200)),
        block("image", "", (60, 210, 290, 330), picture=figure(230, 120)),
        block("figure_title", "Figure 1: Oars < sails", (60, 335, 290, 352)),
        block("text", "graph goes on in the next column.", (310, 110, 540, 160), joins=True),
        block("text", "• one device\n• many devices\n• all devices", (310, 170, 540, 230)),
        block("paragraph_title", "1.1 Data", (310, 240, 400, 258), level=3),
        block("text", "1. Scans of <b>books</b>\n2. Photographs_of_pages", (310, 265, 540, 300)),
        block("table_title", "Table 1: What it costs", (60, 455, 300, 472)),
        block("table", table.html, table.box),
        block("formula", "", (310, 320, 540, 360), picture=figure(230, 40, 40)),
        block("footnote", "1 A note.", (60, 740, 300, 755)),
        block("number", "7", (290, 770, 310, 785)),
    ]
    return make_page(blocks, tables=[table], painted=True)


def chinese() -> StructuredPage:
    return make_page(
        [
            block("doc_title", "文档解析", (200, 60, 400, 100), level=1),
            block("paragraph_title", "一、引言", (60, 120, 200, 145), level=2),
            block("text", "许多设备同时读取页面，没有一页会丢", (60, 160, 540, 180)),
            block("text", "失。", (60, 200, 540, 220), joins=True),
        ],
        name="中文 文档#1_0",
    )


def arabic() -> StructuredPage:
    return make_page(
        [
            block("paragraph_title", "مقدمة", (400, 60, 540, 90), level=2),
            block("text", "هذا نص من اليمين إلى اليسار مع PDF 123.", (60, 100, 540, 130)),
        ]
    )
