"""How long pages took: percentiles of any number of durations in little memory.

Runs in: pure.
"""

from __future__ import annotations

import math
from collections import Counter

_PER_FACTOR_TEN = 200
_LEAST = 1e-6


class Durations:
    """Counts durations in classes that are 1.16 % wide: the sketch of Masson, Rim and Lee, "DDSketch" (2019)."""

    def __init__(self) -> None:
        self._classes: Counter[int] = Counter()
        self.count = 0
        self.most = 0.0
        """The longest, in seconds."""

    def add(self, seconds: float) -> None:
        """Take one in; anything below a microsecond counts as that."""
        self._classes[round(math.log10(seconds if seconds > _LEAST else _LEAST) * _PER_FACTOR_TEN)] += 1
        self.count += 1
        if seconds > self.most:
            self.most = seconds

    def percentile(self, percent: float) -> float:
        """The duration that `percent` of all do not exceed, to within 1 %; 0 if there is none."""
        left = max(math.ceil(self.count * percent / 100), 1)
        for number in sorted(self._classes):
            left -= self._classes[number]
            if left <= 0:
                return min(10 ** (number / _PER_FACTOR_TEN), self.most)
        return 0.0
