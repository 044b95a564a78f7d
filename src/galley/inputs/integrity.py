"""Checks of an encoded picture before it is decoded: declared size, and whether its end is there.

Runs in: worker. Pure.

OpenCV decodes a truncated JPEG or PNG without complaint and leaves the missing part grey or black. The checks
here walk the headers only and cost microseconds.
"""

from __future__ import annotations

import io

from galley.errors import BadInput
from galley.inputs.documents import open_picture


def check_picture(data: bytes, max_pixels: int) -> None:
    """Reject a picture that is truncated or declares too many pixels.

    Raises:
        BadInput: see above.
    """
    try:
        width, height = open_picture(io.BytesIO(data)).size
    except BadInput:
        return
    if width * height > max_pixels:
        raise BadInput(f"too large: {width} x {height} pixels; the limit is {max_pixels}")
