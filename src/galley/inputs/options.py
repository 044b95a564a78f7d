"""Which files hold pages, and the few options of reading them.

Runs in: parent and worker.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from galley.errors import BadArguments
from galley.pages import ROWS_SUFFIX, PageKind

DEFAULT_PDF_SCALE = 2.0
"""Pixels per PDF unit of 1/72 inch: 144 dpi, as PaddleOCR."""

MIN_PDF_SCALE = 0.1
"""A page that exceeds the pixel limit even at this scale is rejected, as PaddleOCR does."""

DEFAULT_MAX_PIXELS = 178_956_970
"""Twice what Pillow warns about, and the limit of PaddleOCR for PDF pages."""

IMAGE_SUFFIXES = frozenset(("bmp", "dib", "jpeg", "jpg", "png", "webp", "pbm", "pgm", "ppm", "pnm", "sr", "ras"))
TIFF_SUFFIXES = frozenset(("tif", "tiff"))
PDF_SUFFIXES = frozenset(("pdf",))
SUPPORTED = ", ".join(sorted(IMAGE_SUFFIXES | TIFF_SUFFIXES | PDF_SUFFIXES))


@dataclass(frozen=True, slots=True)
class InputOptions:
    """How pages are read."""

    pdf_password: str | None = field(default=None, repr=False)
    """Opens encrypted PDF files; ignored by all others."""
    pdf_scale: float = DEFAULT_PDF_SCALE
    """Pixels per PDF unit of 1/72 inch; lowered for pages that would exceed `max_pixels`."""
    max_pixels: int = DEFAULT_MAX_PIXELS
    """Pictures with more pixels are rejected before they are decoded."""

    def __post_init__(self) -> None:
        if self.pdf_password is not None and not isinstance(self.pdf_password, str):
            raise BadArguments(f"pdf_password must be text, not {type(self.pdf_password).__name__}")
        if isinstance(self.pdf_scale, bool) or not isinstance(self.pdf_scale, (int, float)):
            raise BadArguments(f"pdf_scale must be a number, not {self.pdf_scale!r}")
        if not math.isfinite(self.pdf_scale) or not MIN_PDF_SCALE <= self.pdf_scale <= 100:
            raise BadArguments(f"pdf_scale must be between {MIN_PDF_SCALE} and 100, not {self.pdf_scale!r}")
        if isinstance(self.max_pixels, bool) or not isinstance(self.max_pixels, int) or self.max_pixels < 1:
            raise BadArguments(f"max_pixels must be a positive whole number, not {self.max_pixels!r}")


DEFAULT_OPTIONS = InputOptions()


def has_rows(name: str) -> bool:
    """Whether a file of this name holds rows, each a question about a picture."""
    return name.lower().endswith(ROWS_SUFFIX)


def kind_of(name: str) -> PageKind | None:
    """What a file of this name holds, by its suffix as PaddleOCR does; None if it is not supported."""
    _, dot, suffix = name.rpartition(".")
    suffix = suffix.lower()
    if not dot:
        return None
    if suffix in IMAGE_SUFFIXES:
        return PageKind.IMAGE
    if suffix in TIFF_SUFFIXES:
        return PageKind.TIFF
    return PageKind.PDF if suffix in PDF_SUFFIXES else None
