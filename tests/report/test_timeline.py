"""The axis of a report, against anything."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from galley.report.timeline import Extent, Timeline, lay_out_runs

LENGTHS = st.lists(st.floats(0, 1e8), min_size=1, max_size=20)


def lay_out(lengths: list[float], most: int = 40) -> Timeline:
    begin, extents = 1e9, []
    for run, length in enumerate(lengths, 1):
        extents.append(Extent(run, begin, begin + length))
        begin += length + 1000
    return lay_out_runs(extents, most)


@given(LENGTHS, st.integers(20, 400))
def test_runs_follow_each_other_without_gaps_in_few_bins(lengths: list[float], most: int) -> None:
    timeline = lay_out(lengths, most)
    assert len(lengths) <= timeline.bins <= most
    at = 0
    for stretch in timeline.stretches:
        assert stretch.first == at
        at += stretch.bins
        assert stretch.bins * timeline.width >= stretch.seconds * (1 - 1e-6)
        assert (stretch.bins - 1) * timeline.width <= stretch.seconds
    assert at == timeline.bins == len(timeline.begins()) == len(timeline.spans())
    assert sum(timeline.spans()) == pytest.approx(timeline.seconds, rel=1e-5, abs=0.01)


@given(st.floats(30, 1e8))
def test_bins_are_narrow_enough_to_see_something(length: float) -> None:
    assert lay_out([length], 300).bins >= 100


@given(LENGTHS, st.data())
def test_spreading_loses_no_second_within_a_run(lengths: list[float], data: st.DataObject) -> None:
    timeline = lay_out(lengths)
    stretch = data.draw(st.sampled_from(timeline.stretches))
    reach = st.floats(-0.5, 1.5).map(lambda share: stretch.begin + share * stretch.seconds)
    begin, end = sorted((data.draw(reach), data.draw(reach)))
    parts = list(timeline.spread(stretch, begin, end))
    inside = max(min(end, stretch.end) - max(begin, stretch.begin), 0)
    # Seconds since the epoch are exact to a tenth of a microsecond; places are shares of up to 1e8 seconds.
    assert math.fsum(seconds for _, seconds in parts) == pytest.approx(inside, rel=1e-6, abs=timeline.width * 1e-6)
    for number, seconds in parts:
        assert stretch.first <= number < stretch.first + stretch.bins
        assert 0 <= seconds <= timeline.width * (1 + 1e-9)


@given(LENGTHS, st.data())
def test_every_moment_has_a_bin_of_its_run(lengths: list[float], data: st.DataObject) -> None:
    timeline = lay_out(lengths)
    stretch = data.draw(st.sampled_from(timeline.stretches))
    number = timeline.bin_of(stretch, data.draw(st.floats(0, 1e10)))
    assert stretch.first <= number < stretch.first + stretch.bins
    inside = data.draw(st.floats(stretch.begin, stretch.end))
    begin = timeline.begins()[timeline.bin_of(stretch, inside)]
    assert begin - 1e-3 <= inside <= begin + timeline.width + 1e-3


def test_round_widths() -> None:
    assert lay_out([3600], 100).width == 60
    assert lay_out([86400 * 365], 100).width == 86400 * 4
    assert lay_out([0.0], 100).width == 0.1
