"""The main line is found by its ink alone, whatever stands beside and below it."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from galley.vision.seal.band import main_line
from galley.vision.seal.ink import Plane

UNIT, TOP = 170.0, 15
STEP, SIZE = 36, 28


def strip(left: int, count: int, top: int, height: int) -> Plane:
    """A line of characters, each a frame with a cross, on an empty strip."""
    pixels = np.zeros((120, 1000), np.float32)
    for number in range(count):
        x = left + STEP * number
        character = pixels[top : top + height, x : x + SIZE]
        character[:3], character[-3:], character[:, :3], character[:, -3:] = 1, 1, 1, 1
        character[height // 2 - 1 : height // 2 + 2], character[:, SIZE // 2 - 1 : SIZE // 2 + 2] = 1, 1
    return pixels


@given(st.integers(20, 300), st.integers(8, 18), st.integers(TOP + 2, 35), st.integers(24, 60))
def test_a_line_is_found_with_a_little_white_around(left: int, count: int, top: int, height: int) -> None:
    line = main_line(strip(left, count, top, height), UNIT, TOP)
    assert line is not None
    right, bottom = left + STEP * (count - 1) + SIZE, top + height
    for found, true in ((line.left, left), (line.top, top), (line.right, right), (line.bottom, bottom)):
        assert abs(found - true) <= 0.2 * height + 3
    assert line.left <= left
    assert line.right >= right


def test_straight_text_next_to_the_line_and_below_its_end_stays_out() -> None:
    pixels = strip(200, 12, 25, 45)
    alone = main_line(pixels, UNIT, TOP)
    for number in range(4):
        # Straight text is slanted on the strip: deeper with every character.
        pixels[45 + 12 * number : 90 + 12 * number, 150 - 36 * number : 178 - 36 * number] = 1
        pixels[74:110, 210 + 20 * number : 222 + 20 * number] = 1
    line = main_line(pixels, UNIT, TOP)
    assert alone is not None
    assert line is not None
    np.testing.assert_allclose(astuple(line), astuple(alone), atol=4)


def test_of_two_lines_the_longer_one_is_the_main_one() -> None:
    pixels = np.maximum(strip(100, 9, 25, 45), strip(600, 5, 25, 45))
    line = main_line(pixels, UNIT, TOP)
    assert line is not None
    assert (line.left < 100, line.right > 400, line.right < 600) == (True, True, True)


def test_an_empty_edge_and_a_full_one_have_none() -> None:
    for value in (0, 1):
        assert main_line(np.full((120, 1000), value, np.float32), UNIT, TOP) is None
    assert main_line(np.zeros((3, 5), np.float32), 4.0, 3) is None


def test_a_smaller_line_beside_the_main_one_stays_out() -> None:
    pixels = strip(100, 12, 25, 45)
    alone = main_line(pixels, UNIT, TOP)
    for number in range(13):
        pixels[25:42, 560 + 12 * number : 568 + 12 * number] = 1
    line = main_line(pixels, UNIT, TOP)
    assert alone is not None
    assert line is not None
    np.testing.assert_allclose(astuple(line), astuple(alone), atol=4)
