from __future__ import annotations

import numpy as np
import pytest
from benchmarks.answers import Compared, mean_difference, summarize


def test_difference_is_a_mean_over_all_values_and_knows_no_sign() -> None:
    one = np.full((4, 5, 3), 10, np.uint8)
    other = one.copy()
    other[0, 0] = (0, 40, 10)
    assert mean_difference(one, other) == pytest.approx(40 / 60)
    assert mean_difference(other, one) == mean_difference(one, other)


def test_other_shapes_have_no_difference() -> None:
    assert mean_difference(np.zeros((4, 5, 3), np.uint8), np.zeros((5, 4, 3), np.uint8)) is None


@pytest.mark.parametrize(
    ("angles", "difference", "same"),
    [((90, 90), 2.0, True), ((90, 90), 2.01, False), ((0, 90), 0.0, False), ((0, 0), None, False)],
)
def test_a_page_is_the_same_within_the_limit(angles: tuple[int, int], difference: float | None, same: bool) -> None:
    assert Compared("a.png", angles, difference).same is same


def test_pages_that_differ_are_named() -> None:
    text = summarize([Compared("good.png", (0, 0), 0.5), Compared("bad.png", (0, 90), 1.5)])
    assert "on 1 of 2 pages" in text
    assert "at most 1.500" in text
    assert "bad.png" in text
    assert "good.png" not in text
