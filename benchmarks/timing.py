"""Alternating runs of rivals, and what to say about their times.

Runs in: pure, but for calling what it is given.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and range of repeated measurements."""

    median: float
    low: float
    high: float
    count: int

    def show(self, digits: int = 2, factor: float = 1.0) -> str:
        """`median (low-high)`, each times `factor`: 1000 shows seconds as milliseconds."""
        low, middle, high = (f"{value * factor:.{digits}f}" for value in (self.low, self.median, self.high))
        return f"{middle} ({low}-{high})"


def spread(values: Sequence[float]) -> Spread:
    """Median and range of at least one value.

    Raises:
        ValueError: no value.
    """
    if not values:
        raise ValueError("no measurement to summarise")
    return Spread(statistics.median(values), min(values), max(values), len(values))


def alternate(rivals: Mapping[str, Callable[[], T]], rounds: int) -> dict[str, list[T]]:
    """Run each rival once per round, A B A B, so that slow changes of the machine meet all of them alike."""
    answers: dict[str, list[T]] = {name: [] for name in rivals}
    for _ in range(rounds):
        for name, run in rivals.items():
            answers[name].append(run())
    return answers


def ratios(upper: Sequence[float], lower: Sequence[float]) -> list[float]:
    """`upper / lower`, pair by pair: the n-th run of one against the n-th run of the other.

    Raises:
        ValueError: the sequences differ in length.
    """
    return [above / below for above, below in zip(upper, lower, strict=True)]
