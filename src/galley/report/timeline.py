"""The time axis of a report: the runs one after the other without the gaps between them, cut into bins.

Runs in: pure.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

_DAY = 86400
_WIDTHS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, _DAY)
_LEAST_LENGTH = 0.1
"""Seconds: a run is shown at least so long."""


class Extent(NamedTuple):
    """From when to when a run went on, in seconds since the epoch."""

    run: int
    begin: float
    end: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """The part of the axis that is one run."""

    run: int
    begin: float
    """Seconds since the epoch."""
    end: float
    first: int
    """Its first bin."""
    bins: int

    @property
    def seconds(self) -> float:
        """How long the run went on."""
        return self.end - self.begin


@dataclass(frozen=True, slots=True)
class Timeline:
    """The axis. A bin belongs to one run, and all are equally wide; the last of a run may reach past its end."""

    width: float
    """Seconds of a bin."""
    stretches: tuple[Stretch, ...]

    @property
    def bins(self) -> int:
        """How many there are."""
        return self.stretches[-1].first + self.stretches[-1].bins if self.stretches else 0

    @property
    def seconds(self) -> float:
        """How long all runs together went on."""
        return sum(stretch.seconds for stretch in self.stretches)

    def stretch(self, run: int) -> Stretch | None:
        """The part of a run; None for one that is not shown."""
        return next((stretch for stretch in self.stretches if stretch.run == run), None)

    def spans(self) -> list[float]:
        """Seconds of the run in each bin: the width, or less in the last of a run."""
        return [
            min(self.width, max(stretch.seconds - number * self.width, 0.0))
            for stretch in self.stretches
            for number in range(stretch.bins)
        ]

    def begins(self) -> list[float]:
        """When each bin begins, in seconds since the epoch."""
        return [stretch.begin + number * self.width for stretch in self.stretches for number in range(stretch.bins)]

    def place(self, stretch: Stretch, time: float) -> float:
        """Where a moment is, in bins from the left; one outside of the run is moved to its nearer end."""
        # Comparisons, since this is called several times for every page and min() takes ten times as long.
        if time <= stretch.begin:
            return stretch.first
        inside = (time if time < stretch.end else stretch.end) - stretch.begin
        bins = inside / self.width
        return stretch.first + (bins if bins < stretch.bins else stretch.bins)

    def bin_of(self, stretch: Stretch, time: float) -> int:
        """The bin of a moment; one outside of the run belongs to the nearer end."""
        number, last = int(self.place(stretch, time)), stretch.first + stretch.bins - 1
        return number if number < last else last

    def spread(self, stretch: Stretch, begin: float, end: float) -> Iterator[tuple[int, float]]:
        """The bins between two moments, and the seconds that lie in each; what is outside of the run is left out."""
        start, stop = self.place(stretch, begin), self.place(stretch, end)
        if int(start) == int(stop):
            if stop > start:
                yield int(start), (stop - start) * self.width
            return
        for number in range(int(start), math.ceil(stop)):
            yield number, (min(stop, number + 1) - max(start, number)) * self.width


def lay_out_runs(extents: Sequence[Extent], most_bins: int) -> Timeline:
    """The axis of these runs, in their order, with the narrowest bins of a round width that make at most `most_bins`.

    There must be no more runs than bins.
    """
    assert len(extents) <= most_bins
    lasting = [(extent, max(extent.end - extent.begin, _LEAST_LENGTH)) for extent in extents]
    width = next(width for width in _widths() if sum(_bins(seconds, width) for _, seconds in lasting) <= most_bins)
    stretches: list[Stretch] = []
    first = 0
    for extent, seconds in lasting:
        bins = _bins(seconds, width)
        stretches.append(Stretch(extent.run, extent.begin, extent.begin + seconds, first, bins))
        first += bins
    return Timeline(width, tuple(stretches))


def _bins(seconds: float, width: float) -> int:
    # A length that is a whole number of widths but for rounding needs no bin for the rest.
    return max(math.ceil(seconds / width - 1e-6), 1)


def _widths() -> Iterator[float]:
    yield from _WIDTHS
    for power in count(1):
        yield float(_DAY * 2**power)
