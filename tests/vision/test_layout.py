from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from galley.config import LayoutOptions
from galley.vision.layout import (
    Rows,
    decode_heads,
    knows_order,
    overlaps,
    plan_selection,
    resize_page,
    select_regions,
    suppress,
)

LABELS = ("text", "image", "formula")
PAGE = (1000, 1400)


def rows(*each: tuple[float, ...]) -> Rows:
    return np.array(each, np.float32)


def select(options: LayoutOptions, *each: tuple[float, ...]) -> list[list[float]]:
    found: list[list[float]] = select_regions(rows(*each), plan_selection(options, len(LABELS)), LABELS, PAGE).tolist()
    return found


def head(cells: int, bins: int = 8) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The scores and distances of a level in which nothing was found."""
    return np.zeros((cells, len(LABELS)), np.float32), np.zeros((cells, 4 * bins), np.float32)


def test_heads_tell_class_score_and_edges() -> None:
    size = (64, 96)
    levels = [head(8 * 12), head(4 * 6)]
    scores, distances = levels[1]
    cell = 2 * 4 + 1  # row 2, column 1 of the coarse level: its centre is at (24, 40)
    scores[cell, 2] = 0.875
    distances[cell].reshape(4, 8)[range(4), [1, 2, 2, 3]] = 50.0  # strides to the left, up, right and down
    found = decode_heads([a for a, _ in levels], [b for _, b in levels], (8, 16), size, 0.4)
    assert found.shape == (1, 6)
    assert found[0, :2].tolist() == [2, 0.875]
    assert found[0, 2:].tolist() == pytest.approx([24 - 16, 40 - 32, 24 + 32, 40 + 48], abs=1e-3)
    assert len(decode_heads([a for a, _ in levels], [b for _, b in levels], (8, 16), size, 0.95)) == 0


def test_neighbouring_cells_that_see_one_region_give_it_once() -> None:
    scores, distances = head(8 * 8)
    for cell, score in ((27, 0.8), (28, 0.7), (35, 0.6)):
        scores[cell, 0] = score
        distances[cell].reshape(4, 8)[:, 3] = 50.0
    scores[0, 1] = 0.5
    distances[0].reshape(4, 8)[:, 0] = 50.0
    found = decode_heads([scores], [distances], (8,), (64, 64), 0.4)
    assert np.allclose(found[:, :2], [[0, 0.8], [1, 0.5]])


boxes = st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(1, 40), st.integers(1, 40))
regions = st.lists(
    st.tuples(st.integers(0, 2), st.floats(0, 1, width=32), boxes).map(
        lambda r: (r[0], r[1], r[2][0], r[2][1], r[2][0] + r[2][2], r[2][1] + r[2][3])
    ),
    max_size=12,
)


@given(regions)
def test_what_is_left_overlaps_little_and_everything_else_overlaps_something_better(
    found: list[tuple[float, ...]],
) -> None:
    given_rows = np.array(found, np.float32).reshape(-1, 6)
    kept = suppress(given_rows, 0.5, 0.8)
    for index, row in enumerate(kept):
        rest = kept[index + 1 :]
        assert np.all(overlaps(row, rest) < np.where(rest[:, 0] == row[0], 0.5, 0.8))
    for row in given_rows:
        better = kept[kept[:, 1] >= row[1]]
        limits = np.where(better[:, 0] == row[0], 0.5, 0.8)
        assert np.any(overlaps(row, better) >= limits)  # itself, or what suppressed it
    assert list(kept[:, 1]) == sorted(kept[:, 1], reverse=True)


def test_thresholds_are_one_number_or_one_for_each_class() -> None:
    both = ((0, 0.45, 0, 0, 10, 10), (1, 0.45, 50, 50, 60, 60), (7, 0.9, 0, 0, 5, 5), (-1, 0.9, 0, 0, 5, 5))
    assert [row[0] for row in select(LayoutOptions(0.4), *both)] == [0, 1]
    assert [row[0] for row in select(LayoutOptions({0: 0.3}), *both)] == [0], "0.5 where nothing is said"
    assert select(LayoutOptions({0: 0.6, 9: 0.1}), *both) == []


def test_overlapping_regions_stay_unless_asked_for() -> None:
    pair = ((0, 0.7, 0, 0, 100, 100), (0, 0.9, 0, 0, 100, 90), (1, 0.6, 0, 0, 100, 90), (1, 0.55, 0, 0, 90, 90))
    assert len(select(LayoutOptions(0.1), *pair)) == 4
    kept = select(LayoutOptions(0.1, layout_nms=True), *pair)
    assert [row[::5] for row in kept] == [[0, 90], [1, 90]], "other classes may overlap more"


def test_a_picture_of_the_whole_page_is_the_page() -> None:
    page, text = (1, 0.9, -5, 0, 1000, 1390), (0, 0.8, 100, 100, 200, 200)
    assert [row[0] for row in select(LayoutOptions(0.1), page, text)] == [0]
    assert [row[0] for row in select(LayoutOptions(0.1), page)] == [1]
    assert [row[0] for row in select(LayoutOptions(0.1), page, page)] == [1, 1]


def test_merging_keeps_the_large_the_small_or_both() -> None:
    outer, inner, apart = (0, 0.9, 0, 0, 100, 100), (1, 0.8, 10, 10, 50, 50), (0, 0.7, 300, 0, 400, 100)
    tops = {
        mode: [row[:4] for row in select(LayoutOptions(0.1, layout_merge_bboxes_mode=mode), outer, inner, apart)]
        for mode in ("large", "small", "union")
    }
    assert [row[0] for row in tops["large"]] == [0, 0]
    assert [row[2] for row in tops["small"]] == [10, 300]
    assert len(tops["union"]) == 3
    # By class: within regions of the class, or around regions of the class.
    assert len(select(LayoutOptions(0.1, layout_merge_bboxes_mode={0: "large"}), outer, inner, apart)) == 2
    assert len(select(LayoutOptions(0.1, layout_merge_bboxes_mode={1: "large"}), outer, inner, apart)) == 3
    assert len(select(LayoutOptions(0.1, layout_merge_bboxes_mode={1: "small"}), outer, inner, apart)) == 2
    assert len(select(LayoutOptions(0.1, layout_merge_bboxes_mode={0: "small"}), outer, inner, apart)) == 3


def test_a_formula_lies_within_formulas_only() -> None:
    text, formula = (0, 0.9, 0, 0, 100, 100), (2, 0.8, 10, 10, 50, 50)
    assert len(select(LayoutOptions(0.1, layout_merge_bboxes_mode="large"), text, formula)) == 2
    assert len(select(LayoutOptions(0.1, layout_merge_bboxes_mode="large"), (2, *text[1:]), formula)) == 1


@pytest.mark.parametrize(
    ("columns", "expected"),
    [([(3.0,), (1.0,), (2.0,)], [1, 2, 0]), ([(1.0, 5.0), (0.0, 1.0), (1.0, 9.0)], [1, 2, 0])],
)
def test_networks_that_know_the_reading_order_are_believed(columns: list[tuple[float, ...]], expected: object) -> None:
    places = [(index % 3, 0.9, 100 * index, 0, 100 * index + 50, 50) for index in range(3)]
    answer = rows(*(place + column for place, column in zip(places, columns, strict=True)))
    found = select_regions(answer, plan_selection(LayoutOptions(0.1), 3), LABELS, PAGE)
    assert knows_order(answer)
    assert found.shape == (3, 6)
    assert found[:, 0].tolist() == expected


def test_regions_grow_about_their_centre_and_end_with_the_page() -> None:
    box, low = (0, 0.9, 100, 100, 200, 300), (1, 0.9, 900, 1300, 1000, 1400)
    assert select(LayoutOptions(0.1, layout_unclip_ratio=2.0), box)[0][2:] == [50, 0, 250, 400]
    assert select(LayoutOptions(0.1, layout_unclip_ratio=(1.0, 1.5)), box)[0][2:] == [100, 50, 200, 350]
    both = select(LayoutOptions(0.1, layout_unclip_ratio={1: (2.0, 2.0)}), box, low)
    assert both[0][2:] == [100, 100, 200, 300]
    assert both[1][2:] == [850, 1250, 1000, 1400]
    assert select(LayoutOptions(0.1), (0, 0.9, 1100, 0, 1200, 50), (0, 0.9, 10, 10, 10, 20)) == []


def test_nothing_found_is_no_region() -> None:
    for columns in (6, 7, 8):
        empty = np.empty((0, columns), np.float32)
        options = LayoutOptions(0.5, True, 1.1, "small")
        assert len(select_regions(empty, plan_selection(options, 3), LABELS, PAGE)) == 0


def test_pages_are_scaled_whatever_their_proportions() -> None:
    page = np.zeros((10, 200, 3), np.uint8)
    page[:, 100:] = 200
    for cubic in (False, True):
        small = resize_page(page, (40, 60), cubic=cubic)
        assert small.shape == (60, 40, 3)
        assert (small[:, :15] == 0).all()
        assert (small[:, 25:] == 200).all()
