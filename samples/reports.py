"""A PDF file with a text layer."""

from __future__ import annotations

import ctypes
import io
import re
from collections.abc import Sequence
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from samples.sheets import BOLD, SERIF, load_font, wrap
from samples.texts import Block, Heading, Table


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
