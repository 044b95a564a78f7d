"""Percentiles, against sorting."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from galley.report.durations import Durations


@given(st.lists(st.floats(1e-5, 1e5), min_size=1, max_size=200), st.sampled_from([1, 50, 95, 100]))
def test_percentiles_are_those_of_the_sorted_list(values: list[float], percent: int) -> None:
    durations = Durations()
    for value in values:
        durations.add(value)
    exact = sorted(values)[max(math.ceil(len(values) * percent / 100), 1) - 1]
    assert durations.percentile(percent) == pytest.approx(exact, rel=0.01)
    assert (durations.count, durations.most) == (len(values), max(values))


def test_of_nothing() -> None:
    assert Durations().percentile(50) == 0
