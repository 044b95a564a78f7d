"""What a table holds, and how near an answer comes to it: the tree edit distance of both (TEDS).

Runs in: parent. Pure. The score is that of Zhong, ShafieiBavani and Jimeno Yepes, "Image-based table recognition"
(2020): 1 - edit distance / nodes of the larger tree, where renaming a cell costs the normalised edit distance of its
text. Texts are compared in NFKC without white space and with one kind of dash; head and body are not told apart.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from apted import APTED, Config

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))


@dataclass(frozen=True, slots=True)
class TruthCell:
    """One cell of the grid, with its text."""

    row: int
    column: int
    text: str
    rows: int = 1
    columns: int = 1


@dataclass(frozen=True, slots=True)
class Truth:
    """A table without its looks."""

    cells: tuple[TruthCell, ...]

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns."""
        return (
            max((cell.row + cell.rows for cell in self.cells), default=0),
            max((cell.column + cell.columns for cell in self.cells), default=0),
        )


@dataclass(slots=True)
class _Node:
    tag: str
    span: tuple[int, int] = (1, 1)
    text: str = ""
    children: list[_Node] = field(default_factory=list)


class _Costs(Config):  # type: ignore[misc]
    """What renaming costs; inserting and deleting a node cost 1."""

    def __init__(self, structure_only: bool) -> None:
        self._structure_only = structure_only

    def rename(self, one: _Node, other: _Node) -> float:
        if (one.tag, one.span) != (other.tag, other.span):
            return 1.0
        return 0.0 if self._structure_only else text_distance(one.text, other.text)

    def children(self, node: _Node) -> list[_Node]:
        return node.children


def teds(truth: Truth, answer: Truth | None, *, structure_only: bool = False) -> float:
    """How near `answer` is to `truth`, 0 to 1; 0 where there is none."""
    if answer is None or not answer.cells:
        return 0.0
    one, other = _tree(truth), _tree(answer)
    distance = APTED(one, other, _Costs(structure_only)).compute_edit_distance()
    return max(0.0, 1.0 - float(distance) / max(_count(one), _count(other)))


def text_distance(one: str, other: str) -> float:
    """Levenshtein's distance over the longer length, 0 to 1."""
    longest = max(len(one), len(other))
    return _levenshtein(one, other) / longest if longest else 0.0


def _levenshtein(one: str, other: str) -> int:
    before = list(range(len(other) + 1))
    for place, character in enumerate(one, start=1):
        row = [place]
        for index, against in enumerate(other):
            row.append(min(row[-1] + 1, before[index + 1] + 1, before[index] + (character != against)))
        before = row
    return before[-1]


def plain(text: str) -> str:
    """`text` as it is compared."""
    return "".join(unicodedata.normalize("NFKC", text).translate(_DASHES).split())


def _tree(table: Truth) -> _Node:
    rows: list[_Node] = [_Node("tr") for _ in range(table.size[0])]
    for cell in sorted(table.cells, key=lambda cell: (cell.row, cell.column)):
        rows[cell.row].children.append(_Node("td", (cell.rows, cell.columns), plain(cell.text)))
    return _Node("table", children=rows)


def _count(node: _Node) -> int:
    return 1 + sum(_count(child) for child in node.children)


def truth_from_rows(rows: Sequence[Sequence[Any]]) -> Truth:
    """A table written as rows of cells: a text, or (text, rows, columns); cells taken from above are left out."""
    taken: set[tuple[int, int]] = set()
    cells = []
    for row, entries in enumerate(rows):
        column = 0
        for entry in entries:
            text, height, width = (entry, 1, 1) if isinstance(entry, str) else entry
            while (row, column) in taken:
                column += 1
            cells.append(TruthCell(row, column, text, height, width))
            taken |= {(row + down, column + right) for down in range(height) for right in range(width)}
    return Truth(tuple(cells))
