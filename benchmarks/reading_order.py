"""Reading order: character errors of the joined text of pages in two columns, false tables on manuals, and time.

Runs in: parent.

    python benchmarks/reading_order.py PAPERS... --manuals FOLDER --json reading_order.json

PAPERS are PDF files with a text layer: of their pages those in two columns count, apart by whether the layer itself
is in reading order. Chinese pages are drawn; seeds below 200 were looked at while rules were written, the others not.
The text of pages is read once where `--lines` names a folder to keep it in; times are those of the rest.
"""

from __future__ import annotations

import argparse
import pickle
import re
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from html import unescape
from pathlib import Path
from statistics import fmean, median

if __name__ == "__main__":  # find the package `benchmarks`, as `python -m` does
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import cv2

from benchmarks.column_pages import draw_page
from benchmarks.ocr_pages import glyphs_of
from benchmarks.report import publish, table
from benchmarks.table_real import MANUALS, REAL_TABLES
from benchmarks.text_order import character_error, look_at_layer
from galley.config import StructureConfig
from galley.devices import Device, Slot
from galley.inputs import InputOptions, list_pages
from galley.inputs.loading import load_pixels
from galley.models.store import ensure_models
from galley.pages import PageKind, PageRef
from galley.pipelines.structure import Structure
from galley.results import Image, PreprocessedPage, RecognizedPage, StructuredPage, TextLine
from galley.results.structure import Block

TUNED, REPORTED = tuple(range(100, 120)), tuple(range(200, 220))
PAPERS, OTHER_PAPERS = "papers, text layer in reading order", "papers, text layer in another order"
CHINESE, CHINESE_TUNED = "drawn Chinese pages", "drawn Chinese pages, seeds that were looked at"
GOALS = {PAPERS: 0.03, CHINESE: 0.01}
GOAL_MS = 80
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True)
class Score:
    """One page."""

    kind: str
    name: str
    error: float
    naive: float
    """Of the same lines from top to bottom."""
    seconds: float
    """One core, beyond OCR, tables and seals left out."""


class Subject:
    """PPStructureV3 on one core; what OCR made of pages is kept in `cache`."""

    def __init__(self, cache: Path | None) -> None:
        cv2.setNumThreads(1)
        config = StructureConfig()
        names = {step: choice.name for step, choice in config.models().items()}
        models = ensure_models(names.values())
        opened = {step: models[name] for step, name in names.items()}
        self._structure = Structure(config, opened, Slot(Device("cpu"), 0, (0,), False))
        self._options, self._cache = config.options, cache

    def arrange(self, name: str, image: Image, *, tables: bool = True) -> tuple[StructuredPage, float]:
        """The result of a page, and the seconds that it took beyond OCR."""
        page = PageRef(PageKind.ARRAY, None, None, None, name)
        options = replace(self._options, use_table_recognition=tables)
        preprocessed, recognized = self._read(image, page)
        start = time.process_time()
        result = self._structure.arrange(preprocessed, recognized, page, options)
        return result, time.process_time() - start

    def _read(self, image: Image, page: PageRef) -> tuple[PreprocessedPage, RecognizedPage]:
        file = None if self._cache is None else self._cache / f"{page.name}.pickle"
        if file is not None and file.exists():
            read: tuple[PreprocessedPage, RecognizedPage] = pickle.loads(file.read_bytes())
            return read
        read = self._structure.read(image, page, self._options)
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(pickle.dumps(read))
        return read

    def score(self, kind: str, name: str, image: Image, truth: str) -> Score:
        """How the text of a page was put together."""
        result, _ = self.arrange(name, image)
        seconds = min(self.arrange(name, image, tables=False)[1] for _ in range(2))
        naive = "".join(line.text for line in result.recognized.lines)
        errors = character_error(joined_text(result), truth), character_error(naive, truth)
        return Score(kind, name, *errors, seconds)


def joined_text(page: StructuredPage) -> str:
    """The text of all blocks; what was found in pictures and formulas stands at their places, once."""
    left = list(page.recognized.lines)
    texts = []
    for block in page.blocks:
        if block.label == "table":
            texts.append(unescape(_TAG.sub(" ", block.content)))
        elif block.image is None:
            texts.append(block.content)
        else:
            inside = [line for line in left if _is_inside(line, block)]
            left = [line for line in left if not _is_inside(line, block)]
            texts += [line.text for line in inside]
    return "\n".join(texts)


def _is_inside(line: TextLine, block: Block) -> bool:
    x, y = (line.box[0] + line.box[2]) / 2, (line.box[1] + line.box[3]) / 2
    return block.box[0] <= x < block.box[2] and block.box[1] <= y < block.box[3]


def pages_of(files: Iterable[Path]) -> Iterator[PageRef]:
    """The pages of these files."""
    for page in list_pages([str(file) for file in files], InputOptions()):
        if not isinstance(page, PageRef):
            raise OSError(page.message)
        yield page


def papers(subject: Subject, files: Sequence[Path]) -> Iterator[Score]:
    """The pages in two columns with a text layer."""
    for page in pages_of(files):
        image = load_pixels(page)
        glyphs = list(glyphs_of(page, image.shape[1], image.shape[0]))
        layer = look_at_layer(glyphs, image.shape[1])
        if layer.two_columns:
            truth = "".join(glyph.character for glyph in glyphs)
            yield subject.score(PAPERS if layer.in_order else OTHER_PAPERS, _name(page), image, truth)


def drawn(subject: Subject, seeds: Iterable[int]) -> Iterator[Score]:
    """The Chinese pages."""
    for seed in seeds:
        page = draw_page(seed)
        yield subject.score(CHINESE_TUNED if seed < 200 else CHINESE, f"chinese-{seed}", page.image, page.text)


def false_tables(subject: Subject, folder: Path) -> dict[str, int]:
    """Pages of the manuals, tables found on them, and how many of these are none."""
    known = {(each.document, each.page): each.box for each in REAL_TABLES}
    counts = {"pages": 0, "found": 0, "wrong": 0}
    for page in pages_of(folder / name for name in MANUALS):
        result, _ = subject.arrange(_name(page), load_pixels(page))
        box = known.get((Path(page.path or "").name, page.index or 0))
        counts["pages"] += 1
        for found in result.tables:
            x, y = (found.box[0] + found.box[2]) / 2, (found.box[1] + found.box[3]) / 2
            counts["found"] += 1
            counts["wrong"] += box is None or not (box[0] < x < box[2] and box[1] < y < box[3])
    return counts


def _name(page: PageRef) -> str:
    return f"{Path(page.path or page.name).stem}-{page.index}"


def render(scores: Sequence[Score]) -> str:
    """A row for each kind of page."""
    rows = []
    for kind in (PAPERS, OTHER_PAPERS, CHINESE, CHINESE_TUNED):
        chosen = [each for each in scores if each.kind == kind]
        if chosen:
            errors, times = [each.error for each in chosen], [1000 * each.seconds for each in chosen]
            rows.append(
                [
                    kind,
                    str(len(chosen)),
                    f"{fmean(errors):.4f}",
                    f"{median(errors):.4f}",
                    f"{max(errors):.4f}",
                    f"{GOALS[kind]:g}" if kind in GOALS else "",
                    f"{fmean(each.naive for each in chosen):.3f}",
                    f"{median(times):.0f} (up to {max(times):.0f})",
                ]
            )
    return table(["pages in two columns", "n", "mean error", "median", "worst", "goal", "naive sort", "ms"], rows)


def main() -> None:
    """Print the table, and write all of it as JSON where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("papers", type=Path, nargs="*", help="PDF files with a text layer")
    parser.add_argument("--manuals", type=Path, help="folder of the manuals on which false tables are counted")
    parser.add_argument("--lines", type=Path, help="folder in which the text of pages is kept between runs")
    parser.add_argument("--json", type=Path, help="write all measurements to this file")
    parser.add_argument("--each", action="store_true", help="print every page, too")
    arguments = parser.parse_args()
    subject = Subject(arguments.lines)
    scores = [*papers(subject, arguments.papers), *drawn(subject, (*REPORTED, *TUNED))]
    if arguments.each:
        for each in scores:
            print(f"{each.name}: {each.error:.4f}, naive {each.naive:.3f}, {1000 * each.seconds:.0f} ms")
    times = [1000 * each.seconds for each in scores]
    paragraphs = [
        render(scores),
        f"Mean error: edits per character of the truth. ms: one core, all that is done beyond OCR (layout network, "
        f"lines across gutters cut, order, paragraphs) but tables; over all pages {median(times):.0f} in the "
        f"median, {fmean(times):.0f} in the mean (goal: under {GOAL_MS}).",
    ]
    data: dict[str, object] = {"scores": [asdict(each) for each in scores]}
    if arguments.manuals is not None:
        counts = data["false_tables"] = false_tables(subject, arguments.manuals)
        paragraphs.append(
            f"False tables: {counts['wrong']} of {counts['found']} tables found on {counts['pages']} pages of "
            f"{len(MANUALS)} documents (goal: at most 1)."
        )
    publish("reading_order", paragraphs, data, arguments.json)


if __name__ == "__main__":
    main()
