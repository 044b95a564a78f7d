"""Whole documents of what was kept of their pages."""

from __future__ import annotations

import gc
import io
import re
import tracemalloc
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docx
import pytest
from PIL import Image
from tests.outputs.structured.pages import block, figure, make_page

from galley.errors import BadInput
from galley.outputs.documents import Assembly
from galley.outputs.saving import FORMATS
from galley.outputs.structured.saving import save_markdown
from galley.pages import Document, PageKind
from galley.results.structure import StructuredPage


def book(pages: int) -> list[StructuredPage]:
    """Pages with a running head, headings of two sizes, a figure, and a paragraph that goes on over each page's end."""
    made = []
    for place in range(pages):
        blocks = [
            block("text", "The Book of Oars", (60, 20, 300, 40)),
            block("paragraph_title", f"Part {'ABCDEFGH'[place % 8]}x", (60, 100, 300, 130), level=2),
            block("text", f"words of page {place}", (60, 140, 540, 160)),
            block("paragraph_title", "Results", (60, 170, 300, 190), level=2),
            block("image", "", (60, 200, 260, 300), picture=figure(shade=place % 200)),
            block("text", f"Page {place} does not end, and there-", (60, 320, 540, 340)),
            block("number", str(place + 1), (290, 770, 310, 785)),
        ]
        if place:
            blocks.insert(1, block("text", "fore goes on.", (60, 60, 540, 98)))
        made.append(
            make_page(blocks, name=f"sub/book_{place}", index=place, continues=(place == 0, place == pages - 1))
        )
    return made


def assemble(
    folder: Path, pages: Sequence[StructuredPage], form: str, order: Sequence[int] | None = None
) -> tuple[Path, Assembly]:
    """Keep what is needed of all pages, in any order, and make the document."""
    document = FORMATS[StructuredPage][form].document
    assert document is not None
    assembly = Assembly(str(folder), str(folder / "parts"), (document,))
    for place in range(len(pages)) if order is None else order:
        assembly.keep(pages[place])
    whole = Document(PageKind.PDF, "in/book.pdf", "sub/book", len(pages), (document.suffix,), None)
    (path,) = assembly.assemble(whole)
    return path, assembly


def test_one_markdown_with_its_paragraphs_headings_and_without_running_heads(tmp_path: Path) -> None:
    pages = book(4)
    path, _ = assemble(tmp_path, pages, "markdown")
    text = path.read_text(encoding="utf-8")
    assert path == tmp_path / "sub" / "book.md"
    assert "Book of Oars" not in text
    assert text.count("and therefore goes on.") == 3
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Part Ax", "Part Bx", "Part Cx", "Part Dx"]
    assert text.count("### Results") == 4
    assert [int(number) for number in re.findall("words of page (.)", text)] == [0, 1, 2, 3]


def test_its_pictures_are_those_beside_the_pages_own_texts(tmp_path: Path) -> None:
    pages = book(3)
    for page in pages:
        save_markdown(page, tmp_path)
    path, _ = assemble(tmp_path, pages, "markdown")
    places = re.findall('src="([^"]*)"', path.read_text(encoding="utf-8"))
    assert len(set(places)) == 3
    assert all((path.parent / place).is_file() for place in places)


def test_one_word_file_with_all_pictures(tmp_path: Path) -> None:
    path, _ = assemble(tmp_path, book(4), "word")
    document = docx.Document(str(path))
    styles = [(one.style.name, one.text) for one in document.paragraphs if one.style is not None]
    assert ("Heading 1", "Part Ax") in styles and ("Heading 2", "Results") in styles
    assert not any("Book of Oars" in text for _, text in styles)
    assert len(document.inline_shapes) == 4
    with zipfile.ZipFile(path) as archive:
        pictures = [archive.read(name) for name in archive.namelist() if name.endswith(".jpg")]
    shades = [Image.open(io.BytesIO(content)).getpixel((0, 0))[0] for content in pictures]  # type: ignore[index]
    assert shades == pytest.approx([0, 1, 2, 3], abs=2)


@pytest.mark.parametrize("form", ["markdown", "word"])
def test_whichever_worker_did_which_page_when_makes_no_difference(tmp_path: Path, form: str) -> None:
    pages = book(5)
    first, _ = assemble(tmp_path / "one", pages, form)
    second, _ = assemble(tmp_path / "two", pages, form, order=[3, 0, 4, 2, 1])
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("form", ["markdown", "word"])
def test_what_is_not_there_or_not_whole_is_named(tmp_path: Path, form: str) -> None:
    _, assembly = assemble(tmp_path, book(3), form)
    (kept,) = assembly.forms
    part = assembly.part("sub/book", 1, kept)
    whole = Document(PageKind.PDF, "in/book.pdf", "sub/book", 3, (kept.suffix,), None)
    part.write_bytes(part.read_bytes()[:-40])
    with pytest.raises(BadInput, match=r"(of|for) a page"):
        assembly.assemble(whole)
    part.unlink()
    with pytest.raises(BadInput, match=re.escape(part.name)):
        assembly.assemble(whole)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["markdown", "word"])
def test_memory_does_not_grow_with_the_pages(tmp_path: Path, form: str) -> None:
    def peak(pages: int) -> int:
        folder = tmp_path / str(pages)
        long = block("text", "word " * 20_000, (60, 500, 540, 700))
        made = [make_page([*page.blocks, long], name=page.name, index=page.page_index) for page in book(4)]
        document = FORMATS[StructuredPage][form].document
        assert document is not None and document.keep is not None
        parts = [folder / str(place) for place in range(pages)]
        for place, part in enumerate(parts):
            document.keep(made[place % len(made)], part)
        whole: Any = Document(PageKind.PDF, "in/book.pdf", "book", pages, (document.suffix,), None)
        gc.collect()
        tracemalloc.start()
        document.join(whole, parts, folder / "whole")
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(8)
    # Each page has 100 kB of text: the 64 kept would take 6 MB.
    assert peak(64) < peak(8) + (2 << 20)


def test_empty_pages_make_an_empty_document(tmp_path: Path) -> None:
    pages = [make_page(name=f"sub/book_{place}", index=place) for place in range(2)]
    assert assemble(tmp_path, pages, "markdown")[0].read_text(encoding="utf-8") == "\n"
    assert not docx.Document(str(assemble(tmp_path, pages, "word")[0])).paragraphs
