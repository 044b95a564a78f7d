from __future__ import annotations

import io

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
