"""How well seals are found and read: drawn ones, on paper, over text and with bad ink.

Runs in: parent. `python benchmarks/seals.py [--seeds 100:104] [--pages FILE...]`; the files are pages without seals.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import mean

if __name__ == "__main__":  # find the package `benchmarks`, as `python -m` does
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.machine import describe
from benchmarks.ocr_text import edit_distance, plain
from benchmarks.seal_drawing import STYLES
from benchmarks.seal_pages import LEVELS, StampedPage, seal_crop, seal_page
from galley.config import EngineConfig, SealTextOptions
from galley.devices import Device, Slot
from galley.inputs import list_pages
from galley.inputs.loading import load_pixels
from galley.models.store import ensure_models
from galley.pages import PageRef
from galley.pipelines.detector import Detector
from galley.pipelines.recognizer import Recognizer
from galley.pipelines.seal_reader import SealReader

DETECTION, RECOGNITION = "PP-OCRv6_small_det", "PP-OCRv6_small_rec"
NEAR = 0.12
"""Parts of a seal's width by which the centre and the width found may be off."""


def open_reader() -> SealReader:
    """The reader on one core, with the embedded networks."""
    models = ensure_models([DETECTION, RECOGNITION])
    slot, engine = Slot(Device("cpu"), 0, (0,), False), EngineConfig()
    detector = Detector(models[DETECTION], engine, slot, None)
    return SealReader(detector, Recognizer(models[RECOGNITION], engine, slot, batch=1, shape=None))


def accuracy(truth: str, read: Sequence[str]) -> float:
    """Characters right of `truth`, 0 to 1, in the best of the lines read or of two of them together.

    Lenient: a line that was read in two parts is not held against it.
    """
    wanted = plain(truth).upper()
    lines = [plain(each).upper() for each in read]
    tried = lines + [one + other for one in lines for other in lines if one is not other]
    return max([0.0, *(1 - edit_distance(wanted, each) / len(wanted) for each in tried)])


def read_level(reader: SealReader, level: str, seeds: Iterable[int], radius: float, ink: str | None) -> str:
    """A row of the table: one level, all styles."""
    mains, lines, seconds = [], [], []
    for style in STYLES:
        for seed in seeds:
            crop = seal_crop(seed, style, level, radius=radius, ink=ink)
            start = time.perf_counter()
            read = [line.text for line in reader.read(crop.image, None, SealTextOptions()).found]
            seconds.append(time.perf_counter() - start)
            mains.append(accuracy(crop.texts.arcs[0], read))
            lines += [accuracy(text, read) for text in crop.texts.lines]
    exact = mean(value > 0.999 for value in mains)
    return (
        f"| {level} | {len(mains)} | {mean(mains):.3f} | {exact:.2f} | {mean(lines):.3f} | {1000 * mean(seconds):.0f} |"
    )


def is_found(reader: SealReader, page: StampedPage) -> bool:
    """Whether exactly this seal is found on its page."""
    places = reader.find(page.image)
    if len(places) != 1:
        return False
    ellipse, wide = places[0].ellipse, page.axes[0]
    return math.dist((ellipse.x, ellipse.y), page.centre) < NEAR * wide and abs(ellipse.most / wide - 1) < NEAR


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="100:104", help="first and last but one, such as 100:104")
    parser.add_argument("--radius", type=float, default=165)
    parser.add_argument("--ink", choices=("red", "blue", "black"))
    parser.add_argument("--located", type=int, default=0, help="seeds of whole pages with one seal, for each style")
    parser.add_argument("--pages", nargs="*", default=[], help="files without seals")
    options = parser.parse_args()
    first, last = map(int, options.seeds.split(":"))
    reader = open_reader()
    print(f"{describe()}; radius {options.radius:g}, ink {options.ink}, seeds {options.seeds}")
    print("| level | seals | main arc | exact | straight lines | ms |\n| --- | --- | --- | --- | --- | --- |")
    for level in LEVELS:
        print(read_level(reader, level, range(first, last), options.radius, options.ink), flush=True)
    if options.located:
        pages = [
            seal_page(first + seed, style, level, radius=options.radius)
            for style in STYLES
            for level in LEVELS
            for seed in range(options.located)
        ]
        print(f"found on their pages: {sum(is_found(reader, page) for page in pages)} of {len(pages)}")
    if options.pages:
        refs = [page for page in list_pages(options.pages) if isinstance(page, PageRef)]
        false = sum(len(reader.find(load_pixels(page))) for page in refs)
        print(f"found on {len(refs)} pages without seals: {false}")


if __name__ == "__main__":
    main()
