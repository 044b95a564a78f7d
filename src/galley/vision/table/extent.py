"""How far a table really reaches: layout models cut off heads and last rows, but rules go on.

Runs in: worker. Pure.
"""

from __future__ import annotations

from galley.vision.table.rules import Rule, Rules
from galley.vision.table.text import Frame

REACH = 4.0
"""In heights of the text, how far beyond the given box is looked."""
_SAME_END = 2.0
"""In heights of the text: rules that begin and end as near to each other are of one table."""
_BEYOND = 0.5
"""In heights of the text, by which upright rules must leave the box for the table to leave it."""


def find_extent(rules: Rules, box: Frame, height: float) -> Frame:
    """`box`, grown to the rules around it that are those of the table in it.

    Args:
        rules: of the surroundings of the box too.
        box: where the table was seen.
        height: of the text.
    """
    inside = [rule for rule in rules.level if box.top <= rule.at <= box.bottom and rule.length > 0.5 * box.width]
    left = min((rule.start for rule in inside), default=box.left)
    right = max((rule.end for rule in inside), default=box.right)
    own = [
        rule.at
        for rule in rules.level
        if abs(rule.start - left) < _SAME_END * height and abs(rule.end - right) < _SAME_END * height
    ]
    top, bottom = min([box.top, *own]), max([box.bottom, *own])
    leaving = [rule for rule in rules.upright if _crosses(rule, box)]
    up = [rule.start for rule in leaving if rule.start < box.top - _BEYOND * height]
    down = [rule.end for rule in leaving if rule.end > box.bottom + _BEYOND * height]
    if len(up) >= 2:
        top = min(top, sorted(up)[1])
    if len(down) >= 2:
        bottom = max(bottom, sorted(down)[-2])
    aside = [rule for rule in rules.level if top <= rule.at <= bottom and rule.length > 0.5 * box.width]
    return Frame(
        min([box.left, *(rule.start for rule in aside if rule.start > box.left - _SAME_END * height)]),
        top,
        max([box.right, *(rule.end for rule in aside if rule.end < box.right + _SAME_END * height)]),
        bottom,
    )


def _crosses(rule: Rule, box: Frame) -> bool:
    return box.left <= rule.at <= box.right and rule.start < box.bottom and rule.end > box.top
