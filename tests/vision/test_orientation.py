"""Turning pages."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from galley.results import Image
from galley.vision.orientation import turn


def warp_about_centre(image: Image, angle: int) -> Image:
    """The definition: an affine warp about (width / 2, height / 2) onto a canvas that holds the turned page."""
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    cosine, sine = np.abs(matrix[0, 0]), np.abs(matrix[0, 1])
    turned_width, turned_height = int(height * sine + width * cosine), int(height * cosine + width * sine)
    matrix[0, 2] += (turned_width - width) / 2
    matrix[1, 2] += (turned_height - height) / 2
    warped: Image = cv2.warpAffine(image, matrix, (turned_width, turned_height), flags=cv2.INTER_CUBIC)
    return warped


@pytest.mark.parametrize("angle", [90, 180, 270])
@given(height=st.integers(2, 60), width=st.integers(2, 60), seed=st.integers(0, 2**32 - 1))
def test_equal_to_the_affine_warp_at_every_pixel(angle: int, height: int, width: int, seed: int) -> None:
    image = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    np.testing.assert_array_equal(turn(image, angle), warp_about_centre(image, angle))


def test_upright_pages_are_not_copied() -> None:
    image = np.zeros((3, 4, 3), np.uint8)
    assert turn(image, 0) is image
