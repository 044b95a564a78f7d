"""The parent's memory in batches of few and of many pages, and of a folder of many files.

Runs in: parent; every batch in a process of its own.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

if __name__ == "__main__":  # find the package `benchmarks`, as `python -m` does
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.journal_cost import in_process, make_documents, make_pictures
from benchmarks.report import publish, table

FEW = 1_000
GOAL = 100
"""MB that the parent may grow by."""


def measure(scratch: Path, pages: int, listed: int) -> dict[str, dict[str, float]]:
    """The answers of three batches: few and many pages on two workers that do nothing, and a folder of many files."""
    make_documents(scratch / "few", FEW)
    make_documents(scratch / "many", pages)
    make_pictures(scratch / "listed", listed)
    return {
        "few": in_process("batch", str(scratch / "few"), str(scratch / "out1"), "workers"),
        "many": in_process("batch", str(scratch / "many"), str(scratch / "out2"), "workers"),
        "listed": in_process("batch", str(scratch / "listed"), str(scratch / "out3"), "instant"),
    }


def rows(found: Mapping[str, Mapping[str, float]]) -> list[list[str]]:
    """The table: what, peak, growth, goal."""
    names = {
        "few": "{pages:,} no-op pages of documents",
        "many": "{pages:,} no-op pages of documents",
        "listed": "a folder of {pages:,} pictures",
    }
    return [
        [
            names[kind].format(pages=int(answer["pages"])),
            f"{answer['peak_mb']:.1f}",
            "" if kind == "few" else f"{answer['peak_mb'] - found['few']['peak_mb']:.1f}",
            "" if kind == "few" else f"within {GOAL}",
        ]
        for kind, answer in found.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pages", type=int, default=1_000_000, help="pages of the large batch")
    parser.add_argument("--listed", type=int, default=200_000, help="files of the large folder")
    parser.add_argument("--json", type=Path, help="write all measurements to this file")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="galley-memory-") as scratch:
        found = measure(Path(scratch), arguments.pages, arguments.listed)
    head = ["batch", "parent's peak memory, MB", "growth, MB", "goal"]
    rate = found["many"]["pages"] / found["many"]["seconds"]
    note = f"Two workers that do nothing did {rate:,.0f} pages/s in the large batch, beside whatever else ran."
    publish("batch_memory", [table(head, rows(found)), note], {"batches": found}, arguments.json)


if __name__ == "__main__":
    main()
