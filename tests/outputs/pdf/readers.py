"""What other programs read in a PDF file."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest


def pdfium_text(path: Path) -> list[str]:
    """The text of each page, lines separated by line feeds."""
    document = pypdfium2.PdfDocument(path)
    texts = [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document]
    document.close()
    return texts


def poppler_text(path: Path) -> list[str]:
    """The same as poppler's pdftotext sees it."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed (poppler-utils)")
    answer = subprocess.run(["pdftotext", "-q", str(path), "-"], check=True, capture_output=True)
    return answer.stdout.decode().split("\f")[:-1]


def char_boxes(path: Path, index: int = 0) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    """Each character and its box: left, top, right and bottom in points, as the page is shown."""
    document = pypdfium2.PdfDocument(path)
    page = document[index]
    text = page.get_textpage()
    for number in range(text.count_chars()):
        corners = text.get_charbox(number, loose=True)
        shown = [_shown(page, corners[side], corners[side + 1]) for side in (0, 2)]
        xs, ys = [x for x, _ in shown], [y for _, y in shown]
        yield text.get_text_range(number, 1), (min(xs), min(ys), max(xs), max(ys))
    document.close()


def _shown(page: Any, x: float, y: float) -> tuple[float, float]:
    import ctypes

    import pypdfium2.raw as raw

    width, height = page.get_size()
    across, down = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(page.raw, 0, 0, round(width * 100), round(height * 100), 0, x, y, across, down)
    return across.value / 100, down.value / 100
