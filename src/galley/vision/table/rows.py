"""The rows of a table without walls: lines that stand side by side, and the lines that continue them.

Runs in: worker. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from galley.vision.table.columns import Placed
from galley.vision.table.text import is_number, side_by_side

_SLACK = 0.2
"""Part of the text's height by which lines above each other may overlap."""
_LARGEST_GAP = 0.8
"""In heights of the text: lines farther apart never are of one cell."""
_MANY, _ALIKE, _UNLIKE = 1.0, 0.7, 0.3
"""What a row costs in which all texts have several lines: more than two, the same number of them, or neither."""
_PREFER_PLAIN = 0.04
"""By so much joined lines must fill the grid better than lines side by side."""


def find_rows(placed: Sequence[Placed], ruled: Sequence[float], columns: int, height: float) -> list[list[Placed]]:
    """Lines of one row together, rows from top to bottom.

    Args:
        placed: all lines.
        ruled: where rules part the rows for certain.
        columns: how many there are.
        height: of the text.

    Lines of one cell stand closer above each other than those of neighbouring rows, by a distance that is not
    known: of all that occur, the one is taken that leaves the fewest places of the grid empty.
    """
    by_column = _by_column(placed)
    plain = _plain_rows(placed)
    best, best_score = plain, _score(plain, columns) + _PREFER_PLAIN
    for threshold in _thresholds(by_column, ruled, height):
        rows = _joined_rows(by_column, ruled, threshold * height, height)
        score = _score(rows, columns)
        if score > best_score:
            best, best_score = rows, score
    return best


def _plain_rows(placed: Sequence[Placed]) -> list[list[Placed]]:
    owner = {id(each.line): each for each in placed}
    return [[owner[id(line)] for line in row] for row in side_by_side(each.line for each in placed)]


def _by_column(placed: Sequence[Placed]) -> list[list[Placed]]:
    columns: dict[int, list[Placed]] = {}
    for each in placed:
        columns.setdefault(each.first, []).append(each)
    return [sorted(column, key=lambda each: each.line.middle) for column in columns.values()]


def _is_ruled(above: Placed, below: Placed, ruled: Sequence[float], height: float) -> bool:
    slack = 0.35 * height
    return any(above.line.bottom - slack < y < below.line.top + slack for y in ruled)


def _thresholds(by_column: Sequence[Sequence[Placed]], ruled: Sequence[float], height: float) -> list[float]:
    """Distances, in heights of the text, between those that occur."""
    gaps = sorted(
        {
            round((below.line.top - above.line.bottom) / height, 2)
            for column in by_column
            for above, below in pairwise(column)
            if not _is_ruled(above, below, ruled, height)
        }
    )
    return [(a + b) / 2 for a, b in pairwise(gaps) if b - a > 0.08 and (a + b) / 2 < _LARGEST_GAP]


def _joined_rows(
    by_column: Sequence[Sequence[Placed]], ruled: Sequence[float], gap: float, height: float
) -> list[list[Placed]]:
    """Blocks of lines less than `gap` apart in each column; blocks that overlap in height are one row."""
    blocks: list[list[Placed]] = []
    for column in by_column:
        for index, each in enumerate(column):
            above = column[index - 1] if index else None
            if (
                above is not None
                and each.line.top - above.line.bottom < gap
                and (above.first, above.last) == (each.first, each.last)
                and not _is_ruled(above, each, ruled, height)
            ):
                blocks[-1].append(each)
            else:
                blocks.append([each])
    rows: list[list[Placed]] = []
    end = float("-inf")
    slack = _SLACK * height
    for block in sorted(blocks, key=lambda block: min(each.line.top for each in block)):
        top, bottom = min(each.line.top for each in block), max(each.line.bottom for each in block)
        if rows and top + slack < end:
            rows[-1].extend(block)
        else:
            rows.append(list(block))
            end = float("-inf")
        end = max(end, bottom - slack)
    return rows


def _score(rows: Sequence[Sequence[Placed]], columns: int) -> float:
    """The part of the grid that is filled, less what speaks against lines being of one cell.

    Several numbers in one cell are those of several rows. So are, most often, texts that all have the same number of
    lines, and sometimes those that have not.
    """
    filled = numbers = 0
    joined = 0.0
    for row in rows:
        texts: dict[int, list[str]] = {}
        for each in row:
            texts.setdefault(each.first, []).append(each.line.text)
        filled += len(texts)
        numbers += sum(sum(map(_is_value, text)) >= 2 for text in texts.values())
        counts = [len(text) for text in texts.values()]
        if len(counts) >= 2 and min(counts) >= 2:
            alike = min(counts) == max(counts)
            joined += _MANY if min(counts) > 2 else _ALIKE if alike else _UNLIKE
    return filled / max(1, len(rows) * columns) - joined / max(1, len(rows)) - numbers / max(1, len(rows))


def _is_value(text: str) -> bool:
    """Whether `text` is a number, or the dash that stands for none."""
    return is_number(text) or text.strip() in ("-", "–", "—")
