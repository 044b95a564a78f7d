"""Pipelines without any OCR, opened in workers by name: `benchmarks.simulated:Sleeper` and the others.

Runs in: worker (the pipelines) and parent (the workload).
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from typing import Any

from galley.devices import Slot

PAGES_PER_DEVICE = 60
_MEDIAN_LOG = -3.5  # exp(-3.5) is 30 ms
_SIGMA = 0.8
_LONGEST = 0.5


def page_times(pages: int, seed: int = 0) -> list[float]:
    """Seconds for each page: lognormal with a median of 30 ms and sigma 0.8, at most 0.5 s."""
    source = random.Random(seed)
    return [min(_LONGEST, source.lognormvariate(_MEDIAN_LOG, _SIGMA)) for _ in range(pages)]


class Echo:
    """Answers each page with itself: what is left is the cost of the fleet."""

    def __init__(self, slot: Slot) -> None:
        self._slot = slot

    def describe(self) -> Mapping[str, str]:
        """Nothing runs."""
        return {}

    def load(self, page: Any) -> Any:
        """The page."""
        return page

    def predict(self, loaded: Sequence[Any]) -> Sequence[Any]:
        """The pages."""
        return loaded

    def close(self) -> None:
        """Nothing to release."""


class NoOp(Echo):
    """Answers each page with nothing."""

    def predict(self, loaded: Sequence[Any]) -> list[None]:
        """None for each page."""
        return [None] * len(loaded)


class Sleeper(Echo):
    """Takes as many seconds for a page as the page says: a device that computes without using this processor."""

    def predict(self, loaded: Sequence[float]) -> list[float]:
        """The seconds slept."""
        for seconds in loaded:
            time.sleep(seconds)
        return list(loaded)
