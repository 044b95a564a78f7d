"""Does OCR give what PaddleOCR 3.7 gives: boxes and texts on the same weights and pages, and errors against PDFs' text.

Runs in: parent. Each system runs in a process of its own.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

if __name__ == "__main__":  # find the package `benchmarks`, as `python -m` does
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.child import Child
from benchmarks.documents import list_files, select
from benchmarks.environments import ROOT, default_cache
from benchmarks.ocr_pages import USUAL_DPI, PagePicture, report_name, write_pictures
from benchmarks.ocr_peers import Systems, place_models
from benchmarks.ocr_text import Agreement, Errors, ReadLine, compare, judge
from benchmarks.peers import REQUIREMENTS
from benchmarks.report import publish, table

GOAL = 0.995
"""Part of the lines that must have equal texts."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Galley in one setting against PaddleOCR."""

    setting: str
    agreement: Agreement
    galley: Errors
    paddleocr: Errors


def read(child: Child, pictures: Sequence[PagePicture]) -> list[list[ReadLine]]:
    """The lines of every page, as one system sees them."""
    answer = child.ask({"pictures": [picture.file for picture in pictures]})
    return [[_line(line) for line in page] for page in answer["pages"]]


def _line(fields: dict[str, Any]) -> ReadLine:
    return ReadLine(tuple((x, y) for x, y in fields["polygon"]), fields["text"])


def compare_systems(
    setting: str, pictures: Sequence[PagePicture], ours: list[list[ReadLine]], theirs: list[list[ReadLine]]
) -> Comparison:
    """Sums over all pages."""
    pairs = list(zip(ours, theirs, strict=True))
    with_text = [(picture, pair) for picture, pair in zip(pictures, pairs, strict=True) if picture.glyphs]
    return Comparison(
        setting,
        sum((compare(*pair) for pair in pairs), Agreement()),
        sum((judge(pair[0], picture.glyphs) for picture, pair in with_text), Errors()),
        sum((judge(pair[1], picture.glyphs) for picture, pair in with_text), Errors()),
    )


def comparison_table(comparisons: Sequence[Comparison]) -> str:
    """One row for each setting."""
    head = ["Galley", "lines", "in the same place", "with equal corners", "with equal texts"]
    head += ["error rate between them", "Galley's against the text layer", "PaddleOCR's"]
    rows = []
    for each in comparisons:
        found = each.agreement
        counts = [f"{count} ({count / found.lines:.2%})" for count in (found.matched, found.same_polygons)]
        rows.append(
            [
                each.setting,
                f"{found.lines} (+{found.extra})",
                *counts,
                f"{found.same_texts} ({found.same_texts / found.lines:.2%})",
                f"{found.edits / found.characters:.3%}",
                f"{each.galley.rate:.3%}",
                f"{each.paddleocr.rate:.3%}",
            ]
        )
    return table(head, rows)


def measure(systems: Systems, pictures: Sequence[PagePicture], int8: bool) -> list[Comparison]:
    """Both without line orientation, in float32 and as Galley is by default, then both with it."""
    comparisons = []
    plain = read(systems.paddleocr(None), pictures)
    settings: dict[str, dict[str, Any]] = {
        "float32, ONNX Runtime": {"engine": "onnxruntime", "precision": "fp32"},
        "default engine and precision": {},
    }
    if int8:
        settings["precision int8"] = {"precision": "int8"}
    for setting, keywords in settings.items():
        ours = read(systems.galley("cpu", **keywords), pictures)
        comparisons.append(compare_systems(setting, pictures, ours, plain))
    turned = read(systems.paddleocr(None, line_orientation=True), pictures)
    ours = read(systems.galley("cpu", line_orientation=True, engine="onnxruntime", precision="fp32"), pictures)
    comparisons.append(compare_systems("float32, ONNX Runtime, line orientation", pictures, ours, turned))
    return comparisons


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("inputs", type=Path, nargs="*", default=[ROOT / "samples"], help="files and folders")
    parser.add_argument("--max-megapixels", type=float, default=12.0, help="leave out files with larger pages")
    parser.add_argument("--dpi", type=float, default=USUAL_DPI, help="of the pages of PDFs; scanners give 300")
    parser.add_argument("--cache", type=Path, default=default_cache(), help="where PaddleOCR is installed")
    parser.add_argument("--int8", action="store_true", help="also with precision int8; see `galley models quantize`")
    parser.add_argument("--json", type=Path, help="write all counts to this file")
    arguments = parser.parse_args()
    pages, left_out = select(list_files(arguments.inputs), arguments.max_megapixels)
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        pictures = list(write_pictures(pages, folder, arguments.dpi))
        with Systems(arguments.cache, place_models(folder / "models"), pictures[0].file) as systems:
            comparisons = measure(systems, pictures, arguments.int8)
    with_text = sum(bool(picture.glyphs) for picture in pictures)
    about = (
        f"{len(pictures)} pages, {with_text} of them with a text layer, in the same pixels for both; PaddleOCR "
        f"({', '.join(REQUIREMENTS[:3])}), engine onnxruntime, the same weights, no preprocessing. Lines in the same "
        "place overlap by more than 0.7 of their union; error rates are edits per character, against the text layer "
        "without spaces and with the text that was not found at all. Goal: texts of the first row equal in "
        f"{GOAL:.1%} of lines."
    )
    if arguments.dpi != USUAL_DPI:
        about += f" Pages of PDFs are pictures of {arguments.dpi:g} dpi."
    if left_out:
        about += f" Left out: {', '.join(left_out)}."
    data = {"comparisons": [asdict(each) for each in comparisons]}
    publish(report_name("ocr_fidelity", arguments.dpi), [comparison_table(comparisons), about], data, arguments.json)


if __name__ == "__main__":
    main()
