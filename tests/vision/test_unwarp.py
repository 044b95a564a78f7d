"""Sampling a page through a coarse grid."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from galley.results import Image
from galley.vision.unwarp import grid_input, image_input, image_output, sample_grid

MARGIN = 64
"""Zeros around a page, farther than a grid of these tests leads out of it."""


def identity_grid(rows: int, columns: int) -> NDArray[np.float32]:
    down, across = np.meshgrid(np.linspace(-1, 1, rows), np.linspace(-1, 1, columns), indexing="ij")
    return np.stack([across, down]).astype(np.float32)


def page(height: int, width: int, seed: int = 0) -> Image:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


@given(st.integers(2, 150), st.integers(2, 150), st.integers(2, 9), st.integers(2, 9))
def test_the_identity_grid_changes_nothing(height: int, width: int, rows: int, columns: int) -> None:
    image = page(height, width)
    flat = sample_grid(image, identity_grid(rows, columns))
    assert np.abs(flat.astype(int) - image).max() <= 1


@given(st.integers(3, 120), st.integers(3, 200), st.integers(0, 2**32 - 1))
def test_equal_to_bilinear_sampling_written_out(height: int, width: int, seed: int) -> None:
    image = page(height, width, seed)
    generator = np.random.default_rng(seed)
    grid = identity_grid(4, 3) + generator.uniform(-0.3, 0.3, (2, 4, 3)).astype(np.float32)
    flat = sample_grid(image, grid)
    padded = np.pad(image.astype(float), ((MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)))
    for _ in range(20):
        y, x = int(generator.integers(height)), int(generator.integers(width))
        expected = sample_one(padded, grid, y, x)
        assert np.abs(flat[y, x].astype(float) - expected).max() <= 1.5, (y, x)


def sample_one(padded: NDArray[np.float64], grid: NDArray[np.float32], y: int, x: int) -> NDArray[np.float64]:
    """One pixel of the flat page, by the definition: corners on pixel centres, zeros outside."""
    height, width = padded.shape[0] - 2 * MARGIN, padded.shape[1] - 2 * MARGIN
    source = [
        bilinear(plane.astype(float), y * (plane.shape[0] - 1) / (height - 1), x * (plane.shape[1] - 1) / (width - 1))
        for plane in grid
    ]
    place_x, place_y = (source[0] + 1) / 2 * (width - 1), (source[1] + 1) / 2 * (height - 1)
    return np.array([bilinear(padded[:, :, c], place_y + MARGIN, place_x + MARGIN) for c in range(3)])


def bilinear(plane: NDArray[np.float64], y: float, x: float) -> float:
    top, left = min(int(y), plane.shape[0] - 2), min(int(x), plane.shape[1] - 2)
    down, right = y - top, x - left
    upper = plane[top, left] * (1 - right) + plane[top, left + 1] * right
    lower = plane[top + 1, left] * (1 - right) + plane[top + 1, left + 1] * right
    return float(upper * (1 - down) + lower * down)


def test_what_lies_outside_is_black() -> None:
    flat = sample_grid(np.full((40, 50, 3), 255, np.uint8), identity_grid(3, 3) + 5)
    assert flat.max() == 0


def test_network_inputs_are_scaled_and_planar() -> None:
    image = page(30, 20)
    planes = grid_input(image, 30, 20)
    assert planes.shape == (1, 3, 30, 20)
    np.testing.assert_allclose(planes, image_input(image), atol=1e-6)
    np.testing.assert_allclose(planes[0, 2], image[:, :, 2] / 255, atol=1e-6)


@pytest.mark.parametrize("value", [-0.2, 0.0, 0.5, 1.0, 1.7])
def test_a_page_from_a_network_is_clipped(value: float) -> None:
    pixels = image_output(np.full((1, 3, 4, 5), value, np.float32))
    assert pixels.shape == (4, 5, 3)
    assert pixels.max() == pixels.min() == int(np.clip(value * 255, 0, 255))
