"""The answer of a table structure network: tokens of HTML with a box for each cell, made cells on a grid.

Runs in: worker. Pure. The form is that of the SLANet family (Li et al., "PP-StructureV2", 2022) as PaddleX 3.7 decodes
it: for each step the probability of every token, and the corners of the cell that a `<td` begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from galley.vision.table.text import Frame

Tokens: TypeAlias = tuple[str, ...]

START, END = "sos", "eos"
"""The tokens that PaddleX puts before and behind those of a model."""
_CELL_BEGINS = ("<td", "<td>", "<td></td>")
_SPAN = re.compile(r'\s*(rowspan|colspan)="(\d+)"')
_MOST = 1000
"""Rows or columns that a cell may reach over; a network that says more is lost."""


@dataclass(frozen=True, slots=True)
class BoxedCell:
    """A cell on the grid, and where it is in the picture, if anybody said."""

    row: int
    column: int
    rows: int
    columns: int
    frame: Frame | None


@dataclass(frozen=True, slots=True)
class Structure:
    """The cells of a table, row by row, covering the grid."""

    cells: tuple[BoxedCell, ...]
    head_rows: int


def structure_input(
    pixels: NDArray[np.uint8], long_edge: int, padded: tuple[int, int]
) -> tuple[NDArray[np.uint8], float]:
    """`pixels` (h, w, 3) scaled so that the long edge is `long_edge`, and how many of theirs make one of those.

    No edge becomes longer than `padded` (width, height), to which the caller pads below and on the right.
    """
    height, width = pixels.shape[:2]
    scale = long_edge / max(height, width)
    size = (
        min(padded[0], max(1, round(width * scale))),
        min(padded[1], max(1, round(height * scale))),
    )
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR), np.uint8), 1 / scale


def decode_structure(
    probabilities: NDArray[np.float32],
    boxes: NDArray[np.float32] | None,
    tokens: Tokens,
    scale: tuple[float, float],
) -> Structure:
    """What the network says.

    Args:
        probabilities: (steps, tokens) of each token at each step.
        boxes: (steps, 8), corners x and y by turns as parts of an edge; or (steps, 4), two corners; None without.
        tokens: `START`, those of the model, `END`.
        scale: pixels that a box's 1 is, across and down.
    """
    best = probabilities.argmax(axis=1)
    words: list[str] = []
    frames: list[Frame | None] = []
    for step, token in enumerate(tokens[int(index)] for index in best):
        if token == END and step > 0:
            break
        if token in (START, END):
            continue
        words.append(token)
        if token in _CELL_BEGINS:
            frames.append(None if boxes is None else _frame(boxes[step], scale))
    return lay_cells(_rows(words), frames, _head_rows(words))


def _frame(box: NDArray[np.float32], scale: tuple[float, float]) -> Frame:
    xs, ys = box[0::2] * scale[0], box[1::2] * scale[1]
    return Frame(float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max()))


def _rows(words: Sequence[str]) -> Iterator[list[tuple[int, int]]]:
    """Rows and columns that each cell reaches over, row by row."""
    row: list[tuple[int, int]] | None = None
    for word in words:
        if word == "<tr>":
            if row is not None:
                yield row
            row = []
        elif word in _CELL_BEGINS:
            row = [] if row is None else row
            row.append((1, 1))
        elif row and (found := _SPAN.fullmatch(word)):
            down, across = row[-1]
            count = min(_MOST, max(1, int(found[2])))
            row[-1] = (count, across) if found[1] == "rowspan" else (down, count)
    if row is not None:
        yield row


def _head_rows(words: Sequence[str]) -> int:
    return list(words[: words.index("</thead>")]).count("<tr>") if "</thead>" in words else 0


def lay_cells(rows: Iterator[list[tuple[int, int]]], frames: Sequence[Frame | None], head_rows: int) -> Structure:
    """Cells in the first free places of their rows; spans end at the last row, and what stays free becomes cells."""
    spans = list(rows)
    taken: dict[tuple[int, int], bool] = {}
    cells: list[BoxedCell] = []
    for row, entries in enumerate(spans):
        column = 0
        for down, across in entries:
            while (row, column) in taken:
                column += 1
            height = min(down, len(spans) - row)
            width = next((more for more in range(1, across) if (row, column + more) in taken), across)
            cells.append(BoxedCell(row, column, height, width, frames[len(cells)]))
            taken.update({(row + below, column + right): True for below in range(height) for right in range(width)})
    columns = max((column for _, column in taken), default=-1) + 1
    free = [(row, column) for row in range(len(spans)) for column in range(columns) if (row, column) not in taken]
    cells += [BoxedCell(row, column, 1, 1, None) for row, column in free]
    ordered = sorted(cells, key=lambda cell: (cell.row, cell.column))
    return Structure(tuple(ordered), min(head_rows, len(spans)))
