"""Where the ticks of a report's axes are, and what they say.

Runs in: pure.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import NamedTuple

from galley.report.timeline import Timeline

_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
_DAY = 86400
_MOST_TIME_TICKS = 8
_LEAST_DISTANCE, _AFTER_DATE = 0.09, 0.14
"""Between a label of the time axis and the next, as shares of its length: after a time, and after one with a date."""
_LAST_PLACE = 0.92
"""A label further right would reach past the end of the axis."""


class Tick(NamedTuple):
    """A mark on an axis."""

    place: float
    """From 0 to 1."""
    label: str


class Unit(NamedTuple):
    """A unit of throughput."""

    name: str
    seconds: float


def choose_unit(pages_per_second: float) -> Unit:
    """The unit in which a rate is a number that is easy to read."""
    if pages_per_second >= 1 or pages_per_second <= 0:
        return Unit("pages/s", 1)
    return Unit("pages/min", 60) if pages_per_second * 60 >= 1 else Unit("pages/h", 3600)


def value_ticks(most: float) -> list[Tick]:
    """Two to five ticks from 0 to a round number that is at least `most`; the last is at place 1."""
    if not most > 0:
        most = 1.0
    magnitude = 10.0 ** math.floor(math.log10(most))
    step = next(s * magnitude for s in (0.25, 0.5, 1, 2.5, 5) if s * magnitude * 4 >= most)
    # In whole steps: sums of steps would have rounding errors.
    steps = max(math.ceil(most / step - 1e-9), 1)
    return [Tick(number / steps, f"{number * step:.6g}") for number in range(steps + 1)]


def time_ticks(timeline: Timeline, offset: Callable[[float], int] | None = None) -> list[Tick]:
    """Times of the day at round moments, with the date where it is another one than before; none too near the last.

    `offset` gives the seconds that local time is ahead of UTC at a moment; None takes the system's.
    """
    offset = local_offset if offset is None else offset
    step = next((s for s in _STEPS if timeline.seconds / s <= _MOST_TIME_TICKS), None)
    if step is None:
        step = _DAY * math.ceil(timeline.seconds / _MOST_TIME_TICKS / _DAY)
    ticks: list[Tick] = []
    day = ""
    for stretch in timeline.stretches:
        ahead = offset(stretch.begin)
        first = math.ceil((stretch.begin + ahead) / step) * step - ahead
        # Every run has a tick: its begin, if no round moment lies in it.
        moments = [first + number * step for number in range(int((stretch.end - first) // step) + 1)]
        for moment in moments if moments else [stretch.begin]:
            place = timeline.place(stretch, moment) / timeline.bins
            if ticks and not ticks[-1].place + _width(ticks[-1].label) <= place <= _LAST_PLACE:
                continue
            here = time.gmtime(moment + ahead)
            date = time.strftime("%d %b", here)
            clock = time.strftime("%H:%M:%S" if step < 60 or not moments else "%H:%M", here)
            label = date if step >= _DAY else clock if date == day else f"{date} {clock}"
            ticks.append(Tick(place, label))
            day = date
    return ticks


def _width(label: str) -> float:
    return _AFTER_DATE if len(label) > len("00:00:00") else _LEAST_DISTANCE


def local_offset(moment: float) -> int:
    """Seconds that local time is ahead of UTC at a moment."""
    return time.localtime(moment).tm_gmtoff
