"""The charts of a report as SVG, in bins from left to right and stretched to whatever width there is.

Runs in: pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby

from galley.report.facts import Lane
from galley.report.timeline import Timeline
from galley.wording import counted

_HEIGHT = 100


def draw_throughput(timeline: Timeline, done: Sequence[float], failed: Sequence[float], top: float) -> str:
    """Pages of each bin as an area that reaches the upper edge at `top`; those that failed are on top of the others."""
    both = [a + b for a, b in zip(done, failed, strict=True)]
    parts = [
        f'<path class="failed" d="{area(both, top)}"/>',
        f'<path class="done" d="{area(done, top)}"/>',
        _separators(timeline),
    ]
    return _svg(timeline, "".join(parts), "Throughput over time; the table of workers below has the totals.")


def draw_failed(timeline: Timeline, failed: Sequence[int]) -> str:
    """When pages failed: a bar for each bin, the highest where most did."""
    label = f"{counted(sum(failed), 'failed page')} over time"
    bars = f'<path class="failed" d="{area([0.25 * max(failed) * bool(n) + 0.75 * n for n in failed], max(failed))}"/>'
    return _svg(timeline, bars + _separators(timeline), label)


def draw_lane(timeline: Timeline, lane: Lane) -> str:
    """One worker over time: busy from below, opening its pipeline or not there from above, deaths as marks."""
    spans = timeline.spans()
    busy = _shares(lane.busy, spans)
    down = _shares(lane.down, spans)
    upper = [min(a + b, 1.0) for a, b in zip(down, _shares(lane.starting, spans), strict=True)]
    parts = [
        f'<path class="present" d="{area([float(here) for here in lane.present], 1)}"/>',
        f'<path class="starting" d="{area(upper, 1, hanging=True)}"/>',
        f'<path class="down" d="{area(down, 1, hanging=True)}"/>',
        f'<path class="busy" d="{area(busy, 1)}"/>',
        _separators(timeline),
        *_deaths(lane),
    ]
    label = f"{lane.slot}: busy for {lane.share:.0%} of its time, {counted(lane.pages, 'page')}"
    return _svg(timeline, "".join(parts), label)


def area(values: Sequence[float], top: float, *, hanging: bool = False) -> str:
    """A path of steps, one unit wide each, between an edge and the values; equal neighbours make one step.

    It stands on the lower edge, or hangs from the upper one. A value of `top` takes the whole height, and anything
    above 0 is high enough to be seen.
    """
    path = []
    at = 0
    for height, steps in groupby(_height(value, top) for value in values):
        width = sum(1 for _ in steps)
        if height:
            edge = 0 if hanging else _HEIGHT
            path.append(f"M{at} {edge}v{height if hanging else -height}h{width}V{edge}z")
        at += width
    return "".join(path)


def _height(value: float, top: float) -> int:
    if value <= 0 or top <= 0:
        return 0
    return max(1, min(round(value / top * _HEIGHT), _HEIGHT))


def _shares(seconds: Sequence[float], spans: Sequence[float]) -> list[float]:
    return [min(part / span, 1.0) if span > 0 else 0.0 for part, span in zip(seconds, spans, strict=True)]


def _deaths(lane: Lane) -> Iterable[str]:
    for number, deaths in enumerate(lane.deaths):
        if deaths:
            times = f"{deaths:,} times, the last" if deaths > 1 else "once"
            text = escape(f"{lane.slot} died here {times}: {lane.last_death}" if lane.last_death else "died here")
            yield f'<path class="death" d="M{number + 0.5} 0v{_HEIGHT}"><title>{text}</title></path>'


def _separators(timeline: Timeline) -> str:
    places = [stretch.first for stretch in timeline.stretches[1:]]
    return f'<path class="separator" d="{"".join(f"M{place} 0v{_HEIGHT}" for place in places)}"/>' if places else ""


def _svg(timeline: Timeline, content: str, label: str) -> str:
    return (
        f'<svg viewBox="0 0 {max(timeline.bins, 1)} {_HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(label)}">{content}</svg>'
    )
