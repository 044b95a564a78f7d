"""OCR: Galley on two CPU devices against PaddleOCR 3.7 and RapidOCR 3.10 at their best, on the same weights and pages.

Runs in: parent. Each system runs in a process of its own, warm, and they take turns.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

if __name__ == "__main__":  # find the package `benchmarks`, as `python -m` does
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.child import Child
from benchmarks.documents import list_files, select
from benchmarks.environments import ROOT, default_cache
from benchmarks.ocr_pages import USUAL_DPI, PagePicture, report_name, write_pictures
from benchmarks.ocr_peers import RAPIDOCR, Systems, place_models
from benchmarks.peers import REQUIREMENTS
from benchmarks.report import publish, table
from benchmarks.timing import alternate, ratios, spread

GALLEY, GALLEY_ONE, GALLEY_INT8 = "Galley", "Galley, one instance on one core", "Galley, int8"
PADDLEOCR, RAPIDOCR_ORT, RAPIDOCR_OV = "PaddleOCR, onnxruntime", "RapidOCR, onnxruntime", "RapidOCR, openvino"
GOALS = {PADDLEOCR: 2.5, RAPIDOCR_OV: 1.3, GALLEY_ONE: 1.85}
"""System -> how many times its pages per second Galley's should be."""
GOALS_INT8 = {PADDLEOCR: 3.5}
"""The same with precision int8."""

_THREADS = (1, 2, -1)
"""Settings tried for each peer; -1 leaves the number to the engine."""


def pages_per_second(child: Child, pictures: Sequence[PagePicture]) -> float:
    """One run over all pages."""
    answer = child.ask({"pictures": [picture.file for picture in pictures]})
    if len(answer["pages"]) != len(pictures):
        raise RuntimeError(f"{len(answer['pages'])} results for {len(pictures)} pages")
    return float(len(pictures) / answer["seconds"])


def open_best(openers: Mapping[int, Callable[[], Child]], pictures: Sequence[PagePicture]) -> tuple[Child, str]:
    """A peer with the number of threads that suits it best, and the pages per second of every number."""
    rates: dict[int, float] = {}
    best: Child | None = None
    for threads, opener in openers.items():
        child = opener()
        rates[threads] = pages_per_second(child, pictures)
        if best is None or rates[threads] == max(rates.values()):
            if best is not None:
                best.close()
            best = child
        else:
            child.close()
    assert best is not None  # there is at least one setting
    shown = {1: "1 thread", 2: "2 threads", -1: "its own choice"}
    return best, ", ".join(f"{shown[threads]}: {rate:.3f}" for threads, rate in rates.items())


def open_all(
    systems: Systems, pictures: Sequence[PagePicture], device: str, engine: str | None, int8: bool
) -> tuple[dict[str, Child], dict[str, str]]:
    """All systems by name, and what was tried for the peers."""
    trial = pictures[: max(2, len(pictures) // 4)]
    keywords: dict[str, Any] = {} if engine is None else {"engine": engine}
    children = {
        GALLEY: systems.galley(device, **keywords),
        GALLEY_ONE: systems.galley(device.split(",")[0], cores=1, **keywords),
    }
    if int8:
        children[GALLEY_INT8] = systems.galley(device, precision="int8", **keywords)
    tried = {}
    for name, opener in (
        (PADDLEOCR, lambda threads: systems.paddleocr(None if threads < 0 else threads)),
        (RAPIDOCR_ORT, partial(systems.rapidocr, "onnxruntime")),
        (RAPIDOCR_OV, partial(systems.rapidocr, "openvino")),
    ):
        children[name], tried[name] = open_best({count: partial(opener, count) for count in _THREADS}, trial)
    return children, tried


def speed_table(speeds: Mapping[str, Sequence[float]], lead: str, goals: Mapping[str, float]) -> str:
    """One row for each system, compared with the one named `lead`."""
    rows = [
        [
            name,
            spread(rates).show(3),
            "" if name == lead else spread(ratios(speeds[lead], rates)).show(),
            f"{goals[name]:g}" if name in goals else "",
        ]
        for name, rates in speeds.items()
    ]
    return table(["system", "pages/s", f"{lead} in multiples of it", "goal"], rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("inputs", type=Path, nargs="*", default=[ROOT / "samples"], help="files and folders")
    parser.add_argument("--device", default="cpu:0,1", help="Galley's devices")
    parser.add_argument("--engine", help="Galley's engine; its own choice by default")
    parser.add_argument("--int8", action="store_true", help="also with precision int8; see `galley models quantize`")
    parser.add_argument("--rounds", type=int, default=3, help="timed runs of each system")
    parser.add_argument("--max-megapixels", type=float, default=12.0, help="leave out files with larger pages")
    parser.add_argument("--dpi", type=float, default=USUAL_DPI, help="of the pages of PDFs; scanners give 300")
    parser.add_argument("--cache", type=Path, default=default_cache(), help="where the peers are installed")
    parser.add_argument("--json", type=Path, help="write all measurements to this file")
    arguments = parser.parse_args()
    pages, left_out = select(list_files(arguments.inputs), arguments.max_megapixels)
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        pictures = list(write_pictures(pages, folder, arguments.dpi))
        with Systems(arguments.cache, place_models(folder / "models"), pictures[0].file) as systems:
            children, tried = open_all(systems, pictures, arguments.device, arguments.engine, arguments.int8)
            runs = {name: partial(pages_per_second, child, pictures) for name, child in children.items()}
            speeds = alternate(runs, arguments.rounds)
            starts = {name: child.start_seconds for name, child in children.items()}
    about = (
        f"{len(pictures)} pages, Galley with device `{arguments.device}`, {', '.join(REQUIREMENTS[:3])}, "
        f"{', '.join(RAPIDOCR[:3])}; the same weights, no preprocessing, no line orientation. Median (lowest-highest) "
        f"of {arguments.rounds} runs of each, taking turns; ratios are taken pair by pair. Peers run at the best of: "
        + "; ".join(f"{name} ({rates})" for name, rates in tried.items())
        + "; pages/s on the first pages."
    )
    if arguments.dpi != USUAL_DPI:
        about += f" Pages of PDFs are pictures of {arguments.dpi:g} dpi."
    if left_out:
        about += f" Left out: {', '.join(left_out)}."
    data = {"speeds": speeds, "start_seconds": starts, "tried": tried}
    medians = {name: median(rates) for name, rates in speeds.items()}
    tables = [speed_table(speeds, GALLEY, GOALS)]
    if arguments.int8:
        tables.append(speed_table(speeds, GALLEY_INT8, GOALS_INT8))
    publish(report_name("ocr", arguments.dpi), [*tables, about], data | {"medians": medians}, arguments.json)


if __name__ == "__main__":
    main()
