"""Checks of an encoded picture before it is decoded: declared size, and whether a JPEG file is complete.

Runs in: worker. Pure.

OpenCV before 5 decodes a truncated JPEG without complaint and leaves the missing part grey; all other formats
it refuses when they are truncated. Only headers are walked here, which costs microseconds.
"""

from __future__ import annotations

import io
import struct

from galley.errors import BadInput
from galley.inputs.documents import open_picture

_JPEG_START = b"\xff\xd8"
_JPEG_END = b"\xff\xd9"
_JPEG_SCAN = 0xDA
_JPEG_WITHOUT_LENGTH = frozenset((0x01, *range(0xD0, 0xD9)))
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PNG_START = b"\x89PNG\r\n\x1a\n"


def check_picture(data: bytes, max_pixels: int) -> None:
    """Reject a picture that declares too many pixels, or a JPEG file that ends too early.

    What is no picture at all, or of a format that only OpenCV knows, is left to the decoder.

    Raises:
        BadInput: see above.
    """
    if data.startswith(_JPEG_START):
        size = _check_jpeg(data)
    elif data.startswith(_PNG_START) and len(data) >= 24:
        size = struct.unpack(">II", data[16:24])
    else:
        try:
            size = open_picture(io.BytesIO(data)).size
        except BadInput:
            return
    width, height = size
    check_size(width, height, max_pixels)


def check_size(width: int, height: int, max_pixels: int) -> None:
    """Reject a picture with too many pixels.

    Raises:
        BadInput: see above.
    """
    if width * height > max_pixels:
        raise BadInput(f"too large: {width} x {height} pixels, and the limit is {max_pixels}; raise it with max_pixels")


def _check_jpeg(data: bytes) -> tuple[int, int]:
    """Width and height. Segments as in ITU-T T.81, annex B.

    Raises:
        BadInput: the file ends before its first scan, or has no end-of-image marker after it. Other bytes may
            follow that marker, as some cameras write them; one inside an embedded thumbnail does not count.
    """
    size = None
    position = len(_JPEG_START)
    while position + 4 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if marker == 0xFF:  # a fill byte
            position += 1
            continue
        if marker in _JPEG_WITHOUT_LENGTH:
            position += 2
            continue
        if marker in _JPEG_FRAMES and position + 9 <= len(data):
            height, width = struct.unpack(">HH", data[position + 5 : position + 9])
            size = (width, height)
        if marker == _JPEG_SCAN and size is not None:
            if data.rfind(_JPEG_END, position) < 0:
                break
            return size
        position += 2 + int(struct.unpack(">H", data[position + 2 : position + 4])[0])
    raise BadInput("the JPEG file is truncated or damaged: its end is missing")
