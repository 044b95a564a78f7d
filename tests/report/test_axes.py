"""Ticks."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from galley.report.axes import choose_unit, time_ticks, value_ticks
from galley.report.timeline import Extent, lay_out_runs


@given(st.floats(1e-6, 1e9))
def test_values_fit_below_a_round_number_that_is_not_far_above(most: float) -> None:
    ticks = value_ticks(most)
    assert 2 <= len(ticks) <= 5
    assert (ticks[0].place, ticks[0].label) == (0, "0")
    assert ticks[-1].place == 1
    top = float(ticks[-1].label)
    assert most * (1 - 1e-6) <= top <= most * 2.01
    for before, after in pairwise(ticks):
        assert float(after.label) > float(before.label)


@pytest.mark.parametrize(
    ("most", "labels"),
    [(9.9, ["0", "2.5", "5", "7.5", "10"]), (2.2, ["0", "1", "2", "3"]), (0, ["0", "0.25", "0.5", "0.75", "1"])],
)
def test_round_values(most: float, labels: list[str]) -> None:
    assert [tick.label for tick in value_ticks(most)] == labels


@given(st.lists(st.floats(0.1, 1e8), min_size=1, max_size=20), st.integers(-12, 14))
def test_labels_of_times_do_not_touch(lengths: list[float], hours: int) -> None:
    begin, extents = 1.7e9, []
    for run, length in enumerate(lengths):
        extents.append(Extent(run, begin, begin + length))
        begin += length + 5000
    timeline = lay_out_runs(extents, 300)
    ticks = time_ticks(timeline, lambda moment: hours * 3600)
    assert 1 <= len(ticks) <= 12
    assert all(0 <= tick.place <= 1 for tick in ticks)
    assert all(after.place - before.place >= 0.09 for before, after in pairwise(ticks))


def test_round_times_with_the_date_where_it_changes() -> None:
    midnight = 1_760_054_400.0  # 2025-10-10 00:00 UTC
    timeline = lay_out_runs([Extent(1, midnight - 5400, midnight + 5400)], 300)
    labels = [tick.label for tick in time_ticks(timeline, lambda moment: 0)]
    assert labels == ["09 Oct 22:30", "23:00", "23:30", "10 Oct 00:00", "00:30", "01:00"]


def test_a_run_of_a_moment_says_when_it_was() -> None:
    timeline = lay_out_runs([Extent(1, 1_760_054_400.25, 1_760_054_400.25)], 300)
    assert [tick.label for tick in time_ticks(timeline, lambda moment: 0)] == ["10 Oct 00:00:00"]


@pytest.mark.parametrize(("rate", "name"), [(12.0, "pages/s"), (0.5, "pages/min"), (0.001, "pages/h"), (0, "pages/s")])
def test_units_of_throughput(rate: float, name: str) -> None:
    assert choose_unit(rate).name == name
