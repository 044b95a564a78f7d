from __future__ import annotations

import pytest
from benchmarks.timing import alternate, ratios, spread
from hypothesis import given
from hypothesis import strategies as st


@given(st.lists(st.floats(0.001, 1e6), min_size=1))
def test_spread_encloses_the_median(values: list[float]) -> None:
    found = spread(values)
    assert found.low == min(values) <= found.median <= max(values) == found.high
    assert found.count == len(values)


def test_spread_shows_seconds_as_milliseconds() -> None:
    assert spread([0.001, 0.002, 0.004]).show(1, 1000) == "2.0 (1.0-4.0)"


def test_spread_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="no measurement"):
        spread([])


def test_rivals_take_turns() -> None:
    order: list[str] = []

    def run(name: str) -> int:
        order.append(name)
        return len(order)

    found = alternate({"a": lambda: run("a"), "b": lambda: run("b")}, 3)
    assert order == ["a", "b"] * 3
    assert found == {"a": [1, 3, 5], "b": [2, 4, 6]}


def test_ratios_are_taken_pair_by_pair() -> None:
    assert ratios([2.0, 9.0], [1.0, 3.0]) == [2.0, 3.0]
    with pytest.raises(ValueError):
        ratios([1.0], [1.0, 2.0])
