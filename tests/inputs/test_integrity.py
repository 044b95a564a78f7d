from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import pytest

from galley.errors import BadInput
from galley.inputs.integrity import check_picture

if TYPE_CHECKING:
    from tests.inputs.conftest import Encoder

MANY = 10**9


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"quality": 5}])
def test_a_jpeg_cut_anywhere_is_rejected(encode: Encoder, options: dict[str, object]) -> None:
    whole = encode("JPEG", **options)
    check_picture(whole, MANY)
    for length in range(2, len(whole) - 1):
        with pytest.raises(BadInput, match="truncated"):
            check_picture(whole[:length], MANY)


def test_a_jpeg_whose_tail_is_zeros_is_rejected(encode: Encoder) -> None:
    whole = encode("JPEG")
    with pytest.raises(BadInput, match="truncated"):
        check_picture(whole[: len(whole) // 2] + bytes(len(whole) // 2), MANY)


def test_bytes_after_the_end_of_a_jpeg_are_allowed(encode: Encoder) -> None:
    check_picture(encode("JPEG") + bytes(5000) + b"trailer", MANY)


def test_the_end_of_a_thumbnail_does_not_count(encode: Encoder) -> None:
    whole, thumbnail = encode("JPEG"), encode("JPEG", quality=1)
    segment = b"\xff\xe1" + struct.pack(">H", len(thumbnail) + 2) + thumbnail
    check_picture(whole[:2] + segment + whole[2:], MANY)
    with pytest.raises(BadInput, match="truncated"):
        check_picture(whole[:2] + segment + whole[2:-2], MANY)


def test_fill_bytes_before_a_marker_are_allowed(encode: Encoder) -> None:
    whole = encode("JPEG")
    check_picture(whole[:2] + b"\xff\xff" + whole[2:], MANY)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "PPM", "WEBP", "TIFF", "GIF"])
def test_the_pixel_limit_is_kept(encode: Encoder, kind: str) -> None:
    check_picture(encode(kind), 90 * 120)
    with pytest.raises(BadInput, match=r"too large: 90 x 120 pixels"):
        check_picture(encode(kind), 90 * 120 - 1)


def test_a_bomb_with_a_text_that_pillow_refuses() -> None:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    text = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(2**26 + 1)))
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 30000, 30000, 8, 2, 0, 0, 0)) + text
    with pytest.raises(BadInput, match="too large: 30000 x 30000"):
        check_picture(bomb, 178_956_970)


@pytest.mark.parametrize("content", [b"", b"\xff", b"BM", b"RIFF", b"no picture"])
def test_what_is_no_picture_is_left_to_the_decoder(content: bytes) -> None:
    check_picture(content, MANY)
