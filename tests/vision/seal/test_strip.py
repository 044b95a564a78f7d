"""Unrolling a seal and going back is the same point; rings are seen, gaps found."""

from __future__ import annotations

import math

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from galley.vision.seal.ellipse import Ellipse
from galley.vision.seal.strip import as_picture, emptiest_column, plan_strip, ring_rows, unroll

seals = st.builds(
    Ellipse,
    x=st.floats(150, 250),
    y=st.floats(150, 250),
    a=st.floats(60, 140),
    b=st.floats(60, 140),
    angle=st.floats(-math.pi, math.pi),
).filter(lambda ellipse: ellipse.most / ellipse.least < 1.8)


@given(seals, st.floats(0.15, 0.85), st.floats(0.3, 0.6), st.floats(0, 0.99))
def test_a_spot_is_found_again_where_the_strip_says_it_is(
    ellipse: Ellipse, across: float, down: float, start: float
) -> None:
    strip = plan_strip(ellipse)
    strip = strip.rolled(int(start * strip.width))
    column, row = round(across * (strip.width - 1)), round(down * (strip.rows - 1))
    (x, y), *_ = strip.to_picture(np.array([[column, row]], float))
    plane = np.zeros((400, 400), np.float32)
    cv2.circle(plane, (round(x * 16), round(y * 16)), 6 * 16, 1.0, -1, cv2.LINE_AA, 4)
    pixels = unroll(plane, strip)
    assert pixels[row, column] > 0.5
    # Where normals come close to each other, the spot is wide; a quarter of the way round it is not.
    assert pixels[row, (column + strip.width // 4) % strip.width] < 0.5


@given(seals)
def test_columns_are_equally_long(ellipse: Ellipse) -> None:
    strip = plan_strip(ellipse)
    row = round((0.07 + 0.2) * strip.unit)
    points = strip.to_picture(np.stack([np.arange(strip.width), np.full(strip.width, row)], axis=1).astype(float))
    steps = np.hypot(*np.diff(points, axis=0).T) * strip.scale
    assert steps.max() < 1.15 * steps.min()


@given(seals)
def test_a_ring_is_seen_and_text_is_not(ellipse: Ellipse) -> None:
    plane = np.zeros((420, 420), np.float32)
    axes = (2 * ellipse.a - 4, 2 * ellipse.b - 4)
    cv2.ellipse(plane, ((ellipse.x, ellipse.y), axes, math.degrees(ellipse.angle)), 1.0, 4)
    strip = plan_strip(ellipse)
    rings = ring_rows(unroll(plane, strip), strip)
    assert rings[: round(0.07 * strip.unit)].all()
    assert not rings[round(0.2 * strip.unit) :].any()


def test_a_strip_is_cut_in_its_widest_gap() -> None:
    strip = plan_strip(Ellipse(200, 200, 100, 100, 0))
    pixels = np.zeros((strip.rows, strip.width), np.float32)
    pixels[10:30, 100:300] = 1
    pixels[10:30, 320:400] = 1
    cut = emptiest_column(pixels, strip, 5)
    beyond = (400 + (strip.width + 100 - 400) // 2) % strip.width
    assert abs(cut - beyond) <= 1


def test_ink_is_black_on_white() -> None:
    picture = as_picture(np.array([[0, 1]], np.float32))
    assert picture.tolist() == [[[255, 255, 255], [0, 0, 0]]]


@given(seals, st.floats(-30, 500), st.floats(0, 100))
def test_columns_and_rows_are_known_from_places(ellipse: Ellipse, column: float, row: float) -> None:
    strip = plan_strip(ellipse)
    found = strip.column(strip.parameters(np.array([column])))
    np.testing.assert_allclose(found, [column], atol=1e-6)
    np.testing.assert_allclose(strip.row(np.array([strip.depth(row)])), [row], atol=1e-6)
