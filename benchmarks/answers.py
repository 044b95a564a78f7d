"""Whether two systems give the same answers: angles, and the pixels of corrected pages.

Runs in: parent.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.child import Child

MEAN_LIMIT = 2.0
"""Largest mean absolute difference of two corrected pages that counts as the same, of 255."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One page, as both systems see it."""

    page: str
    angles: tuple[int, int]
    difference: float | None
    """Mean absolute difference of the corrected pages, of 255; None where their shapes differ."""

    @property
    def same(self) -> bool:
        """Whether the angles are equal and the pixels close enough."""
        return self.angles[0] == self.angles[1] and self.difference is not None and self.difference <= MEAN_LIMIT


@dataclass(frozen=True, slots=True)
class Uncompared:
    """A file that one of the systems cannot do, or that has not the same pages in both."""

    file: str
    reason: str


def mean_difference(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float | None:
    """Mean absolute difference of two pictures, of 255; None where their shapes differ."""
    if one.shape != other.shape:
        return None
    # Row by row: whole pages as signed numbers would need several times their memory.
    total = sum(int(np.abs(a.astype(np.int16) - b).sum()) for a, b in zip(one, other, strict=True))
    return total / one.size


def compare_files(files: Iterable[str], systems: Sequence[Child], scratch: Path) -> Iterator[Compared | Uncompared]:
    """Every page of every file, as the two systems do it."""
    for file in files:
        folders = [scratch / str(number) for number in range(len(systems))]
        try:
            first, second = (
                system.ask({"pages": [file], "answers": str(folder)})["answers"]
                for system, folder in zip(systems, folders, strict=True)
            )
        except RuntimeError as error:
            yield Uncompared(file, str(error).splitlines()[0])
            continue
        if len(first) != len(second):
            yield Uncompared(file, f"{len(first)} pages in one system, {len(second)} in the other")
            continue
        for one, other in zip(first, second, strict=True):
            yield _compare(one, other)
        for folder in folders:
            shutil.rmtree(folder)


def _compare(one: dict[str, Any], other: dict[str, Any]) -> Compared:
    place = Path(one["path"]).name if one["index"] is None else f"{Path(one['path']).name}, page {one['index'] + 1}"
    difference = mean_difference(np.load(one["file"]), np.load(other["file"]))
    return Compared(place, (one["angle"], other["angle"]), difference)


def summarize(compared: Sequence[Compared]) -> str:
    """One paragraph; every page that differs is named.

    Raises:
        ValueError: nothing was compared.
    """
    if not compared:
        raise ValueError("no page was compared")
    same_angle = sum(each.angles[0] == each.angles[1] for each in compared)
    differences = [each.difference for each in compared if each.difference is not None]
    worst = (
        f"{max(differences):.3f} (mean over pages {sum(differences) / len(differences):.3f})" if differences else "?"
    )
    lines = [
        f"Same answers: equal angles on {same_angle} of {len(compared)} pages; mean absolute difference of "
        f"`output_img` at most {worst} of 255, the limit being {MEAN_LIMIT:g}."
    ]
    lines += [
        f"- differs: {each.page}: angles {each.angles}, difference {each.difference}"
        for each in compared
        if not each.same
    ]
    return "\n".join(lines)
