"""Text recognition: what a CTC network sees of a line, and the text in its answer.

Runs in: worker. Pure.

Source of the method: Graves et al., "Connectionist Temporal Classification", ICML 2006, decoded greedily. Widths and
padding are those of PaddleX 3.7: these networks look at the whole width, so padding changes their answer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

BLANK = 0
"""The class that stands for no character."""


@dataclass(frozen=True, slots=True)
class LineSize:
    """The sizes of network inputs, in pixels."""

    height: int
    width: int
    """Least width."""
    max_width: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Lines that become inputs of one width: padded if they are narrower, narrowed if they are wider."""

    lines: tuple[int, ...]
    """Indices of the lines, narrowest first."""
    width: int
    proportion: float
    """Width by height from which a line fills that width."""


@dataclass(frozen=True, slots=True)
class Together:
    """How much goes into one run of the network."""

    lines: int
    pixels: int
    """Of width, of all lines; a line that is wider goes alone."""


@dataclass(frozen=True, slots=True)
class Line:
    """What was read in one line."""

    text: str
    score: float
    """Mean probability of the characters; 0 where there are none."""
    columns: tuple[int, ...]
    """For each character, the step of the network's answer that it was read at."""
    scores: tuple[float, ...]
    """For each character, its probability."""


def plan_batches(shapes: Sequence[tuple[int, int]], size: LineSize, lines: int) -> list[Batch]:
    """Lines of these (height, width), in batches of `lines`, by their proportions; each as wide as its widest."""
    order = _by_proportion(shapes)
    groups = [tuple(order[start : start + lines]) for start in range(0, len(order), lines)]
    return [_batch(group, shapes, size) for group in groups]


def _batch(lines: tuple[int, ...], shapes: Sequence[tuple[int, int]], size: LineSize) -> Batch:
    widths = [padded_width(*shapes[line], size) for line in lines]
    least = size.width / size.height
    return Batch(lines, max(widths), max(least, *(shapes[line][1] / shapes[line][0] for line in lines)))


def plan_steps(shapes: Sequence[tuple[int, int]], size: LineSize, step: int, part: float = 1.0) -> list[Batch]:
    """Lines of these (height, width), each alone, at least `part` of its own width wide, and a multiple of `step`.

    Fewer pixels than in batches, and few different widths: an engine has to prepare itself for each.
    """
    batches = []
    for line in _by_proportion(shapes):
        height, width = shapes[line]
        wanted = max(size.width, int(size.height * (width / height) * part))
        padded = min(math.ceil(wanted / step) * step, size.max_width)
        batches.append(Batch((line,), padded, padded / size.height))
    return batches


def plan_together(
    shapes: Sequence[tuple[int, int]], size: LineSize, step: int, most: Together, part: float = 1.0
) -> list[Batch]:
    """The batches of `plan_steps`, joined where they are of one width, within the bounds of `most`.

    Lines are padded as they would be alone, so what the network sees of a line does not hang on its neighbours.
    """
    alike: dict[int, list[int]] = {}
    for batch in plan_steps(shapes, size, step, part):
        alike.setdefault(batch.width, []).extend(batch.lines)
    return [
        Batch(tuple(lines[start : start + count]), width, width / size.height)
        for width, lines in alike.items()
        for count in [max(1, min(most.lines, most.pixels // width))]
        for start in range(0, len(lines), count)
    ]


def _by_proportion(shapes: Sequence[tuple[int, int]]) -> list[int]:
    return sorted(range(len(shapes)), key=lambda index: shapes[index][1] / shapes[index][0])


def padded_width(height: int, width: int, size: LineSize) -> int:
    """The width of the network input for one line alone."""
    proportion = max(size.width / size.height, width / height)
    return min(int(size.height * proportion), size.max_width)


def line_input(line: NDArray[np.uint8], size: LineSize, width: int) -> NDArray[np.float32]:
    """A line (h, w, 3) as network input (3, size.height, width), -1 to 1; what is right of the line is 0.

    A line too wide for that is narrowed.
    """
    rows, columns = line.shape[:2]
    used = min(width, padded_width(rows, columns, size), math.ceil(size.height * (columns / rows)))
    planes: NDArray[np.float32] = np.zeros((3, size.height, width), np.float32)
    planes[:, :, :used] = _scaled(line, size.height, used)
    return planes


def stretched_input(line: NDArray[np.uint8], height: int, width: int) -> NDArray[np.float32]:
    """A line (h, w, 3) as network input (3, height, width), -1 to 1, its proportions given up."""
    return _scaled(line, height, width)


def _scaled(line: NDArray[np.uint8], height: int, width: int) -> NDArray[np.float32]:
    planes: NDArray[np.float32] = cv2.LUT(cv2.resize(line, (width, height)), _TO_UNIT).transpose(2, 0, 1)
    return planes


# In the order of PaddleX's operations, so that the last bit is the same.
_TO_UNIT: NDArray[np.float32] = (np.arange(256, dtype=np.float32) / 255 - np.float32(0.5)) / np.float32(0.5)


def decode(best: NDArray[np.integer], scores: NDArray[np.floating], characters: Sequence[str]) -> Line:
    """The text in the network's answer for one line.

    Args:
        best: the most probable class of each step, (steps,).
        scores: its probability, (steps,).
        characters: the character of each class; the first, the blank, is never used.
    """
    kept = best != BLANK
    kept[1:] &= best[1:] != best[:-1]
    columns = np.flatnonzero(kept)
    text = "".join([characters[index] for index in best[columns]])
    certain = scores[columns]
    score = float(np.mean(certain)) if len(columns) else 0.0
    return Line(text, score, tuple(columns.tolist()), tuple(certain.tolist()))
