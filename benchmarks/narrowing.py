"""What it costs and gains to read lines narrowed, and those that are not sure a second time in their whole width.

Runs in: parent.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

if __name__ == "__main__":  # find the package `benchmarks`, as `python -m` does
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.documents import list_files, select
from benchmarks.environments import ROOT
from benchmarks.ocr_pages import write_pictures
from benchmarks.ocr_text import Errors, Glyph, ReadLine, edit_distance, judge
from benchmarks.report import publish, table
from galley.config import EngineConfig, OcrConfig, OcrOptions
from galley.devices import Device, Slot, usable_cores
from galley.models.store import ensure_models
from galley.pages import PageRef
from galley.pipelines.detector import Detector
from galley.pipelines.recognizer import Narrowing, Recognizer
from galley.results import Image
from galley.vision.crop import crop_lines
from galley.vision.recognize import Line

PARTS, SCORES = (0.8, 0.7, 0.6, 0.5), (0.0, 0.95, 0.97, 0.98)
WHOLE = 1.0


@dataclass(frozen=True, slots=True)
class CutPage:
    """The lines of a page, and what its text layer says, if it has one."""

    polygons: list[tuple[tuple[int, int], ...]]
    lines: list[Image]
    glyphs: tuple[Glyph, ...]


@dataclass(frozen=True, slots=True)
class Cost:
    """One way of reading, over all pages."""

    pixels: float
    """Of width, in parts of those of all lines in their whole width."""
    again: float
    """Part of the lines that are read twice."""
    changed: float
    """Edits between this and all lines in their whole width, for each character."""
    errors: Errors
    """Against text layers."""


def cut_pages(pages: Sequence[PageRef], config: OcrConfig, slot: Slot) -> list[CutPage]:
    """Find and cut the lines of all pages."""
    name = config.text.detection.name
    detector = Detector(ensure_models([name])[name], config.engine, slot, None)
    cut = []
    with TemporaryDirectory() as folder:
        for picture in write_pictures(list(pages), Path(folder)):
            pixels = cv2.imread(picture.file)
            if pixels is None:
                raise RuntimeError(f"{picture.file} was not written")
            found = crop_lines(np.asarray(pixels, np.uint8), list(detector.find(pixels, OcrOptions())))
            polygons = [tuple((int(x), int(y)) for x, y in box) for box, _ in found]
            cut.append(CutPage(polygons, [line for _, line in found], tuple(picture.glyphs)))
    detector.close()
    return cut


def read_all(pages: Sequence[CutPage], part: float, config: OcrConfig, slot: Slot) -> list[list[Line]]:
    """Every line in `part` of its width."""
    name = config.text.recognition.name
    model = ensure_models([name])[name]
    recognizer = Recognizer(model, config.engine, slot, batch=1, shape=None, narrowing=Narrowing(part, sure=0.0))
    if recognizer.info.precision == "fp32":
        raise SystemExit("this processor computes in float32 only: there lines are not narrowed")
    read = [[each.line for each in recognizer.read(page.lines)] for page in pages]
    recognizer.close()
    return read


def weigh(
    pages: Sequence[CutPage], narrowed: Sequence[list[Line]], whole: Sequence[list[Line]], way: Narrowing
) -> Cost:
    """What comes out if lines that are read narrowed with less than a score are read again."""
    pixels = again = changed = characters = 0.0
    errors = Errors()
    for page, first, second in zip(pages, narrowed, whole, strict=True):
        texts = []
        for line, one, other in zip(page.lines, first, second, strict=True):
            unsure = way.part < WHOLE and one.score < way.sure
            width = line.shape[1] / line.shape[0]
            pixels += width * (way.part + unsure)
            characters += len(other.text)
            again += unsure
            texts.append((other if unsure else one).text)
            changed += edit_distance(texts[-1], other.text)
        if page.glyphs:
            errors += judge([ReadLine(*each) for each in zip(page.polygons, texts, strict=True)], page.glyphs)
    lines = [line for page in pages for line in page.lines]
    own = sum(line.shape[1] / line.shape[0] for line in lines)
    return Cost(pixels / own, again / len(lines), changed / characters, errors)


def _row(way: Narrowing, cost: Cost) -> list[str]:
    parts = [f"{100 * part:.{digits}f} %" for part, digits in ((cost.again, 1), (cost.changed, 3))]
    return [f"{way.part:g}", f"{way.sure:g}", f"{cost.pixels:.3f}", *parts, f"{100 * cost.errors.rate:.3f} %"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("inputs", type=Path, nargs="*", default=[ROOT / "samples"], help="files and folders")
    parser.add_argument("--max-megapixels", type=float, default=12.0, help="leave out files with larger pages")
    parser.add_argument("--json", type=Path, help="write all measurements to this file")
    arguments = parser.parse_args()
    refs, _ = select(list_files(arguments.inputs), arguments.max_megapixels)
    slot, config = Slot(Device("cpu"), 0, usable_cores(), False), OcrConfig(engine=EngineConfig("openvino"))
    pages = cut_pages(refs, config, slot)
    read = {part: read_all(pages, part, config, slot) for part in (WHOLE, *PARTS)}
    ways = [Narrowing(WHOLE, 0.0), *(Narrowing(part, sure) for part in PARTS for sure in SCORES)]
    costs = {way: weigh(pages, read[way.part], read[WHOLE], way) for way in ways}
    head = ["part of the width", "again below", "pixels", "lines read twice", "characters changed", "errors"]
    lines, layers = sum(len(page.lines) for page in pages), [page for page in pages if page.glyphs]
    about = (
        f"{lines} lines of {len(pages)} pages, {len(layers)} of them with a text layer, in lower precision. Pixels: of "
        "width, all that the network is given, in parts of those of whole lines, without padding. Changed: edits "
        "between this and all lines read whole. Errors: edits against text layers, for each of their characters."
    )
    data = [{"part": way.part, "sure": way.sure, "pixels": cost.pixels} for way, cost in costs.items()]
    publish("narrowing", [table(head, [_row(*each) for each in costs.items()]), about], {"ways": data}, arguments.json)


if __name__ == "__main__":
    main()
