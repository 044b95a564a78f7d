"""Drawing results, and encoding pictures.

Runs in: parent and worker. Pillow only, so that the parent needs no OpenCV.
"""

from __future__ import annotations

import io
from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from galley.results import Image as Pixels
from galley.results import PreprocessedPage

_CAPTION_HEIGHT = 25
_FONT_SIZE = 16
_MARGIN = 10
_PNG_COMPRESSION = 1
"""zlib level: pages compress nearly as well as at 6, in a quarter of the time."""
_JPEG_QUALITY = 95


def to_picture(pixels: Pixels) -> Image.Image:
    """A Pillow picture from BGR `pixels` (h, w, 3)."""
    return Image.fromarray(np.ascontiguousarray(pixels[:, :, ::-1]))


def draw_preprocessing(page: PreprocessedPage) -> Image.Image:
    """The page as it came, turned, and flattened, side by side with captions: PaddleOCR's `preprocessed_img`."""
    panels = (
        (page.input_img, "Original Image"),
        (page.rot_img, f"Rotated Image ({page.use_doc_orientation_classify}, {page.angle})"),
        (page.output_img, f"Unwarping Image ({page.use_doc_unwarping})"),
    )
    width = sum(pixels.shape[1] for pixels, _ in panels)
    height = max(pixels.shape[0] for pixels, _ in panels)
    canvas = Image.new("RGB", (width, height + _CAPTION_HEIGHT), "white")
    draw = ImageDraw.Draw(canvas)
    left = 0
    for pixels, caption in panels:
        canvas.paste(to_picture(pixels), (left, 0))
        font = _fitting_font(caption, pixels.shape[1] - 2 * _MARGIN)
        draw.text((left + _MARGIN, height + 2), caption, fill="black", font=font)
        left += pixels.shape[1]
    return canvas


def _fitting_font(text: str, width: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    length = _font(_FONT_SIZE).getlength(text)
    return _font(_FONT_SIZE if length <= width else max(1, int(_FONT_SIZE * width / length)))


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def encode_picture(picture: Image.Image, suffix: str) -> bytes:
    """The bytes of a file of the kind that `suffix` (`.png`, `.jpg`, …) stands for."""
    kind = Image.registered_extensions()[suffix.lower()]
    buffer = io.BytesIO()
    if kind == "PNG":
        picture.save(buffer, kind, compress_level=_PNG_COMPRESSION)
    elif kind == "JPEG":
        opaque = picture.convert("RGB") if picture.mode == "RGBA" else picture  # JPEG has no transparency
        opaque.save(buffer, kind, quality=_JPEG_QUALITY)
    else:
        picture.save(buffer, kind)
    return buffer.getvalue()


def picture_suffix(input_path: str | None) -> str:
    """The suffix of pictures drawn for an input: its own where that is a picture we can write, else `.png`."""
    if input_path is None:
        return ".png"
    dot = input_path.rfind(".")
    suffix = input_path[dot:].lower() if dot >= 0 else ""
    return input_path[dot:] if suffix in _WRITABLE else ".png"


_WRITABLE = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".ppm", ".tif", ".tiff", ".webp"})
