"""The ink of a seal is told from paper of any tint and from black print."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from galley.vision.seal.ink import colour_differences, dark_plane, dominant_hue, separate_ink, strength_of

RED, BLUE, GREEN, BLACK = (40, 40, 200), (190, 80, 40), (60, 150, 40), (20, 20, 20)
tints = st.tuples(*(st.integers(200, 255),) * 3)


@given(tints)
def test_paper_has_no_colour_and_no_ink(tint: tuple[int, int, int]) -> None:
    paper = np.full((60, 80, 3), tint, np.uint8)
    a, b = colour_differences(paper)
    assert np.abs(a).max() < 1e-3
    assert np.abs(b).max() < 1e-3
    assert dominant_hue(a, b) is None
    ink = separate_ink(paper)
    assert ink.hue is None
    assert ink.by_colour.max() < 0.3


@pytest.mark.parametrize("colour", [RED, BLUE, GREEN])
@pytest.mark.parametrize("tint", [(255, 255, 255), (205, 235, 245), (235, 220, 215)])
def test_coloured_ink_is_all_there_and_black_print_is_not(
    colour: tuple[int, int, int], tint: tuple[int, int, int]
) -> None:
    picture = np.full((120, 120, 3), tint, np.uint8)
    picture[20:50, 20:100] = colour
    picture[70:100, 20:100] = BLACK
    ink = separate_ink(picture)
    for plane in (ink.by_colour, ink.sharp):
        assert plane.shape == (120, 120)
        assert plane.dtype == np.float32
        assert plane[25:45, 25:95].min() > 0.8
        assert plane[75:95, 25:95].max() < 0.2
        assert plane[105:].max() < 0.1


def test_ink_over_print_is_not_black() -> None:
    picture = np.full((100, 100, 3), 255, np.uint8)
    picture[40:60] = RED
    picture[:, 45:55] = BLACK
    ink = separate_ink(picture)
    assert ink.sharp[45:55, 10:40].min() > 0.8
    assert ink.sharp[10:30, 47:53].max() < 0.1


def test_faint_strokes_that_are_too_pale_for_their_colour_are_still_there_to_read() -> None:
    picture = np.full((100, 100, 3), 255, np.uint8)
    picture[20:50, 20:80] = RED
    picture[70:73, 20:80] = (235, 235, 250)
    ink = separate_ink(picture)
    assert ink.by_colour[71, 30:70].max() < 0.02
    assert ink.sharp[71, 30:70].min() > 0.04
    assert ink.sharp[80:].max() == 0


def test_without_colour_all_that_is_dark_is_ink() -> None:
    picture = np.full((100, 100, 3), 240, np.uint8)
    cv2.circle(picture, (50, 50), 40, BLACK, 5)
    ink = separate_ink(picture)
    assert ink.hue is None
    assert ink.sharp is ink.by_colour
    assert ink.by_colour[50, 90] > 0.9
    np.testing.assert_array_equal(ink.by_colour, dark_plane(picture))


@given(st.floats(0, 360), st.floats(20, 80))
def test_strength_is_greatest_in_its_own_hue(hue: float, chroma: float) -> None:
    hues = np.radians(np.arange(0, 360, 5.0))
    a, b = (chroma * np.cos(hues)).astype(np.float32), (chroma * np.sin(hues)).astype(np.float32)
    strength = strength_of(a, b, hue)
    apart = np.abs((np.degrees(hues) - hue + 180) % 360 - 180)
    assert apart[np.argmax(strength)] <= 2.6
    assert strength[apart > 100].max() == 0


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (3, 2)])
def test_tiny_pictures_are_no_trouble(shape: tuple[int, int]) -> None:
    ink = separate_ink(np.full((*shape, 3), 7, np.uint8))
    assert ink.by_colour.shape == shape
