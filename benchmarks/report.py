"""Results of the benchmarks as Markdown and JSON, and the command that puts them into the documentation.

Runs in: parent.

    python benchmarks/report.py docs/benchmarks.md RESULT.json...

replaces, in the document, what stands between `<!-- NAME -->` and `<!-- end NAME -->` by the table of the result
file of that name.
"""

from __future__ import annotations

import argparse
import datetime
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # find the package `benchmarks`, as `python -m` does
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.machine import describe


@dataclass(frozen=True, slots=True)
class Report:
    """What one benchmark has found."""

    name: str
    """As in the document's markers."""
    markdown: str
    """For people."""
    data: dict[str, Any]
    """Every measurement, for programs."""
    date: str
    machine: str


def publish(name: str, paragraphs: Sequence[str], data: dict[str, Any], target: Path | None) -> None:
    """Print the paragraphs with date and machine, and write all of it to `target` as JSON if that is given."""
    date, machine = datetime.datetime.now(datetime.timezone.utc).date().isoformat(), describe()
    markdown = "\n\n".join([*paragraphs, f"Measured on {date}: {machine}."])
    if target is not None:
        report = asdict(Report(name, markdown, data, date, machine))
        target.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(markdown)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def paste(document: str, name: str, markdown: str) -> str:
    """`document` with the text between the markers of `name` replaced by `markdown`.

    Raises:
        ValueError: the document does not have these markers exactly once.
    """
    begin, end = f"<!-- {name} -->", f"<!-- end {name} -->"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if len(pattern.findall(document)) != 1:
        raise ValueError(f"the document must have {begin} and {end} exactly once")
    return pattern.sub(lambda _: f"{begin}\n{markdown}\n{end}", document)


def main() -> None:
    parser = argparse.ArgumentParser(description="Put results of benchmarks into a document.")
    parser.add_argument("document", type=Path)
    parser.add_argument("results", type=Path, nargs="+", help="files written with --json")
    arguments = parser.parse_args()
    document = arguments.document.read_text(encoding="utf-8")
    for path in arguments.results:
        result = json.loads(path.read_text(encoding="utf-8"))
        document = paste(document, result["name"], result["markdown"])
    arguments.document.write_text(document, encoding="utf-8")


if __name__ == "__main__":
    main()
