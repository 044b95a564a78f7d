"""Pictures as PDF holds them.

Runs in: worker, and parent (a result's own `save_to_pdf`).

- A JPEG file goes in as it is, where it means the same to every reader.
- Few colours (drawings, screenshots, black and white scans) are kept exactly.
- Anything else becomes a JPEG.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
from PIL import Image

from galley.outputs.pdf.part import Picture
from galley.outputs.pictures import to_picture
from galley.results import Image as Pixels

Colour: TypeAlias = tuple[int, ...]
"""Red, green and blue, 0 to 255."""

DEFAULT_DOTS_PER_INCH = 144.0
"""Where the picture does not say: what pages of PDF files are rendered with."""
_PLAUSIBLE = (50.0, 2400.0)
_FEW_COLOURS = 32
_JPEG_QUALITY = 90
_ORIENTATION = 0x0112
"""The EXIF tag that says how a picture is to be turned."""
_PNG_DEPTH = 24
"""The byte of a PNG file that says how many bits a pixel has."""
_SPACES = {"L": "/DeviceGray", "RGB": "/DeviceRGB"}


def encode_pixels(pixels: Pixels) -> Picture:
    """The picture of a page (h, w, 3), BGR."""
    picture = to_picture(pixels)
    counted = picture.getcolors(_FEW_COLOURS)
    if counted is not None:
        return _encode_exactly(picture, sorted(colour for _, colour in counted if isinstance(colour, tuple)))
    if (pixels == pixels[:, :, :1]).all():
        picture = picture.convert("L")
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=_JPEG_QUALITY)
    return Picture(f"{_entries(picture, _SPACES[picture.mode], 8)} /Filter /DCTDecode", buffer.getvalue())


def jpeg_file(path: str, size: tuple[int, int]) -> Picture | None:
    """The JPEG file itself, if it shows what was looked at (`size` in pixels) to every reader without further ado."""
    try:
        with Image.open(path) as picture:
            fits = picture.format == "JPEG" and picture.size == size and picture.mode in _SPACES
            if not fits or picture.getexif().get(_ORIENTATION, 1) != 1:
                return None
            return Picture(f"{_entries(picture, _SPACES[picture.mode], 8)} /Filter /DCTDecode", Path(path).read_bytes())
    except Exception:  # Pillow's parsers raise nearly anything on odd files; the pixels are at hand anyway
        return None


def dots_per_inch(path: str | None, frame: int) -> float:
    """What the file of a picture says of its resolution (the mean of both), if that can be."""
    if path is None:
        return DEFAULT_DOTS_PER_INCH
    try:
        with Image.open(path) as picture:
            if frame:
                picture.seek(frame)
            across, up = picture.info.get("dpi", (0.0, 0.0))
            mean = (float(across) + float(up)) / 2
    except Exception:  # as above
        return DEFAULT_DOTS_PER_INCH
    return mean if _PLAUSIBLE[0] <= mean <= _PLAUSIBLE[1] else DEFAULT_DOTS_PER_INCH


def _encode_exactly(picture: Image.Image, colours: Sequence[Colour]) -> Picture:
    """By way of PNG, whose compressed rows PDF takes as they are (PDF 1.7, 7.4.4.4)."""
    if set(colours) <= {(0, 0, 0), (255, 255, 255)}:
        picture, space = picture.convert("1", dither=Image.Dither.NONE), "/DeviceGray"
    else:
        picture = _indexed(picture, colours)
        palette = b"".join(bytes(colour) for colour in colours)
        space = f"[/Indexed /DeviceRGB {len(colours) - 1} <{palette.hex()}>]"
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    png = buffer.getvalue()
    bits = png[_PNG_DEPTH]
    rows = f"/Predictor 15 /Colors 1 /BitsPerComponent {bits} /Columns {picture.width}"
    return Picture(f"{_entries(picture, space, bits)} /Filter /FlateDecode /DecodeParms << {rows} >>", _png_rows(png))


def _indexed(picture: Image.Image, colours: Sequence[Colour]) -> Image.Image:
    """The picture by the numbers of its colours."""
    pixels = np.asarray(picture)
    numbers = np.zeros(pixels.shape[:2], np.uint8)
    for number, colour in enumerate(colours):
        numbers[(pixels == colour).all(axis=2)] = number
    indexed = Image.fromarray(numbers, "P")
    indexed.putpalette([value for colour in colours for value in colour])
    return indexed


def _png_rows(png: bytes) -> bytes:
    """The compressed rows of a PNG file: its IDAT chunks, joined."""
    rows, place = [], 8
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        if png[place + 4 : place + 8] == b"IDAT":
            rows.append(png[place + 8 : place + 8 + length])
        place += length + 12
    return b"".join(rows)


def _entries(picture: Image.Image, space: str, bits: int) -> str:
    return f"/Width {picture.width} /Height {picture.height} /ColorSpace {space} /BitsPerComponent {bits}"
