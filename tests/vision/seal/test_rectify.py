"""Bands around curved text become rectangles, whatever the direction and the start of their outline."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from galley.vision.seal.rectify import long_sides, resample, straighten


def band(middle: float, half: float, outer: float = 150, inner: float = 110) -> NDArray[np.float64]:
    """A part of a ring about (200, 200), angles in radians clockwise from the right."""
    angles = np.linspace(middle - half, middle + half, 40)
    direction = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return np.concatenate([200 + outer * direction, 200 + inner * direction[::-1]])


@given(st.floats(0, 2 * math.pi), st.floats(0.5, 2.6), st.integers(0, 79), st.booleans())
def test_the_long_sides_are_the_arcs(middle: float, half: float, start: int, reverse: bool) -> None:
    outline = np.roll(band(middle, half), start, axis=0)
    sides = long_sides(outline[::-1] if reverse else outline)
    assert sides is not None
    radii = sorted(float(np.hypot(*(side - 200).T).mean()) for side in sides)
    assert radii == pytest.approx([110, 150], abs=6)
    upper, lower = sides
    # Not mirrored: along the upper side the lower one is on the right hand.
    middle_point = len(upper) // 2
    step, down = upper[middle_point + 1] - upper[middle_point], lower[middle_point] - upper[middle_point]
    assert step[0] * down[1] - step[1] * down[0] > 0


def test_a_band_of_stripes_becomes_upright_stripes() -> None:
    picture = np.full((400, 400, 3), 255, np.uint8)
    for number in range(9):
        angle = math.radians(-90 - 60 + 15 * number)
        inner, outer = ((round(200 + r * math.cos(angle)), round(200 + r * math.sin(angle))) for r in (115, 145))
        cv2.line(picture, inner, outer, (0, 0, 0), 3)
    line = straighten(picture, np.rint(band(-math.pi / 2, math.radians(70))).astype(np.int32))
    assert line is not None
    height, width = line.shape[:2]
    assert height == pytest.approx(40, abs=4)
    assert width == pytest.approx(math.radians(140) * 130, rel=0.08)
    dark = (line[height // 2, :, 0] < 128).astype(int)
    assert int((np.diff(dark) == 1).sum()) == 9
    middle = np.flatnonzero(dark)[len(np.flatnonzero(dark)) // 2]
    assert (line[height // 4 : 3 * height // 4, middle, 0] < 160).all()


def test_a_rectangle_is_cut_out_as_it_is() -> None:
    picture = np.random.default_rng(1).integers(0, 255, (100, 200, 3)).astype(np.uint8)
    line = straighten(cv2.GaussianBlur(picture, (0, 0), 3), np.array([[20, 20], [180, 20], [180, 60], [20, 60]]))
    assert line is not None
    assert line.shape[0] == pytest.approx(40, abs=3)
    assert line.shape[1] == pytest.approx(160, abs=12)


@pytest.mark.parametrize("outline", [[[5, 5]] * 4, [[0, 0], [9, 9], [20, 20], [30, 30]]], ids=["a point", "a line"])
def test_what_has_no_area_gives_none(outline: list[list[int]]) -> None:
    assert straighten(np.zeros((40, 40, 3), np.uint8), np.array(outline, np.int32)) is None


@given(st.floats(0, 1))
def test_points_lie_at_their_part_of_a_line(share: float) -> None:
    point = resample(np.array([[0.0, 0], [3, 0], [3, 1]]), np.array([share]))[0]
    walked = point[0] if point[1] == 0 else 3 + point[1]
    assert walked == pytest.approx(4 * share)
