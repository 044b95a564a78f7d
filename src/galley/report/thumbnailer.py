"""Makes small pictures of pages, for pages that may well break whoever reads them.

Runs in: a process of its own, which may die or be killed at any page.

Reads requests from standard input, one JSON line `[path, page]` each, with the 0-based page of a document or -1, and
answers each with a line on standard output: a picture as a data URI, or nothing where there is none to be had.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import resource
import sys
import warnings
from typing import Any

from galley.report.thumbnails import LONG_SIDE

_MOST_MEMORY = 4 << 30
"""Bytes of address space: enough for a page, too little to bring down the machine."""


def main() -> None:
    """Answer until standard input ends."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = _MOST_MEMORY if hard == resource.RLIM_INFINITY else min(_MOST_MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warnings.simplefilter("ignore")
    for line in sys.stdin:
        path, page = json.loads(line)
        answer = ""
        # Damaged files make readers raise nearly anything; whoever asks only wants to know if there is a picture.
        with contextlib.suppress(Exception):
            answer = make_thumbnail(path, page)
        sys.stdout.write(answer + "\n")
        sys.stdout.flush()


def make_thumbnail(path: str, page: int) -> str:
    """A page in small, as a data URI of a JPEG.

    Raises:
        Exception: whatever the readers raise for a page that cannot be read.
    """
    with open(path, "rb") as file:  # noqa: PTH123 - names need not be UTF-8
        is_pdf = b"%PDF-" in file.read(1024)
    picture = _render(path, max(page, 0)) if is_pdf else _read(path, max(page, 0))
    picture.thumbnail((LONG_SIDE, LONG_SIDE))
    content = io.BytesIO()
    picture.convert("RGB").save(content, "JPEG", quality=70, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(content.getvalue()).decode()


def _render(path: str, page: int) -> Any:
    import pypdfium2

    with open(path, "rb") as file, contextlib.closing(pypdfium2.PdfDocument(file)) as document:  # noqa: PTH123
        sheet = document[page]
        return sheet.render(scale=LONG_SIDE / max(sheet.get_size())).to_pil()


def _read(path: str, page: int) -> Any:
    from PIL import Image, ImageFile, ImageOps

    # A picture that was cut off shows what there is of it.
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    picture = Image.open(path)
    if page:
        picture.seek(page)
    picture.draft("RGB", (LONG_SIDE * 2, LONG_SIDE * 2))
    # On white, as paper is, where the picture is transparent.
    turned = ImageOps.exif_transpose(picture)
    if turned.mode in ("RGBA", "LA", "PA") or "transparency" in turned.info:
        rgba = turned.convert("RGBA")
        turned = Image.new("RGB", rgba.size, "white")
        turned.paste(rgba, mask=rgba.getchannel("A"))
    return turned.convert("RGB")
