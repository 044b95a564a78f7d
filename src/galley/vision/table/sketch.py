"""A table without walls at first sight: its columns and its rules, before lines are cut at its gutters.

Runs in: worker. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from galley.vision.intervals import Interval
from galley.vision.table.columns import edges_between, find_gutters
from galley.vision.table.rules import Rule, Rules, cluster
from galley.vision.table.text import Frame, Line, frame_of, side_by_side

_FULL = 0.92
"""Of the longest rule: rules this long go through the whole table."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is known of the table before lines are cut at its gutters."""

    frame: Frame
    height: float
    gutters: tuple[Interval, ...]
    inner: tuple[float, ...]
    """Where full rules are between the text."""
    partial: tuple[Rule, ...]
    """Shorter rules, as under the titles of groups of columns."""

    @property
    def xs(self) -> list[float]:
        """Edges of the columns."""
        return edges_between(self.gutters, self.frame)


def sketch_table(lines: Sequence[Line], rules: Rules, height: float) -> Sketch:
    """The columns of a table, and its rules; `lines` with their words."""
    frame = frame_of(lines)
    longest = max((rule.length for rule in rules.level), default=0.0)
    full = [rule for rule in rules.level if rule.length > _FULL * longest and longest > 0.75 * frame.width]
    partial = [rule for rule in rules.level if rule not in full and rule.length > 1.5 * height]
    places = cluster(full, 0.4 * height)
    inner = [y for y in places if frame.top + 0.3 * height < y < frame.bottom - 0.3 * height]
    body_top = inner[0] if inner else frame.top + 1.3 * height
    body = [line for line in lines if line.middle > body_top] or list(lines)
    gutters = find_gutters(side_by_side(body), frame, height)
    return Sketch(frame, height, tuple(gutters), tuple(inner), tuple(partial))
