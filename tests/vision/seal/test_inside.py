"""Straight lines inside of a seal are kept, text along its edge is not."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from galley.vision.seal.ellipse import Ellipse
from galley.vision.seal.inside import (
    Sector,
    free_of_arcs,
    plan_upright,
    straight_lines,
    turn_upright,
    without_arcs,
)

seals = st.builds(
    Ellipse,
    x=st.floats(150, 250),
    y=st.floats(150, 250),
    a=st.floats(60, 200),
    b=st.floats(60, 140),
    angle=st.floats(-math.pi, math.pi),
)


@given(seals, st.floats(-math.pi, math.pi), st.floats(0, 600), st.floats(0, 600))
def test_points_go_back_where_they_came_from(ellipse: Ellipse, tilt: float, x: float, y: float) -> None:
    upright = plan_upright(ellipse, tilt)
    (back,) = upright.to_picture(np.array([[x, y]]))
    forth = upright.matrix[:, :2] @ back + upright.matrix[:, 2]
    assert forth == pytest.approx((x, y), abs=1e-6)


@given(seals, st.floats(-math.pi, math.pi))
def test_what_is_at_the_top_of_a_turned_seal_is_on_top(ellipse: Ellipse, tilt: float) -> None:
    upright = plan_upright(ellipse, tilt)
    top = np.array([ellipse.x + 50 * math.sin(tilt), ellipse.y - 50 * math.cos(tilt)])
    x, y = upright.matrix[:, :2] @ top + upright.matrix[:, 2]
    assert x == pytest.approx(upright.side / 2, abs=1)
    assert y == pytest.approx(upright.side / 2 - 50 * upright.scale, abs=1)


def test_the_edge_and_what_was_read_there_are_not_free() -> None:
    ellipse = Ellipse(200, 200, 100, 100, 0)
    upright = plan_upright(ellipse, 0)
    free = free_of_arcs(ellipse, upright, 5, [Sector(-math.pi / 2, math.pi / 3, 35)])
    middle, unit = upright.side // 2, upright.scale
    assert free[middle, middle]
    assert not free[round(middle - 80 * unit), middle], "text at the top"
    assert free[round(middle + 80 * unit), middle], "nothing was read at the bottom"
    assert not free[round(middle + 98 * unit), middle], "the edge"
    assert not free[0, 0], "outside"


def test_lines_are_level_wide_and_free() -> None:
    pixels = np.ones((400, 400), np.float32)
    free = np.ones((400, 400), bool)
    free[:100] = False
    level = np.array([[100, 200], [300, 205], [300, 235], [100, 230]], np.int32)
    slanted = np.array([[100, 200], [250, 300], [230, 330], [80, 230]], np.int32)
    tall = np.array([[100, 150], [130, 150], [130, 300], [100, 300]], np.int32)
    at_edge = level - np.array([0, 150])
    below = level + np.array([0, 100])
    boxes = np.stack([below, slanted, tall, at_edge, level])
    kept = straight_lines(boxes, pixels, free, 190)
    assert [box.tolist() for box in kept] == [level.tolist(), below.tolist()]


def test_what_is_not_free_goes_but_for_characters_that_only_reach_into_it() -> None:
    free = np.ones((100, 100), bool)
    free[:40] = False
    pixels = np.zeros((100, 100), np.float32)
    pixels[5:38, 10:30] = 1
    pixels[30:70, 50:60] = 1
    pixels[10:50, 80:90] = 1
    kept = without_arcs(pixels, free)
    assert kept[:, 10:30].sum() == 0, "on the edge"
    np.testing.assert_array_equal(kept[:, 50:60], pixels[:, 50:60], "a line's last digit")
    assert kept[:, 80:90].sum() == 10 * 10, "mostly on the edge: only its end is left"


def test_a_turned_picture_has_its_pixels() -> None:
    plane = np.zeros((400, 400), np.float32)
    plane[190:210, 120:280] = 1
    ellipse = Ellipse(200, 200, 150, 150, 0)
    upright = plan_upright(ellipse, math.pi / 2)
    pixels = turn_upright(plane, upright)
    assert pixels.shape == (upright.side, upright.side)
    ys, xs = np.nonzero(pixels > 0.5)
    assert np.ptp(ys) > 5 * np.ptp(xs)
