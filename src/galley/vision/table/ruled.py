"""Tables whose cells have walls: ruling lines on all sides.

Runs in: worker. Pure.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from galley.vision.table.grid import Grid, drop_unused, unite
from galley.vision.table.rules import Rule, Rules, cluster
from galley.vision.table.text import Frame

_WALL = 0.6
"""Part of a cell's side that must be ruled for a wall."""
_FAINT_WALL = 0.93
"""The same, in raw ink: the sides of low cells are too short for what finds rules."""
_SHARE = 0.5
"""Part of the table's extent that the rules of a walled table have."""


def is_walled(rules: Rules, frame: Frame, height: float) -> bool:
    """Whether the table with text in `frame` has walls between its columns, and rows that are ruled."""
    long = [x for x, share in _upright_places(rules, frame, height) if share > _SHARE]
    between = [x for x in long if frame.left + height < x < frame.right - height]
    level = [rule for rule in rules.level if rule.length > _SHARE * frame.width]
    return len(long) >= 2 and len(between) >= 1 and len(level) >= 2


def _upright_places(rules: Rules, frame: Frame, height: float) -> list[tuple[float, float]]:
    """Where upright rules are, and over which part of the text's height."""
    near = 0.35 * height + 3
    return [
        (x, sum(rule.length for rule in rules.upright if abs(rule.at - x) < near) / max(1.0, frame.height))
        for x in cluster(rules.upright, near - 1)
    ]


def walled_grid(rules: Rules, frame: Frame, height: float) -> Grid:
    """The cells between the walls around text in `frame`, still without text."""
    near = 0.35 * height + 2
    level = [rule for rule in rules.level if rule.length > 1.5 * height]
    xs = _edges(rules.upright, near, (frame.left - 0.3 * height, frame.right + 0.3 * height), height)
    ys = _edges(level, near, (frame.top - 0.2 * height, frame.bottom + 0.2 * height), height)
    right = np.array(
        [[_is_wall_right(rules, x, top, bottom, near, height) for x in xs[1:-1]] for top, bottom in pairwise(ys)],
        bool,
    ).reshape(len(ys) - 1, len(xs) - 2)
    below = np.array(
        [[_is_wall_below(rules, y, left, end, near) for left, end in pairwise(xs)] for y in ys[1:-1]], bool
    ).reshape(len(ys) - 2, len(xs) - 1)
    return drop_unused(Grid(tuple(xs), tuple(ys), tuple(unite(right, below))))


def _edges(rules: list[Rule] | tuple[Rule, ...], near: float, outer: tuple[float, float], height: float) -> list[float]:
    """Places of rules, with the open sides of the table closed, none nearer to the last than half a line."""
    places = cluster(rules, near)
    slack = 0.3 * height
    if not places or places[0] > outer[0] + slack + 0.3 * height:
        places.insert(0, outer[0])
    if places[-1] < outer[1] - slack - 0.3 * height or len(places) < 2:
        places.append(max(outer[1], places[0] + height))
    return [place for index, place in enumerate(places) if index == 0 or place - places[index - 1] > 0.5 * height]


def _is_wall_right(rules: Rules, x: float, top: float, bottom: float, near: float, height: float) -> bool:
    side = bottom - top
    strip = _around(rules.upright_mask.T, x, near, top + 0.25 * side, bottom - 0.25 * side)
    if strip.size and (strip > 0).any(axis=0).mean() > _WALL:
        return True
    if side > 2.2 * height:
        return False
    faint = _around(rules.ink.T, x, near, top + 0.12 * side, bottom - 0.12 * side)
    return bool(faint.size) and bool((faint > 0).mean(axis=1).max() > _FAINT_WALL)


def _is_wall_below(rules: Rules, y: float, left: float, right: float, near: float) -> bool:
    side = right - left
    strip = _around(rules.level_mask, y, near, left + 0.2 * side, right - 0.2 * side)
    return bool(strip.size) and bool((strip > 0).any(axis=0).mean() > _WALL)


def _around(mask: NDArray[np.uint8], at: float, near: float, start: float, end: float) -> NDArray[np.uint8]:
    """The rows of `mask` at most `near` from `at`, from column `start` to `end`."""
    return mask[max(0, int(at) - int(near)) : int(at) + int(near) + 1, max(0, int(start)) : int(end) + 1]
