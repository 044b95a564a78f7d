from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from galley.vision.crop import crop_line, crop_lines


@pytest.fixture(scope="module")
def page() -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (120, 200, 3), dtype=np.uint8)


def corners(left: int, top: int, right: int, bottom: int) -> NDArray[np.int32]:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.int32)


def test_an_upright_box_is_cut_out_as_it_is(page: NDArray[np.uint8]) -> None:
    np.testing.assert_array_equal(crop_line(page, corners(20, 10, 120, 40)), page[10:40, 20:120])


def test_a_tall_box_is_turned_counter_clockwise(page: NDArray[np.uint8]) -> None:
    line = crop_line(page, corners(20, 10, 50, 70))
    assert line is not None
    # Versions of OpenCV differ in the last bit of the corners, and so by one pixel here.
    assert line.shape[:2] == pytest.approx((30, 60), abs=1)
    np.testing.assert_allclose(line[1:28, 3:58], np.rot90(page[10:70, 20:50])[1:28, 3:58], atol=12)
    wide = crop_line(page, corners(20, 10, 61, 70))
    assert wide is not None
    assert wide.shape[0] > wide.shape[1], "less than 1.5 times as high as wide"


def test_a_turned_box_is_laid_straight() -> None:
    page = np.zeros((200, 300, 3), np.uint8)
    box = cv2.boxPoints(((150, 100), (160, 30), 15)).astype(np.int32)
    cv2.fillPoly(page, [box], (255, 255, 255))
    line = crop_line(page, box)
    assert line is not None
    assert line.shape[:2] == pytest.approx((30, 160), abs=3)
    assert line[3:-3, 3:-3].min() > 250


@pytest.mark.parametrize("box", [corners(5, 5, 5, 5), corners(5, 5, 50, 5), corners(5, 5, 5, 50)])
def test_a_box_without_area_gives_nothing(page: NDArray[np.uint8], box: NDArray[np.int32]) -> None:
    assert crop_line(page, box) is None


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 120)), min_size=4, max_size=4))
def test_any_four_points_of_the_page_give_pixels_or_nothing(points: list[tuple[int, int]]) -> None:
    page = np.full((120, 200, 3), 77, np.uint8)
    line = crop_line(page, np.array(points, np.int32))
    if line is not None:
        assert line.dtype == np.uint8
        assert line.size > 0
        assert set(np.unique(line)) == {77}, "beyond the page its edge is repeated"


def test_two_thousand_boxes_are_cut_out_each_with_its_own_pixels() -> None:
    page = np.zeros((500, 400, 3), np.uint8)
    boxes = [corners(8 * column, 12 * row, 8 * column + 7, 12 * row + 5) for row in range(40) for column in range(50)]
    for number, box in enumerate(boxes):
        cv2.fillPoly(page, [box], (number % 251, number // 251, 9))
    cut = crop_lines(page, boxes)
    assert len(cut) == 2000
    for number, (box, line) in enumerate(cut):
        np.testing.assert_array_equal(box, boxes[number])
        assert line.shape == (5, 7, 3)
        assert (line == (number % 251, number // 251, 9)).all()
