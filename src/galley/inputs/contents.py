"""What a file holds whose ending says something else, for the message that refuses it.

Runs in: parent and worker. Pure.
"""

from __future__ import annotations

HEAD_BYTES = 1024
"""So many bytes at the beginning of a file tell what it holds."""

_PDF = "a PDF file"
_PICTURES = ("a JPEG picture", "a PNG picture", "a TIFF file")
_SIGNATURES = (
    (b"%PDF-", _PDF),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"II*\x00", "a TIFF file"),
    (b"MM\x00*", "a TIFF file"),
    (b"GIF8", "a GIF picture"),
    (b"PK\x03\x04", "a ZIP archive, as files of Word and Excel are"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"%!PS", "PostScript"),
    (b"version https://git-lfs", "a pointer to a file in Git LFS, not the file"),
)
_BRANDS = {b"heic": "a HEIC picture", b"heix": "a HEIC picture", b"mif1": "a HEIF picture", b"avif": "an AVIF picture"}
_HTML = (b"<!doctype html", b"<html")


def name_content(head: bytes) -> str:
    """What a file that begins with `head` is, such as `a PDF file`; empty where that cannot be told."""
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "")
    if head.lstrip()[:20].lower().startswith(_HTML):
        return "an HTML page, perhaps of a download that failed"
    return next((what for start, what in _SIGNATURES if head.startswith(start)), "")


def refuse_picture(head: bytes) -> str:
    """Why a file that begins with `head` cannot be read as a picture."""
    return _refuse(name_content(head), "a picture of a known format", _PICTURES)


def refuse_pdf(head: bytes) -> str:
    """Why a file that begins with `head` cannot be read as a PDF file."""
    return _refuse(name_content(head), _PDF, (_PDF,))


def _refuse(content: str, wanted: str, damaged: tuple[str, ...]) -> str:
    if not content or content in damaged:
        return f"damaged, or not {wanted}"
    return f"not {wanted}: by its content it is {content}"
