"""The text that a page of a PDF file brings along.

Runs in: worker, in the thread that renders pages: pdfium bears no two at once.
"""

from __future__ import annotations

import ctypes
import math
from typing import Any

import numpy as np

from galley.results.text_layer import TextLayer

_HIDDEN_MODES = (3, 7)
"""Text rendering modes without ink (PDF 1.7, 9.3.6): invisible, and added to the clipping path only."""
_LINE_END_HYPHEN = 2
"""What pdfium gives for a hyphen at the end of a line."""


def read_text_layer(page: Any, width: int, height: int) -> TextLayer:
    """The text of a `pypdfium2.PdfPage`, in the pixels of its picture of `width` x `height`."""
    import pypdfium2.raw as raw

    text = page.get_textpage()
    try:
        count = max(text.count_chars(), 0)
        reader = _CharReader(raw, text.raw, _to_pixels(raw, page, width, height))
        characters = [reader.character(index) for index in range(count)]
        rows = [reader.read(index) for index in range(count)]
    finally:
        text.close()
    table = np.array(rows, np.float32).reshape(count, 8)
    return TextLayer(
        characters="".join(characters),
        boxes=table[:, :4],
        directions=table[:, 4],
        sizes=table[:, 5],
        unmapped=table[:, 6].astype(bool),
        hidden=table[:, 7].astype(bool),
        largest_picture=_largest_picture(raw, page),
    )


class _CharReader:
    """Asks pdfium for one character after another."""

    def __init__(self, raw: Any, text: Any, to_pixels: tuple[float, ...]) -> None:
        self._raw = raw
        self._text = text
        self._to_pixels = to_pixels
        self._rect = raw.FS_RECTF()
        self._matrix = raw.FS_MATRIX()
        self._object: int | None = None
        self._hidden = False

    def character(self, index: int) -> str:
        """One character; several codes that stand for none become U+FFFD."""
        code = self._raw.FPDFText_GetUnicode(self._text, index)
        if code == _LINE_END_HYPHEN:
            return "-"
        if code in (10, 13):
            return "\n"
        return chr(code) if 32 <= code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"

    def read(self, index: int) -> tuple[float, ...]:
        """Box, direction, size, and whether it is unmapped and hidden."""
        raw, text = self._raw, self._text
        if raw.FPDFText_IsGenerated(text, index) == 1:
            return (0.0,) * 8
        rect = self._rect
        if not raw.FPDFText_GetLooseCharBox(text, index, rect):
            return (0.0,) * 8
        a, b, c, d, e, f = self._to_pixels
        xs = [a * x + c * y + e for x, y in ((rect.left, rect.bottom), (rect.right, rect.top))]
        ys = [b * x + d * y + f for x, y in ((rect.left, rect.bottom), (rect.right, rect.top))]
        direction, size = 0.0, 0.0
        if raw.FPDFText_GetMatrix(text, index, self._matrix):
            along = self._matrix.a, self._matrix.b
            direction = math.degrees(math.atan2(b * along[0] + d * along[1], a * along[0] + c * along[1]))
            stretch = math.hypot(self._matrix.c, self._matrix.d) * math.sqrt(abs(a * d - b * c))
            size = raw.FPDFText_GetFontSize(text, index) * stretch
        unmapped = raw.FPDFText_HasUnicodeMapError(text, index) == 1
        return min(xs), min(ys), max(xs), max(ys), direction, size, unmapped, self._is_hidden(index)

    def _is_hidden(self, index: int) -> bool:
        drawn = self._raw.FPDFText_GetTextObject(self._text, index)
        address = ctypes.cast(drawn, ctypes.c_void_p).value
        if address != self._object:
            self._object = address
            self._hidden = bool(drawn) and self._raw.FPDFTextObj_GetTextRenderMode(drawn) in _HIDDEN_MODES
        return self._hidden


def _to_pixels(raw: Any, page: Any, width: int, height: int) -> tuple[float, ...]:
    """The matrix (a, b, c, d, e, f) from the page's own coordinates to pixels: ax + cy + e, bx + dy + f."""
    box = raw.FS_RECTF()
    raw.FPDF_GetPageBoundingBox(page.raw, box)
    across, up = max(box.right - box.left, 1e-6), max(box.top - box.bottom, 1e-6)
    turn = page.get_rotation() % 360
    x, y = (width / up, height / across) if turn % 180 else (width / across, height / up)
    return {
        0: (x, 0.0, 0.0, -y, -x * box.left, y * box.top),
        90: (0.0, y, x, 0.0, -x * box.bottom, -y * box.left),
        180: (-x, 0.0, 0.0, y, x * box.right, -y * box.bottom),
        270: (0.0, -y, -x, 0.0, x * box.top, y * box.right),
    }[turn]


def _largest_picture(raw: Any, page: Any) -> float:
    """The largest share of the page that one picture covers, alone or in a group of its own."""
    import pypdfium2

    area = max(page.get_width() * page.get_height(), 1e-6)
    largest = 0.0
    try:
        for drawn in page.get_objects(max_depth=1):
            if drawn.type == raw.FPDF_PAGEOBJ_IMAGE or (
                drawn.type == raw.FPDF_PAGEOBJ_FORM and _holds_picture(raw, drawn)
            ):
                left, bottom, right, top = drawn.get_bounds() if hasattr(drawn, "get_bounds") else drawn.get_pos()
                largest = max(largest, abs(right - left) * abs(top - bottom) / area)
    except pypdfium2.PdfiumError:
        return largest
    return min(largest, 1.0)


def _holds_picture(raw: Any, group: Any) -> bool:
    inner = (raw.FPDFFormObj_GetObject(group.raw, index) for index in range(raw.FPDFFormObj_CountObjects(group.raw)))
    return any(raw.FPDFPageObj_GetType(each) == raw.FPDF_PAGEOBJ_IMAGE for each in inner)
