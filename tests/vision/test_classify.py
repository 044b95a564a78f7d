"""What a classifier sees."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from galley.vision.classify import best_label, crop_centre, normalise, pad_right, resize_fit, resize_short


@given(st.integers(1, 400), st.integers(1, 400), st.integers(1, 64))
def test_the_short_side_gets_its_length(height: int, width: int, short: int) -> None:
    small = resize_short(np.zeros((height, width, 3), np.uint8), short)
    assert min(small.shape[:2]) == short


@given(st.integers(8, 30), st.integers(8, 30))
def test_the_crop_lies_in_the_middle(height: int, width: int) -> None:
    image = np.zeros((height, width, 3), np.uint8)
    image[(height - 8) // 2 : (height - 8) // 2 + 8, (width - 6) // 2 : (width - 6) // 2 + 6] = 255
    crop = crop_centre(image, 6, 8)
    assert crop.shape == (8, 6, 3)
    assert crop.min() == 255


@given(st.integers(0, 2**32 - 1))
def test_normalising_is_linear_per_channel(seed: int) -> None:
    lot = np.random.default_rng(seed)
    image = lot.integers(0, 256, (5, 7, 3), dtype=np.uint8)[:, :: lot.choice([1, 2, -1]), :: lot.choice([1, -1])]
    mean, std = np.array([0.1, 0.2, 0.3]), np.array([0.5, 0.6, 0.7])
    planes = normalise(image, mean.tolist(), std.tolist(), 1 / 255)
    expected = ((image / 255 - mean) / std).transpose(2, 0, 1)
    assert planes.dtype == np.float32 and planes.flags.c_contiguous
    np.testing.assert_allclose(planes[0], expected, atol=1e-5)


def test_the_best_label() -> None:
    assert best_label(np.array([0.1, 0.7, 0.2]), ("a", "b", "c")) == ("b", 0.7)


@given(st.integers(1, 100), st.integers(1, 2000))
def test_fitted_pictures_are_as_high_as_asked_and_no_wider(height: int, width: int) -> None:
    image = np.full((height, width, 3), 9, np.uint8)
    fitted = resize_fit(image, 192, 48)
    assert fitted.shape[0] == 48
    assert fitted.shape[1] == min(192, -(-48 * width // height))
    planes = pad_right(normalise(fitted, (0.5,) * 3, (0.5,) * 3, 1 / 255), 192)
    assert planes.shape == (1, 3, 48, 192)
    assert (planes[..., fitted.shape[1] :] == 0).all()
    assert (planes[..., : fitted.shape[1]] != 0).all()
