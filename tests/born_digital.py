"""PDF files with text of their own, made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pikepdf

SIZE = (400, 300)
"""Points."""


def make_pdf(
    path: Path, contents: Sequence[str], *, rotate: int = 0, crop: Sequence[int] | None = None, **save: Any
) -> Path:
    """A page for each content stream, which may use Helvetica as /F1 and a grey picture of noise as /P1."""
    with pikepdf.new() as pdf:
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        picture = pdf.make_stream(bytes(range(256)) * 4)
        entries = {"/Width": 32, "/Height": 32, "/BitsPerComponent": 8}
        for name, value in entries.items():
            picture[name] = value
        picture.Type, picture.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
        picture.ColorSpace = pikepdf.Name.DeviceGray
        resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font), XObject=pikepdf.Dictionary(P1=picture))
        for content in contents:
            pdf.add_blank_page(page_size=SIZE)
            page = pdf.pages[-1].obj
            page.Contents = pdf.make_stream(content.encode("latin-1"))
            page.Resources = resources
            page.Rotate = rotate
            if crop is not None:
                page.CropBox = pikepdf.Array(list(crop))
        pdf.save(path, **save)
    return path


def text(words: str, x: float, y: float, size: float = 14, before: str = "") -> str:
    """Operators for a line of text; `before` are others within the text object."""
    escaped = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"q BT {before} /F1 {size} Tf {x} {y} Td ({escaped}) Tj ET Q\n"


PROSE = "".join(
    text(f"Line {number} of a page that was born digital, at ease", 40, 270 - 18 * number) for number in range(12)
)
"""A page of text."""
