"""How well seals are found and read: drawn ones, on paper, over text and with bad ink.

Runs in: parent. `python benchmarks/seals.py [--seeds 100:104] [--pages FILE...] [--json FILE]`; the pages are pages
without seals.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean, median

if __name__ == "__main__":  # find the package `benchmarks`, as `python -m` does
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.ocr_text import edit_distance, plain
from benchmarks.report import publish, table
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
GOALS = {"easy": "1.00", "mid": "0.98", "hard": "0.88"}
"""Level -> the part of the main arc's characters to be read right."""
TYPES = {"easy": "easy: clean paper", "mid": "mid: over text, tilted, specks, JPEG", "hard": "hard: bad ink"}


@dataclass(frozen=True, slots=True)
class Reading:
    """How the seals of one level were read."""

    arcs: list[float]
    """For each seal, the part of its main arc's characters that was read right."""
    lines: list[float]
    """The same for each straight line."""
    seconds: list[float]
    """For each seal, on one core."""


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


def read_level(reader: SealReader, level: str, seeds: Iterable[int], radius: float, ink: str | None) -> Reading:
    """Read the seals of one level, of all styles."""
    reading = Reading([], [], [])
    for style in STYLES:
        for seed in seeds:
            crop = seal_crop(seed, style, level, radius=radius, ink=ink)
            start = time.perf_counter()
            read = [line.text for line in reader.read(crop.image, None, SealTextOptions()).found]
            reading.seconds.append(time.perf_counter() - start)
            reading.arcs.append(accuracy(crop.texts.arcs[0], read))
            reading.lines.extend(accuracy(text, read) for text in crop.texts.lines)
    return reading


def row(level: str, reading: Reading) -> list[str]:
    """A row of the table."""
    exact = mean(value > 0.999 for value in reading.arcs)
    milliseconds = [1000 * value for value in reading.seconds]
    return [
        TYPES[level],
        str(len(reading.arcs)),
        f"{mean(reading.arcs):.3f}",
        GOALS[level],
        f"{exact:.2f}",
        f"{mean(reading.lines):.3f}",
        f"{median(milliseconds):.0f} (up to {max(milliseconds):.0f})",
    ]


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
    parser.add_argument("--json", type=Path, help="write all measurements to this file")
    options = parser.parse_args()
    first, last = map(int, options.seeds.split(":"))
    reader = open_reader()
    read = {level: read_level(reader, level, range(first, last), options.radius, options.ink) for level in LEVELS}
    head = ["level", "seals", "main arc", "goal", "exact", "straight lines", "ms"]
    paragraphs = [
        table(head, [row(level, reading) for level, reading in read.items()]),
        f"Seals drawn {2 * options.radius:g} pixels wide, {len(STYLES)} styles, seeds {options.seeds}, ink "
        f"{'red or blue' if options.ink is None else options.ink}. Main arc, straight lines: parts of their characters "
        "read right, by mean; exact: part of main arcs without an error; ms: median, of one core (goal: under 600).",
    ]
    if options.located:
        paragraphs.append(_located(reader, range(first, first + options.located), options.radius))
    if options.pages:
        refs = [page for page in list_pages(options.pages) if isinstance(page, PageRef)]
        false = sum(len(reader.find(load_pixels(page))) for page in refs)
        paragraphs.append(f"Found on {len(refs)} pages without seals: {false} (goal: at most 3 on 55).")
    publish("seals", paragraphs, {level: asdict(reading) for level, reading in read.items()}, options.json)


def _located(reader: SealReader, seeds: Iterable[int], radius: float) -> str:
    places = [(seed, style, level) for style in STYLES for level in LEVELS for seed in seeds]
    pages = [seal_page(seed, style, level, radius=radius) for seed, style, level in places]
    found = sum(is_found(reader, page) for page in pages)
    return f"Found on their pages: {found} of {len(pages)} (goal: 35 of 36)."


if __name__ == "__main__":
    main()
