from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from galley.vision.scale import ScaleRule, closer_look, first_look, scaled_size

edges = st.integers(1, 6000)
A4_AT_300_DPI = (3520, 2496)


@pytest.mark.parametrize(
    ("size", "rule", "expected"),
    [
        ((1684, 1191), ScaleRule(64, "min", 4000, 32), (1696, 1184)),
        ((30, 600), ScaleRule(64, "min", 4000, 32), (64, 1280)),
        ((1684, 1191), ScaleRule(960, "max", 4000, 32), (960, 672)),
        ((400, 300), ScaleRule(960, "max", 4000, 32), (384, 288)),
        ((8000, 4000), ScaleRule(64, "min", 4000, 32), (4000, 1984)),
        ((1, 5000), ScaleRule(64, "min", 4000, 32), (32, 4000)),
        ((1, 1), ScaleRule(64, "min", 4000, 32), (64, 64)),
        # Halves are rounded to even multiples, as Python's round does.
        ((48, 80), ScaleRule(32, "min", 4000, 32), (64, 64)),
    ],
)
def test_pages_are_scaled_as_paddlex_scales_them(size: tuple[int, int], rule: ScaleRule, expected: object) -> None:
    assert scaled_size(*size, rule) == expected


@given(edges, edges, st.sampled_from(["min", "max"]), st.integers(1, 3000), st.integers(32, 5000))
def test_any_size_becomes_multiples_within_the_limit(
    height: int, width: int, kind: str, limit: int, longest: int
) -> None:
    sides = scaled_size(height, width, ScaleRule(limit, kind, longest, 32))
    assert all(side % 32 == 0 and 32 <= side <= longest + 16 for side in sides)


@given(edges, edges)
def test_only_large_pages_are_reduced_for_a_first_look(height: int, width: int) -> None:
    whole = scaled_size(height, width, ScaleRule(64, "min", 4000, 32))
    seen = first_look(whole, 32)
    if whole[0] * whole[1] <= 3e6:
        assert seen == whole
    else:
        assert seen[0] < whole[0] or seen[1] < whole[1]
        assert seen[0] * seen[1] < 2.1e6
        assert all(side % 32 == 0 for side in seen)


def test_a_page_that_was_seen_whole_is_not_looked_at_again() -> None:
    assert closer_look(np.array([5.0] * 9), (1696, 1184), (1696, 1184), 32) is None


def test_small_print_is_looked_at_more_closely_and_large_print_is_not() -> None:
    seen = first_look(A4_AT_300_DPI, 32)
    assert seen == (1600, 1120)
    assert closer_look(np.array([20.0] * 9), seen, A4_AT_300_DPI, 32) is None
    assert closer_look(np.array([13.0] * 3 + [30.0] * 6), seen, A4_AT_300_DPI, 32) == (2944, 2080)
    assert closer_look(np.array([12.0] + [30.0] * 8), seen, A4_AT_300_DPI, 32) is None, "a page number"
    assert closer_look(np.array([9.0] * 9), seen, A4_AT_300_DPI, 32) == A4_AT_300_DPI


def test_where_nothing_was_found_the_whole_page_is_looked_at() -> None:
    assert closer_look(np.zeros(0), (1600, 1120), A4_AT_300_DPI, 32) == A4_AT_300_DPI


@given(edges, edges, st.lists(st.floats(1, 500), max_size=20))
def test_a_closer_look_is_closer_and_never_larger_than_the_whole_page(
    height: int, width: int, lines: list[float]
) -> None:
    whole = scaled_size(height, width, ScaleRule(64, "min", 4000, 32))
    seen = first_look(whole, 32)
    closer = closer_look(np.array(lines), seen, whole, 32)
    if closer is not None:
        assert all(before <= after <= last for before, after, last in zip(seen, closer, whole, strict=True))
        assert closer != seen
