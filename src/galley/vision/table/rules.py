"""The ruling lines of an upright table, by morphology.

Runs in: worker. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from galley.vision.table.text import Line

_DARKER = 6
"""Grey values by which ink is darker than its surroundings."""
_INSIDE = 0.12
"""Part of a line's height at its upper and lower edge where a rule may lie; in between it is a stroke of the text."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight ruling line: from `start` to `end` along its direction, `at` across it."""

    start: float
    end: float
    at: float

    @property
    def length(self) -> float:
        """From end to end."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Rules:
    """What is ruled in a picture."""

    level: tuple[Rule, ...]
    upright: tuple[Rule, ...]
    level_mask: NDArray[np.uint8]
    """Shape (h, w), not zero where a level rule is."""
    upright_mask: NDArray[np.uint8]
    ink: NDArray[np.uint8]
    """Shape (h, w), not zero where anything is darker than its surroundings."""


def find_rules(grey: NDArray[np.uint8], lines: Sequence[Line], height: float) -> Rules:
    """The rules of a picture (h, w) with text of that `height`; strokes of the `lines` of text are left out."""
    ink = _dark_parts(grey, height)
    along, down = int(max(2.2 * height, 28)), int(max(1.7 * height, 22))
    level_mask = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, along), np.uint8))
    upright_mask = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((down, 1), np.uint8))
    # Rules that are a pixel askew fall into pieces: join them again.
    joint_along, joint_down = max(5, int(0.12 * height)), max(5, int(0.5 * height))
    level_mask = cv2.morphologyEx(level_mask, cv2.MORPH_CLOSE, np.ones((3, joint_along), np.uint8))
    upright_mask = cv2.morphologyEx(upright_mask, cv2.MORPH_CLOSE, np.ones((joint_down, 3), np.uint8))
    thickest = 0.45 * height + 3
    level = _segments(level_mask, along, thickest)
    strokes = [rule for rule in level if _is_stroke(rule, lines)]
    for rule in strokes:
        top, bottom = max(0, int(rule.at - 0.2 * height)), int(rule.at + 0.2 * height) + 1
        level_mask[top:bottom, int(rule.start) : int(rule.end) + 1] = 0
    upright = _segments(np.ascontiguousarray(upright_mask.T), down, thickest)
    return Rules(
        tuple(rule for rule in level if rule not in strokes),
        tuple(rule for rule in upright if rule.length > 1.2 * height),
        np.asarray(level_mask, np.uint8),
        np.asarray(upright_mask, np.uint8),
        ink,
    )


def _dark_parts(grey: NDArray[np.uint8], height: float) -> NDArray[np.uint8]:
    window = max(15, int(height * 1.2) | 1)
    soft = cv2.GaussianBlur(grey, (3, 3), 0)
    dark = cv2.adaptiveThreshold(255 - soft, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, window, -_DARKER)
    return np.asarray(dark, np.uint8)


def _segments(mask: NDArray[np.uint8], shortest: int, thickest: float) -> list[Rule]:
    """The level rules of `mask`; for the upright ones, transpose it."""
    _, _, boxes, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    return [
        Rule(float(x), float(x + width), y + height / 2)
        for x, y, width, height, _ in boxes[1:].tolist()
        if height <= thickest and width >= shortest
    ]


def _is_stroke(rule: Rule, lines: Sequence[Line]) -> bool:
    """Whether most of the rule lies inside of lines of text: a row of dashes, a long Chinese one, a line through."""
    covered = 0.0
    for line in lines:
        margin = _INSIDE * line.height
        if line.top + margin < rule.at < line.bottom - margin:
            covered += max(0.0, min(rule.end, line.right) - max(rule.start, line.left))
    return covered > 0.6 * rule.length


def cluster(rules: Iterable[Rule], distance: float) -> list[float]:
    """Where rules lie: those nearer to each other than `distance` count once, the longer the more."""
    found: list[tuple[float, float]] = []  # sum of places times lengths, sum of lengths
    for rule in sorted(rules, key=lambda rule: rule.at):
        if found and rule.at - found[-1][0] / found[-1][1] <= distance:
            total, weight = found.pop()
            found.append((total + rule.at * rule.length, weight + rule.length))
        else:
            found.append((rule.at * rule.length, rule.length))
    return [total / weight for total, weight in found]
