"""The pages that OCR is measured on: pictures that every system can read, and the text layers of PDFs.

Runs in: parent. Loads OpenCV, which Galley's own parent process never does.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import pypdfium2
import pypdfium2.raw as pdfium

from benchmarks.ocr_text import Glyph
from galley.inputs import InputOptions
from galley.inputs.loading import load_pixels
from galley.pages import PageKind, PageRef

USUAL_DPI = 144
"""Pages of PDFs are rendered so, by PaddleOCR too."""
_DPI = 72.0
"""Of a PDF's own units."""
LEAST_GLYPHS = 200
"""A text layer with fewer characters is taken for a page number or a watermark on a scan."""


@dataclass(frozen=True, slots=True)
class PagePicture:
    """One page, rendered as Galley renders it."""

    name: str
    file: str
    glyphs: tuple[Glyph, ...]
    """Its text layer; empty where it has none worth the name."""


def report_name(name: str, dpi: float) -> str:
    """The name of a report about pages in `dpi`."""
    return name if dpi == USUAL_DPI else f"{name}_{dpi:g}_dpi"


def write_pictures(pages: list[PageRef], folder: Path, dpi: float = USUAL_DPI) -> Iterator[PagePicture]:
    """The pages as PNG files in `folder`; those of PDFs in `dpi`."""
    options = InputOptions(pdf_scale=dpi / _DPI)
    for number, page in enumerate(pages):
        file = folder / f"{number:03d}.png"
        pixels = load_pixels(page, options)
        if not cv2.imwrite(str(file), pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1]):
            raise OSError(f"cannot write {file.name}")
        glyphs = tuple(glyphs_of(page, pixels.shape[1], pixels.shape[0])) if page.kind is PageKind.PDF else ()
        yield PagePicture(str(page), str(file), glyphs if len(glyphs) >= LEAST_GLYPHS else ())


def glyphs_of(page: PageRef, width: int, height: int) -> Iterator[Glyph]:
    """The characters of a page's text layer on its picture of `width` x `height` pixels."""
    document = pypdfium2.PdfDocument(page.path)
    try:
        opened = document[page.index if page.index is not None else 0]
        text = opened.get_textpage()
        for index in range(text.count_chars()):
            character = chr(pdfium.FPDFText_GetUnicode(text, index))
            if character.isspace() or not character.isprintable():
                continue
            left, bottom, right, top = text.get_charbox(index)
            x, y = ctypes.c_int(), ctypes.c_int()
            middle = ((left + right) / 2, (bottom + top) / 2)
            pdfium.FPDF_PageToDevice(opened, 0, 0, width, height, 0, *middle, ctypes.byref(x), ctypes.byref(y))
            yield Glyph(character, x.value, y.value)
    finally:
        document.close()
