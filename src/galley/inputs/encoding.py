"""A page as a picture file that others can read, such as a server.

Runs in: worker.
"""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from galley.errors import BadInput
from galley.inputs.files import read_file
from galley.inputs.integrity import check_picture
from galley.inputs.loading import PageLoader
from galley.inputs.options import InputOptions
from galley.pages import EncodedPicture, PageKind, PageRef

_SENT_AS_IT_IS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
"""Formats that every server reads."""
_MODES = ("1", "L", "P", "RGB")
_ORIENTATION = 0x0112
_UPRIGHT = 1
_COMPRESSION = 1
"""Of PNG: a little larger than the default level makes it, several times faster."""


def encode_page(page: PageRef, loader: PageLoader, options: InputOptions) -> EncodedPicture:
    """The picture of a page: its own file where any reader sees the same pixels in it as we do, else a PNG of those.

    Raises:
        BadInput: the file vanished, is damaged, truncated, encrypted or too large.
    """
    if page.kind is PageKind.IMAGE and page.path is not None:
        content = read_file(page.path)
        check_picture(content, options.max_pixels)
        mime = _plain_mime(content)
        if mime is not None:
            return EncodedPicture(mime, content)
    return EncodedPicture("image/png", _encode(loader.load(page)))


def _plain_mime(content: bytes) -> str | None:
    """The kind of a picture without anything that readers treat in different ways; None for all others."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            mime = _SENT_AS_IT_IS.get(str(picture.format))
            # Pillow would decode a whole PNG to find out how it is to be turned.
            turned = (
                b"eXIf" in content if mime == "image/png" else picture.getexif().get(_ORIENTATION, _UPRIGHT) != _UPRIGHT
            )
            plain = picture.mode in _MODES and "transparency" not in picture.info and not turned
            picture.verify()
    except Exception:  # Pillow's parsers raise nearly anything on damaged files: the decoder will say what is wrong
        return None
    return mime if plain else None


def _encode(pixels: Any) -> bytes:
    import cv2

    done, content = cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, _COMPRESSION])
    if not done:
        raise BadInput("the page cannot be encoded as a picture")
    return bytes(content.tobytes())
