from __future__ import annotations

import math
from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from galley.vision.detect import (
    BoxRule,
    find_boxes,
    find_polygons,
    grow,
    heights_of,
    mean_inside,
    pad_small,
    reading_order,
    smallest_rectangle,
    top_order,
)

RULE = BoxRule(threshold=0.3, box_threshold=0.6, unclip_ratio=1.5, max_candidates=1000)
broken = st.sampled_from([math.nan, math.inf, -math.inf, -1.0, 2.0])
"""What a network gone wrong may say of a pixel."""


def text_map(height: int, width: int, *boxes: tuple[int, int, int, int], value: float = 0.9) -> NDArray[np.float32]:
    """A map with sure rectangles: left, top, right, bottom, the last pixels included."""
    probability = np.zeros((height, width), np.float32)
    for left, top, right, bottom in boxes:
        probability[top : bottom + 1, left : right + 1] = value
    return probability


def test_the_height_of_a_line_is_its_shorter_side_however_it_is_turned() -> None:
    flat, standing = [(0, 0), (100, 0), (100, 20), (0, 20)], [(0, 0), (30, 0), (30, 90), (0, 90)]
    turned = [(0, 0), (30, 40), (22, 46), (-8, 6)]
    assert heights_of(np.array([flat, standing, turned], np.int32)).tolist() == [20, 30, 10]
    assert heights_of(np.zeros((0, 4, 2), np.int32)).shape == (0,)


def test_only_tiny_pictures_are_padded() -> None:
    tiny = np.full((10, 40, 3), 255, np.uint8)
    padded = pad_small(tiny)
    assert padded.shape == (32, 40, 3)
    assert padded[:10].min() == 255
    assert padded[10:].max() == 0
    large = np.zeros((32, 32, 3), np.uint8)
    assert pad_small(large) is large


def test_a_sure_rectangle_is_found_grown_and_scaled_to_the_page() -> None:
    (box,) = find_boxes(text_map(64, 128, (20, 20, 99, 39)), (128, 256), RULE)
    # Area 79 * 19, circumference 196: grown by 1.5 * 1501 / 196 = 11.5 pixels of the map, 23 of the page.
    np.testing.assert_allclose(box, [[17, 17], [221, 17], [221, 101], [17, 101]], atol=2)


@pytest.mark.parametrize(
    ("probability", "reason"),
    [
        (np.zeros((64, 64), np.float32), "a blank page"),
        (np.full((64, 64), np.nan, np.float32), "a network gone wrong"),
        (text_map(64, 64, (10, 10, 50, 11)), "too thin"),
        (text_map(64, 64, (10, 10, 50, 30), value=0.5), "text, but not sure enough for a box"),
        (text_map(64, 64, (10, 10, 50, 30), value=0.3), "not above the threshold"),
        (text_map(64, 64, (10, 10, 10, 10)), "one pixel"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_text_gives_no_box(probability: NDArray[np.float32], reason: str) -> None:
    assert find_boxes(probability, (64, 64), RULE).shape == (0, 4, 2), reason
    assert find_polygons(probability, (64, 64), RULE) == [], reason


@given(
    arrays(np.float32, st.tuples(st.integers(1, 60), st.integers(1, 60)), elements=st.floats(0, 1, width=32) | broken),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0.01, 100),
)
def test_any_map_gives_boxes_on_the_page(
    probability: NDArray[np.float32], threshold: float, box_threshold: float, ratio: float
) -> None:
    rule = BoxRule(threshold, box_threshold, ratio, 1000)
    boxes = find_boxes(probability, (300, 200), rule)
    polygons = find_polygons(probability, (300, 200), rule)
    assert boxes.dtype == np.int32
    for points in [*boxes, *polygons]:
        assert points.min() >= 0
        assert points[:, 0].max() <= 200
        assert points[:, 1].max() <= 300


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 11)), unique=True, max_size=40))
def test_separate_rectangles_are_each_found_once(places: list[tuple[int, int]]) -> None:
    """Each cell of a grid that holds a rectangle gives one box, whose centre lies in the rectangle."""
    boxes = [(40 * x + 10, 30 * y + 10, 40 * x + 29, 30 * y + 19) for x, y in places]
    found = find_boxes(text_map(360, 360, *boxes), (360, 360), RULE)
    centres = {(int(x) // 40, int(y) // 30) for x, y in found.mean(axis=1)}
    assert len(found) == len(places)
    assert centres == set(places)


def test_two_thousand_regions_give_as_many_boxes_as_are_looked_at() -> None:
    boxes = [(12 * x + 2, 12 * y + 2, 12 * x + 8, 12 * y + 8) for x in range(50) for y in range(40)]
    probability = text_map(480, 600, *boxes)
    assert len(find_boxes(probability, (480, 600), RULE)) == 1000
    assert len(find_boxes(probability, (480, 600), BoxRule(0.3, 0.6, 1.5, 5000))) == 2000


def test_a_turned_rectangle_keeps_its_turn() -> None:
    probability = np.zeros((200, 200), np.float32)
    corners = cv2.boxPoints(((100, 100), (120, 30), 20)).astype(np.int32)
    cv2.fillPoly(probability, [corners], 0.9)
    (box,) = find_boxes(probability, (200, 200), RULE)
    direction = box[1] - box[0]
    assert np.degrees(np.arctan2(direction[1], direction[0])) == pytest.approx(20, abs=2)


def test_a_bent_region_becomes_a_polygon_that_follows_it() -> None:
    probability = np.zeros((300, 300), np.float32)
    cv2.ellipse(probability, (150, 250), (120, 120), 0, 200, 340, 0.9, 20)
    (polygon,) = find_polygons(probability, (300, 300), RULE)
    assert len(polygon) > 8
    filled = np.zeros((300, 300), np.uint8)
    cv2.fillPoly(filled, [polygon], 1)
    assert filled[probability > 0].mean() > 0.95, "the region is inside"
    assert filled[250, 150] == 0, "what it bends around is outside"


@given(st.integers(2, 80), st.integers(2, 80), st.floats(0.1, 5))
def test_growing_a_rectangle_adds_the_distance_on_every_side(width: int, height: int, ratio: float) -> None:
    corners = np.array([[100, 100], [100 + width, 100], [100 + width, 100 + height], [100, 100 + height]], np.float32)
    distance = width * height * ratio / (2 * (width + height))
    (grown,) = grow(corners, ratio)
    np.testing.assert_allclose(grown.min(axis=0), [100 - distance] * 2, atol=1)
    np.testing.assert_allclose(grown.max(axis=0), [100 + width + distance, 100 + height + distance], atol=1)


def test_the_mean_is_taken_inside_the_polygon_only() -> None:
    probability = text_map(20, 20, (5, 5, 9, 9), value=1.0)
    inside = np.array([[5, 5], [9, 5], [9, 9], [5, 9]], np.float32)
    assert mean_inside(probability, inside) == 1.0
    assert mean_inside(probability, inside + 10) == 0.0
    half = np.array([[0, 5], [9, 5], [9, 9], [0, 9]], np.float32)
    assert mean_inside(probability, half) == pytest.approx(0.5)
    assert mean_inside(probability, half + 100) == 0.0, "outside of the map"


def test_the_shorter_side_of_the_rectangle_is_said() -> None:
    points = np.array([[10, 10], [50, 10], [50, 22], [10, 22], [30, 12]], np.int32)
    corners, side = smallest_rectangle(points)
    np.testing.assert_allclose(corners, [[10, 10], [50, 10], [50, 22], [10, 22]], atol=0.01)
    assert side == pytest.approx(12)


def quadrangles(*corners: tuple[int, int]) -> NDArray[np.int32]:
    return np.array([[(x, y), (x + 5, y), (x + 5, y + 5), (x, y + 5)] for x, y in corners], np.int32).reshape(-1, 4, 2)


@pytest.mark.parametrize(
    ("corners", "expected"),
    [
        ([], []),
        ([(50, 10), (10, 12)], [1, 0]),
        ([(50, 10), (10, 20)], [0, 1]),
        ([(90, 0), (50, 8), (10, 16)], [1, 0, 2]),
        ([(90, 0), (50, 8), (10, 9)], [2, 1, 0]),
        ([(10, 100), (10, 0), (10, 50)], [1, 2, 0]),
    ],
)
def test_boxes_are_read_row_by_row(corners: list[tuple[int, int]], expected: list[int]) -> None:
    assert reading_order(quadrangles(*corners)) == expected


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)), max_size=30))
def test_reading_order_keeps_every_box_and_no_neighbours_in_the_wrong_order(corners: list[tuple[int, int]]) -> None:
    order = reading_order(quadrangles(*corners))
    assert sorted(order) == list(range(len(corners)))
    for first, second in pairwise(order):
        (x1, y1), (x2, y2) = corners[first], corners[second]
        assert not (abs(y1 - y2) < 10 and x2 < x1)


def test_polygons_are_sorted_by_their_highest_points() -> None:
    polygons = [np.array([[0, y], [5, y + 9], [9, y + 3]], np.int32) for y in (30, 10, 20)]
    assert top_order(polygons) == [1, 2, 0]
