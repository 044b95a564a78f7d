"""Stretches of a row of pixels.

Runs in: worker. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Interval: TypeAlias = tuple[float, float]
"""Where something begins and ends."""


def runs(marks: Sequence[bool] | NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First index and index after the last of each stretch of true `marks`."""
    padded = np.concatenate(([False], np.asarray(marks, bool), [False])).astype(np.int8)
    edges = np.diff(padded)
    starts, ends = np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist()
    return list(zip(starts, ends, strict=True))
