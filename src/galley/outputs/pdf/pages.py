"""Searchable PDF of results: what is kept of a page, and the file made of the pages of a document, or of one page.

Runs in: worker, and parent (a result's own `save_to_pdf`).

A page of a PDF file stays as it is, vector graphics and all; it is only turned, and given the text, unless it has one
that can be trusted. Where the page was flattened, and for pictures, the page is the picture that was read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import repeat
from pathlib import Path
from typing import BinaryIO, TypeAlias

from galley.errors import BadInput
from galley.outputs.files import open_whole
from galley.outputs.pdf.frame import page_points
from galley.outputs.pdf.originals import (
    lay_over_document,
    lay_over_page,
    open_original,
    shown_sizes,
    upright_points,
)
from galley.outputs.pdf.part import PagePart, has_picture, read_part, write_part
from galley.outputs.pdf.picture import dots_per_inch, encode_pixels, jpeg_file
from galley.outputs.pdf.text import pieces_of, text_content
from galley.outputs.pdf.writer import PdfWriter
from galley.pages import Document, PageKind
from galley.results import RecognizedPage
from galley.wording import counted

SUFFIX = "_ocr.pdf"
"""Not `.pdf` alone: in the folder of the input that would be the input."""

Size: TypeAlias = tuple[float, float]
_UNUSED: Size = (0.0, 0.0)


def save_pdf(page: RecognizedPage, target: Path, password: str | None = None) -> list[Path]:
    """Write one page to the PDF file `target`, or under its own name into the folder `target`.

    `password` opens the PDF file that the page is of.

    Raises:
        BadInput: the page is of a PDF file that cannot be read any more.
        OutputError: the file cannot be written.
    """
    path = target if target.suffix.lower() == ".pdf" else target / f"{page.name}{SUFFIX}"
    part = part_of(page)
    if not _is_of_pdf(page):
        with open_whole(path) as file:
            _write_pages([part], repeat(_UNUSED), file)
        return [path]
    assert page.input_path is not None and page.page_index is not None
    with open_original(page.input_path, password) as pdf, open_whole(path) as file:
        if page.page_index >= len(pdf.pages):
            raise BadInput(f"the PDF file has only {counted(len(pdf.pages), 'page')} any more")
        lay_over_page(pdf, page.page_index, part, file)
    return [path]


def keep_part(page: RecognizedPage, path: Path) -> None:
    """Write what `join_pdf` needs of a page.

    Raises:
        OutputError: it cannot be written.
    """
    write_part(part_of(page), path)


def join_pdf(document: Document, parts: Sequence[Path], target: Path) -> None:
    """Make the PDF file of a whole document.

    Raises:
        BadInput: a part or the document cannot be read.
        OutputError: the file cannot be written.
    """
    if document.kind is not PageKind.PDF:
        with open_whole(target) as file:
            _write_pages((read_part(path) for path in parts), repeat(_UNUSED), file)
        return
    with open_original(document.path, document.password) as pdf, open_whole(target) as file:
        if all(has_picture(path) for path in parts):
            # Nothing is left of the document, so nothing of the whole has to be in memory.
            _write_pages((read_part(path) for path in parts), shown_sizes(pdf), file)
        else:
            lay_over_document(pdf, parts, file)


def part_of(page: RecognizedPage) -> PagePart:
    """The page as its document needs it."""
    before, after = page.preprocessed.input_img, page.preprocessed.output_img
    height, width = after.shape[:2]
    text = text_content(pieces_of(page), height)
    turned = -max(page.preprocessed.angle, 0) % 360
    flattened = page.preprocessed.use_doc_unwarping
    if _is_of_pdf(page):
        if flattened:
            return PagePart((width, height), text, picture=encode_pixels(after))
        layer = page.layer
        if layer is None:
            return PagePart((width, height), text, turned)
        if layer.trusted or layer.used:
            return PagePart((width, height), text_content([], height), turned)  # it has its own
        if layer.own and not turned:
            text = text_content(pieces_of(page, layer.own), height)
        return PagePart((width, height), text, turned, hidden_text=layer.hidden)
    frame = 0 if page.page_index is None else page.page_index
    points = page_points((width, height), dots_per_inch(page.input_path, frame))
    if page.input_path is not None and page.page_index is None and not flattened:
        original = jpeg_file(page.input_path, (before.shape[1], before.shape[0]))
        if original is not None:
            return PagePart((width, height), text, turned, original, points=points)
    return PagePart((width, height), text, picture=encode_pixels(after), points=points)


def _write_pages(parts: Iterable[PagePart], shown: Iterable[Size], file: BinaryIO) -> None:
    """Write parts that have pictures; `shown` is how large the document shows each, where the part does not say."""
    writer = PdfWriter(file)
    for part, size in zip(parts, shown, strict=False):
        writer.add_page(part, upright_points(part, size))
    writer.close()


def _is_of_pdf(page: RecognizedPage) -> bool:
    return page.input_path is not None and page.page_index is not None and page.input_path.lower().endswith(".pdf")
