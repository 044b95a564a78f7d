"""Ellipses are recovered from their points, and lengths and depths are what they say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from galley.vision.seal.ellipse import Ellipse, fit_direct, fit_robust

ellipses = st.builds(
    Ellipse,
    x=st.floats(-200, 900),
    y=st.floats(-200, 900),
    a=st.floats(20, 400),
    b=st.floats(20, 400),
    angle=st.floats(-math.pi, math.pi),
).filter(lambda ellipse: ellipse.most / ellipse.least < 2.5)
parameters = np.linspace(0, 2 * np.pi, 90, endpoint=False)


def furthest(found: Ellipse, truth: Ellipse) -> float:
    return float(np.abs(found.depth(truth.points(parameters))).max())


@given(ellipses)
def test_its_own_points_give_an_ellipse_back(truth: Ellipse) -> None:
    found = fit_direct(truth.points(parameters))
    assert found is not None
    assert furthest(found, truth) < 1e-3 * truth.most


@given(ellipses, st.integers(0, 2**32 - 1))
def test_noise_moves_it_by_less_than_the_noise(truth: Ellipse, seed: int) -> None:
    noise = np.random.default_rng(seed).normal(0, 0.01 * truth.least, (len(parameters), 2))
    found = fit_robust(truth.points(parameters) + noise)
    assert found is not None
    assert furthest(found[0], truth) < 0.02 * truth.most


@given(ellipses, st.integers(0, 2**32 - 1))
def test_a_fifth_of_stray_points_does_not_matter(truth: Ellipse, seed: int) -> None:
    chance = np.random.default_rng(seed)
    points = truth.points(parameters) + chance.normal(0, 0.003 * truth.least, (len(parameters), 2))
    stray = chance.choice(len(points), len(points) // 5, replace=False)
    points[stray] += chance.uniform(0.2, 0.5, (len(stray), 1)) * truth.least * chance.choice([-1, 1], (len(stray), 2))
    found = fit_robust(points)
    assert found is not None
    assert furthest(found[0], truth) < 0.05 * truth.most


@given(ellipses, st.floats(-math.pi, math.pi), st.floats(0, 0.3))
def test_depth_is_the_distance_along_the_normal(ellipse: Ellipse, parameter: float, share: float) -> None:
    # Up to the centre of curvature nothing on the edge is nearer; to first order, so a little less than exact.
    depth = share * ellipse.least**2 / ellipse.most
    point = ellipse.points(np.array([parameter]), depth)
    assert ellipse.depth(point)[0] == pytest.approx(depth, rel=0.35, abs=1e-6)


@given(ellipses)
def test_all_of_it_lies_in_its_box(ellipse: Ellipse) -> None:
    left, top, right, bottom = ellipse.box
    x, y = ellipse.points(np.linspace(0, 2 * np.pi, 2000)).T
    assert (left, top, right, bottom) == pytest.approx((x.min(), y.min(), x.max(), y.max()), abs=1e-2 * ellipse.most)


@pytest.mark.parametrize(
    "points",
    [
        np.empty((0, 2)),
        np.zeros((20, 2)),
        np.stack([np.arange(20.0), 3 * np.arange(20.0)], axis=1),
        np.array([[0.0, 0], [1, 0], [0, 1], [1, 1], [2, 3]]),
    ],
    ids=["none", "one place", "a line", "too few"],
)
def test_what_is_no_ellipse_gives_none(points: np.ndarray) -> None:
    fitted = fit_robust(points)
    assert fitted is None or fitted[0].least < 1e-3 * fitted[0].most


@given(ellipses, st.floats(-math.pi, math.pi), st.floats(-0.2, 0.2), st.floats(-0.2, 0.6))
def test_the_nearest_place_on_the_edge_is_found_from_nearby(
    ellipse: Ellipse, parameter: float, off: float, part: float
) -> None:
    depth = part * ellipse.least**2 / ellipse.most
    point = ellipse.points(np.array(parameter), depth)
    found = ellipse.nearest(point, np.array(parameter + off))
    assert float(np.hypot(*(ellipse.points(found) - ellipse.points(np.array(parameter))))) < 0.05 * ellipse.least
    assert float(ellipse.depth_at(point, found)) == pytest.approx(depth, abs=0.02 * ellipse.least)
