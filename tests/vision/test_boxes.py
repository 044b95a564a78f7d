"""What boxes share."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from galley.vision.boxes import areas, as_boxes, enclose, find_columns, gaps, shared_areas, shared_parts, turn_columns

BOXES = st.lists(
    st.tuples(st.integers(0, 90), st.integers(0, 90), st.integers(1, 40), st.integers(1, 40)), min_size=1, max_size=8
).map(lambda sides: as_boxes([(x, y, x + w, y + h) for x, y, w, h in sides]))


@given(BOXES, BOXES)
def test_shared_areas_are_those_of_painted_pixels(first: np.ndarray, second: np.ndarray) -> None:
    shared = shared_areas(first, second)
    for i, one in enumerate(first.astype(int)):
        for j, other in enumerate(second.astype(int)):
            sheet = np.zeros((140, 140), int)
            sheet[one[1] : one[3], one[0] : one[2]] += 1
            sheet[other[1] : other[3], other[0] : other[2]] += 1
            assert shared[i, j] == (sheet == 2).sum()


@given(BOXES)
def test_a_box_lies_wholly_in_what_encloses_it(boxes: np.ndarray) -> None:
    assert np.allclose(shared_parts(boxes, as_boxes([enclose(boxes)])), 1)
    assert (areas(boxes) > 0).all()


@given(BOXES, st.sampled_from([0, 1]), st.integers(1, 20))
def test_a_gap_cuts_no_box(boxes: np.ndarray, axis: int, least: int) -> None:
    for middle in gaps(boxes, axis, least):
        near, far = boxes[:, axis], boxes[:, axis + 2]
        assert ((far <= middle - least / 2) | (near >= middle + least / 2)).all()


def test_boxes_stand_in_columns_from_the_left() -> None:
    boxes = as_boxes([(200, 0, 260, 20), (0, 30, 90, 50), (210, 60, 300, 80), (100, 0, 150, 20)])
    assert find_columns(boxes, 20).tolist() == [1, 0, 1, 0]
    assert find_columns(boxes, 10).tolist() == [2, 0, 2, 1]
    assert find_columns(as_boxes([]), 1).tolist() == []


def test_columns_from_right_to_left_become_rows_from_top_to_bottom() -> None:
    right, left = (80.0, 0.0, 100.0, 50.0), (40.0, 0.0, 60.0, 50.0)
    turned = turn_columns(as_boxes([left, right]))
    assert turned[1, 1] < turned[0, 1]
    assert np.allclose(areas(turned), areas(as_boxes([left, right])))


def test_no_boxes_are_an_array_too() -> None:
    assert as_boxes([]).shape == (0, 4)
