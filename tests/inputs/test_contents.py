"""What a file holds whose ending says something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from galley.errors import BadInput
from galley.inputs.contents import name_content
from galley.inputs.documents import count_pdf_pages
from galley.inputs.loading import load_pixels
from galley.pages import PageKind, PageRef


@pytest.mark.parametrize(
    ("head", "content"),
    [
        (b"%PDF-1.7\n", "a PDF file"),
        (b"\x00\x00\x00\x18ftypheic\x00", "a HEIC picture"),
        (b"\x00\x00\x00\x18ftypqt  \x00", ""),
        (b"\n <!DOCTYPE HTML><title>404", "an HTML page, perhaps of a download that failed"),
        (b"no picture", ""),
        (b"", ""),
    ],
)
def test_contents_have_names(head: bytes, content: str) -> None:
    assert name_content(head) == content


def test_a_document_that_is_called_a_picture_is_told_so(tmp_path: Path, three_pages: bytes) -> None:
    path = tmp_path / "scan.png"
    path.write_bytes(three_pages)
    page = PageRef(PageKind.IMAGE, str(path), None, None, "scan")
    with pytest.raises(BadInput, match="not a picture of a known format: by its content it is a PDF file"):
        load_pixels(page)


def test_a_picture_that_is_called_a_document_is_told_so(tmp_path: Path, samples: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes((samples / "photo.jpg").read_bytes())
    with pytest.raises(BadInput, match="not a PDF file: by its content it is a JPEG picture"):
        count_pdf_pages(str(path), None)
    path.write_bytes(b"%PDF-1.7 and nothing more")
    with pytest.raises(BadInput, match="damaged, or not a PDF file"):
        count_pdf_pages(str(path), None)
