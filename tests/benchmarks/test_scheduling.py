from __future__ import annotations

import statistics

import pytest
from benchmarks.scheduling import ceiling, run_galley
from benchmarks.simulated import page_times


def test_page_times_are_those_of_the_workload() -> None:
    times = page_times(20_000)
    assert times[:3] == page_times(3)
    assert max(times) == 0.5
    assert 0.029 < statistics.median(times) < 0.031
    assert page_times(3, seed=1) != times[:3]


def test_the_ceiling_is_that_of_taking_pages_in_order() -> None:
    assert ceiling([1.0, 1.0, 1.0, 1.0], 2) == 1.0
    assert ceiling([1.0, 1.0, 2.0], 2) == 2 / 3  # the long page comes last


def test_a_run_of_the_fleet_is_judged_by_its_own_clock() -> None:
    run = run_galley([0.05] * 8, 2)
    assert 0.2 <= run.seconds < 5
    assert run.efficiency == pytest.approx(0.2 / run.seconds)
    assert run.start_seconds > 0
