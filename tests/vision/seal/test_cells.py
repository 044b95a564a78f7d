"""Characters that stand stiff along an edge are set upright again."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from galley.vision.intervals import runs
from galley.vision.seal.cells import even_cuts, set_upright
from galley.vision.seal.ellipse import Ellipse
from galley.vision.seal.ink import Plane
from galley.vision.seal.pieces import Piece
from galley.vision.seal.strip import Strip, plan_strip, unroll

OVAL = Ellipse(250, 250, 180, 140, 0)
COUNT = 5
HEIGHT, WIDTH, STEP, DEPTH = 44.0, 30.0, 52.0, 34.0
"""Of squares along the edge, in pixels of the picture: their sides, their distance, and how deep their middle is."""


def frames(strip: Strip, count: int) -> tuple[Plane, list[float]]:
    """Empty frames that stand along the edge to both sides of its tip, and the columns of their middles."""
    plane = np.zeros((500, 500), np.float32)
    middle = float(strip.column(np.array([2 * math.pi]))[0])
    columns = [middle + (number - (count - 1) / 2) * STEP * strip.scale for number in range(count)]
    for parameter in strip.parameters(np.array(columns)):
        (x, y), (inner_x, inner_y) = OVAL.points(np.array(parameter), np.array([DEPTH, DEPTH + 1]))
        turned = math.degrees(math.atan2(inner_y - y, inner_x - x)) - 90
        corners = cv2.boxPoints(((float(x), float(y)), (WIDTH, HEIGHT), turned))
        cv2.polylines(plane, [np.rint(corners * 16).astype(np.int32)], True, 1.0, 3, cv2.LINE_AA, 4)
    return plane, columns


def _frames_of(pixels: Plane, row: int) -> list[int]:
    """Widths of the empty frames that a row goes through, from outside to outside."""
    spans = [(start, stop) for start, stop in runs(pixels[row] > 0.4)]
    assert len(spans) == 2 * COUNT
    return [right[1] - left[0] for left, right in zip(spans[::2], spans[1::2], strict=True)]


def test_squares_are_square_again_at_the_tip_of_an_oval() -> None:
    strip = plan_strip(OVAL).rolled(plan_strip(OVAL).width // 2)
    plane, columns = frames(strip, COUNT)
    depth = strip.row(np.array([DEPTH - HEIGHT / 2 - 5, DEPTH + HEIGHT / 2 + 5]))
    half = round(STEP * strip.scale / 2)
    piece = Piece(round(columns[0]) - half, round(depth[0]), round(columns[-1]) + half, round(depth[1]))
    fans = unroll(plane, strip)[piece.top : piece.bottom, piece.left : piece.right]
    upright, used = set_upright(fans, piece, strip, 0)
    assert used.left <= columns[0] - WIDTH / 2 and columns[-1] + WIDTH / 2 <= used.right
    rows = [round(0.3 * len(upright)), round(0.7 * len(upright))]
    fan_above, fan_below = (_frames_of(fans, row)[2] for row in rows)
    assert fan_below > fan_above + 8
    for above, below in zip(*(_frames_of(upright, row) for row in rows), strict=True):
        assert above == pytest.approx(WIDTH * strip.scale + 3, abs=5)
        assert below == pytest.approx(above, abs=3)


@given(st.integers(6, 16), st.integers(28, 46), st.integers(0, 30))
def test_even_characters_are_parted_though_they_touch_at_their_feet(count: int, step: int, left: int) -> None:
    pixels = np.zeros((44, left + count * step + 40), np.float32)
    for number in range(count):
        start = left + 4 + number * step
        pixels[4:40, start : start + step - 8] = 1
    pixels[34:40, left + 4 : left + count * step - 4] = 1
    edges = even_cuts(pixels[:28].mean(axis=0), 44)
    assert edges is not None
    for number in range(1, count):
        assert np.abs(edges - (left + number * step)).min() <= 4


def test_letters_of_uneven_width_are_not_parted() -> None:
    amounts, left = np.zeros(500), 10
    for width in (30, 8, 28, 8, 36, 20, 8, 30, 14, 34, 8, 40, 20):
        amounts[left : left + width] = 0.8
        left += width + 4
    assert even_cuts(amounts, 40) is None


def test_an_empty_line_is_not_parted() -> None:
    assert even_cuts(np.zeros(90), 40) is None


@given(st.integers(1, 300), st.integers(1, 120), st.integers(0, 2**32 - 1))
def test_any_ink_is_parted_in_order_or_not_at_all(width: int, height: int, seed: int) -> None:
    numbers = np.random.default_rng(seed)
    edges = even_cuts(numbers.uniform(0, 1, width) * (numbers.uniform(0, 1, width) < 0.5), height)
    assert edges is None or (np.diff(edges) > 0).all()
