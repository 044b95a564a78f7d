from __future__ import annotations

import hashlib
import io
import struct

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image


@pytest.fixture(scope="session")
def picture() -> NDArray[np.uint8]:
    """A picture with structure everywhere: (120, 90, 3), BGR."""
    rng = np.random.default_rng(7)
    coarse = rng.integers(0, 256, (12, 9, 3), dtype=np.uint8)
    return np.repeat(np.repeat(coarse, 10, axis=0), 10, axis=1)


@pytest.fixture(scope="session")
def encode(picture: NDArray[np.uint8]) -> Encoder:
    """Encodes `picture` with Pillow: `encode("JPEG", quality=90)`."""
    return Encoder(Image.fromarray(np.ascontiguousarray(picture[:, :, ::-1])))


class Encoder:
    def __init__(self, image: Image.Image) -> None:
        self.image = image

    def __call__(self, kind: str, **options: object) -> bytes:
        target = io.BytesIO()
        self.image.save(target, kind, **options)
        return target.getvalue()


@pytest.fixture(scope="session")
def three_pages(encode: Encoder) -> bytes:
    """A PDF file of three pages of 90 x 120 points."""
    target = io.BytesIO()
    encode.image.save(target, "PDF", save_all=True, append_images=[encode.image] * 2)
    return target.getvalue()


@pytest.fixture(scope="session")
def locked() -> bytes:
    """A PDF file of one black page of 30 x 40 points that the password `sesame` opens."""
    return encrypted_pdf(b"sesame", b"0 g 0 0 30 40 re f")


def encrypted_pdf(password: bytes, content: bytes) -> bytes:
    """A PDF page, encrypted with RC4 and 40 bits (ISO 32000-1, 7.6.3: revision 2)."""
    padding = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
    padded, identifier, permissions = (password + padding)[:32], bytes(16), -4
    owner = rc4(hashlib.md5(padded).digest()[:5], padded)
    key = hashlib.md5(padded + owner + struct.pack("<i", permissions) + identifier).digest()[:5]
    stream = rc4(hashlib.md5(key + struct.pack("<I", 4)[:3] + bytes(2)).digest()[:10], content)
    bodies = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 30 40]/Contents 4 0 R>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Filter/Standard/V 1/R 2/P %d/O<%s>/U<%s>>>"
        % (permissions, owner.hex().encode(), rc4(key, padding).hex().encode()),
    )
    file, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, start=1):
        offsets.append(len(file))
        file += b"%d 0 obj%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"<</Size 6/Root 1 0 R/Encrypt 5 0 R/ID[<%s><%s>]>>" % ((identifier.hex().encode(),) * 2)
    return file + b"xref\n0 6\n0000000000 65535 f \n%strailer%s\nstartxref\n%d\n%%%%EOF" % (table, trailer, len(file))


def rc4(key: bytes, data: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    answer, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        answer.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(answer)
