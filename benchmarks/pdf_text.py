"""What `pdf_text="auto"` saves on pages of PDF files, and how its texts and those of recognition differ from the layer.

    python -m benchmarks.pdf_text FILE.pdf … [--device cpu:0]

Every page is read twice, in turn: recognised, and with `auto`. Errors are edits per character of the page's own text
layer, spaces apart; a page whose layer is not trusted has none to be held against.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks import machine
from benchmarks.ocr_pages import glyphs_of
from benchmarks.ocr_text import Errors, ReadLine, judge
from galley.api import Runner, Settings
from galley.config import OcrConfig, overlay
from galley.inputs import InputOptions, list_pages
from galley.pages import Done, PageRef


@dataclass(frozen=True, slots=True)
class PageFigures:
    """One page, read both ways."""

    page: str
    seconds: tuple[float, float]
    """Recognised, and with `auto`: loading included."""
    reasons: Sequence[str]
    """Why its layer was not taken."""
    errors: tuple[Errors, Errors] | None
    """The same two against the layer; None where it was not taken."""


def measure(files: Sequence[str], device: str) -> list[PageFigures]:
    """All pages of the files, each read twice."""
    config = overlay(OcrConfig(), {"options.preprocessing.use_doc_unwarping": False})
    runner = Runner(Settings(config, device=device, inputs=InputOptions()))
    ways = [overlay(config.options, {"pdf_text": way}) for way in ("never", "auto")]
    try:
        list(runner.run([files[0]], ways[0]))  # to open the pipeline and compile for the usual shapes
        return [
            figures(page, *(next(runner.run_pages(iter([page]), way)) for way in ways))
            for page in list_pages(list(files))
            if isinstance(page, PageRef)
        ]
    finally:
        runner.close()


def figures(page: PageRef, recognised: Any, taken: Any) -> PageFigures:
    """Both outcomes of a page, compared."""
    assert isinstance(recognised, Done) and isinstance(taken, Done), f"{page} failed"
    layer = taken.result.layer
    errors = None
    if layer.used:
        height, width = taken.result.preprocessed.output_img.shape[:2]
        glyphs = tuple(glyphs_of(page, width, height))
        errors = judge(read_lines(recognised), glyphs), judge(read_lines(taken), glyphs)
    return PageFigures(str(page), (recognised.seconds, taken.seconds), layer.reasons, errors)


def read_lines(outcome: Done) -> list[ReadLine]:
    """The lines of a result, as they are compared."""
    return [ReadLine(tuple((int(x), int(y)) for x, y in line.polygon), line.text) for line in outcome.result.lines]


def table(pages: Sequence[PageFigures]) -> list[str]:
    """One row for each page, and one for all."""
    rows = [
        "| page | recognised, s | auto, s | error recognised | error auto | taken |",
        "|---|---|---|---|---|---|",
    ]
    for page in pages:
        shown = ("–", "–") if page.errors is None else tuple(f"{each.rate:.2%}" for each in page.errors)
        said = "text layer" if page.errors is not None else f"recognition: {'; '.join(page.reasons)}"
        rows.append(
            f"| {page.page} | {page.seconds[0]:.2f} | {page.seconds[1]:.2f} | {shown[0]} | {shown[1]} | {said} |"
        )
    taken = [page for page in pages if page.errors is not None]
    totals = [sum((page.errors[way] for page in taken if page.errors is not None), Errors()) for way in (0, 1)]
    sums = [sum(page.seconds[way] for page in pages) for way in (0, 1)]
    rows.append(
        f"| all {len(pages)} | {sums[0]:.1f} | {sums[1]:.1f} | {totals[0].rate:.2%} | {totals[1].rate:.2%} "
        f"| {len(taken)} of {len(pages)} pages from their text layers |"
    )
    if taken:
        alone = [sum(page.seconds[way] for page in taken) for way in (0, 1)]
        rows.append(
            f"| the {len(taken)} | {alone[0]:.1f} | {alone[1]:.1f} | | | {alone[0] / alone[1]:.0f} times as fast |"
        )
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", metavar="FILE.pdf")
    parser.add_argument("--device", default="cpu:0")
    arguments = parser.parse_args()
    pages = measure(arguments.files, arguments.device)
    print(machine.describe())
    print("\n".join(table(pages)))


if __name__ == "__main__":
    main()
