"""How well tables are read: TEDS of drawn and real ones, false ones on manuals, time; img2table on the same crops.

Runs in: parent; img2table in a process of its own. Both are given the same crops and the same lines of text.

    python benchmarks/tables.py --documents FOLDER

Seeds below 100 were looked at while the reading was tuned, the others were not.
"""

from __future__ import annotations

import argparse
import pickle
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import fmean, median
from tempfile import TemporaryDirectory
from typing import Any

if __name__ == "__main__":  # find the package `benchmarks`, as `python -m` does
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import cv2
import numpy as np

from benchmarks.child import Child
from benchmarks.environments import default_cache
from benchmarks.report import publish, table
from benchmarks.table_peer import IMG2TABLE, open_img2table
from benchmarks.table_pictures import STYLES, WALLED, draw_table
from benchmarks.table_real import MANUALS, REAL_TABLES
from benchmarks.table_truth import Truth, TruthCell, teds
from galley import TableRecognitionPipelineV2
from galley.config.table import TableConfig, TableOptions
from galley.devices import Device, Slot
from galley.inputs import InputOptions, list_pages
from galley.inputs.loading import load_pixels
from galley.models.store import ensure_models
from galley.pages import PageRef
from galley.pipelines.ocr import Ocr
from galley.pipelines.table_reader import TableReader
from galley.results import Image, TextLine

TUNED, REPORTED = tuple(range(6)), tuple(range(100, 106))
_GOALS = {"wired": 0.95, "wired spans": 0.95, "real": 0.92}
_OTHER_GOAL = 0.87
_HEADS = "Heads: rows found that are some, and rows of heads that were found; the same tables drawn without a head."


@dataclass(frozen=True, slots=True)
class Score:
    """One table, read by both."""

    kind: str
    """The style, or `real`."""
    group: str
    """clean, scan, or the document and page."""
    tuned: bool
    galley: float
    structure: float
    """TEDS without texts."""
    seconds: float
    """Galley's, of one core, beyond OCR."""
    img2table: float | None
    head_rows: tuple[int, int]
    """As found, and as they are."""


class Subject:
    """Galley's OCR and table reader on one core, and the peer; lines of text are kept in `cache` between runs."""

    def __init__(self, cache: Path, peer: Child | None, folder: Path) -> None:
        """`folder` is for pictures that the peer reads."""
        slot = Slot(Device("cpu"), 0, (0,), False)
        cv2.setNumThreads(1)
        config = TableConfig()
        names = {step: choice.name for step, choice in config.ocr.models().items()}
        models = ensure_models(names.values())
        self._ocr = Ocr(config.ocr, {step: models[name] for step, name in names.items()}, slot)
        self._reader = TableReader(self._ocr.recognizer)
        self._options = TableOptions().ocr
        self._cache, self._peer, self._folder = cache, peer, folder

    def lines(self, name: str, image: Image) -> list[TextLine]:
        """The text of a picture."""
        file = self._cache / f"{name}.pickle"
        if file.exists():
            known: list[TextLine] = pickle.loads(file.read_bytes())
            return known
        found = self._ocr.read(image, list(self._ocr.detector.find(image, self._options)), self._options)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(pickle.dumps(found))
        return found

    def score(
        self,
        kind: str,
        group: str,
        tuned: bool,
        crop: Image,
        lines: Sequence[TextLine],
        truth: Truth,
        head_rows: int,
        *,
        with_peer: bool = True,
    ) -> Score:
        """What both make of one crop."""
        box = (0, 0, crop.shape[1], crop.shape[0])
        start = time.process_time()
        found = self._reader.read(crop, box, lines, is_certain=True)
        seconds = time.process_time() - start
        answer = (
            None
            if found is None
            else Truth(tuple(TruthCell(c.row, c.column, c.text, c.rows, c.columns) for c in found.cells))
        )
        whole, structure = teds(truth, answer), teds(truth, answer, structure_only=True)
        peer = self._ask_peer(crop, lines, truth) if with_peer else None
        heads = (0 if found is None else found.head_rows, head_rows)
        return Score(kind, group, tuned, whole, structure, seconds, peer, heads)

    def _ask_peer(self, crop: Image, lines: Sequence[TextLine], truth: Truth) -> float | None:
        if self._peer is None:
            return None
        picture = self._folder / "crop.png"
        cv2.imwrite(str(picture), crop)
        known = [{"text": line.text, "score": line.score, "box": line.box} for line in lines if line.text.strip()]
        cells = self._peer.ask({"picture": str(picture), "lines": known})["cells"]
        return teds(truth, Truth(tuple(TruthCell(row, column, text, *spans) for row, column, *spans, text in cells)))


def drawn(subject: Subject, seeds: Iterable[int]) -> Iterable[Score]:
    """All styles, clean and scanned."""
    for seed in seeds:
        for style in STYLES:
            for scan in (False, True):
                picture = draw_table(seed, style, scan=scan)
                group = "scan" if scan else "clean"
                lines = subject.lines(f"{style}-{seed}-{group}", picture.pixels)
                yield subject.score(style, group, seed < 100, picture.pixels, lines, picture.truth, picture.head_rows)


def headless(subject: Subject, seeds: Iterable[int]) -> Iterable[Score]:
    """Tables without a head, in all styles with walls, clean and scanned."""
    for seed in seeds:
        for style in WALLED:
            for scan in (False, True):
                picture = draw_table(seed, style, scan=scan, headless=True)
                group = "scan" if scan else "clean"
                lines = subject.lines(f"{style}-{seed}-{group}-headless", picture.pixels)
                yield subject.score(style, group, seed < 100, picture.pixels, lines, picture.truth, 0, with_peer=False)


def real(subject: Subject, folder: Path) -> Iterable[Score]:
    """The tables of real pages, cut out; both are given the crop alone."""
    for each in REAL_TABLES:
        page = load_pixels(_page(folder / each.document, each.page))
        lines = subject.lines(f"{each.document}-{each.page}", page)
        left, top, right, bottom = each.box
        corner = np.array([left, top], np.int32)
        inside = [
            replace(line, polygon=line.polygon - corner)
            for line in lines
            if left <= (line.box[0] + line.box[2]) / 2 < right and top <= (line.box[1] + line.box[3]) / 2 < bottom
        ]
        crop = np.ascontiguousarray(page[top:bottom, left:right])
        group = f"{each.document}, page {each.page + 1}"
        yield subject.score("real", group, True, crop, inside, each.truth, each.head_rows)


def _page(document: Path, number: int) -> PageRef:
    page = list(list_pages([str(document)], InputOptions()))[number]
    if not isinstance(page, PageRef):
        raise OSError(page.message)
    return page


def false_tables(folder: Path) -> tuple[int, int, int]:
    """Pages of the manuals, tables found on them, and how many of these are none."""
    known = {(each.document, each.page): each.box for each in REAL_TABLES}
    pages = found = wrong = 0
    switches = {"use_doc_orientation_classify": False, "use_doc_unwarping": False}
    with TableRecognitionPipelineV2(device="cpu", **switches) as pipeline:
        for result in pipeline.predict_iter([str(folder / name) for name in MANUALS]):
            pages += 1
            box = known.get((Path(result["input_path"]).name, result["page_index"]))
            for one in result["table_res_list"]:
                found += 1
                cells = np.array(one["cell_box_list"])
                x, y = (cells[:, 0].min() + cells[:, 2].max()) / 2, (cells[:, 1].min() + cells[:, 3].max()) / 2
                wrong += box is None or not (box[0] < x < box[2] and box[1] < y < box[3])
    return pages, found, wrong


def render(scores: Sequence[Score]) -> str:
    """One row for each style and group, and their means."""
    rows = []
    for kind in (*STYLES, "real"):
        goal = _GOALS.get(kind, _OTHER_GOAL)
        for tuned in (False, True):
            for group in ("clean", "scan") if kind in STYLES else ("",):
                chosen = [
                    each for each in scores if each.kind == kind and each.tuned == tuned and group in (each.group, "")
                ]
                if chosen:
                    rows.append(_row(f"{kind}, {group}" if group else kind, tuned, chosen, goal))
    return table(["tables", "seeds", "n", "TEDS", "structure only", "img2table", "goal", "ms"], rows)


def _row(name: str, tuned: bool, chosen: Sequence[Score], goal: float) -> list[str]:
    peer = [each.img2table for each in chosen if each.img2table is not None]
    times = [1000 * each.seconds for each in chosen]
    return [
        name,
        "tuned on" if tuned else "others",
        str(len(chosen)),
        f"{fmean(each.galley for each in chosen):.3f}",
        f"{fmean(each.structure for each in chosen):.3f}",
        f"{fmean(peer):.3f}" if peer else "",
        f"{goal:.2f}",
        f"{median(times):.0f} (up to {max(times):.0f})",
    ]


def render_heads(scores: Sequence[Score], without: Sequence[Score]) -> str:
    """For each style: the rows of heads, and what was taken for some where there is none."""
    rows = []
    for kind in (*STYLES, "real"):
        for tuned in (False, True):
            heads = [each.head_rows for each in scores if each.kind == kind and each.tuned == tuned]
            if not heads:
                continue
            right = sum(min(found, true) for found, true in heads)
            found, true = (sum(column) for column in zip(*heads, strict=True))
            bare = [each.head_rows[0] for each in without if each.kind == kind and each.tuned == tuned]
            rows.append(
                [
                    kind,
                    "tuned on" if tuned else "others",
                    str(len(heads)),
                    f"{right / found:.3f}" if found else "",
                    f"{right / true:.3f}",
                    f"{sum(map(bool, bare))} of {len(bare)}" if bare else "",
                ]
            )
    return table(["heads of tables", "seeds", "n", "precision", "recall", "false, without a head"], rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=Path, help="folder of the real documents; without it only drawn tables")
    parser.add_argument("--lines", type=Path, help="folder in which lines of text are kept between runs")
    parser.add_argument("--cache", type=Path, default=default_cache(), help="where img2table is installed")
    parser.add_argument("--no_peer", action="store_true", help="leave img2table out")
    parser.add_argument("--json", type=Path, help="JSON file for the measurements")
    options = parser.parse_args()
    peer = None if options.no_peer else open_img2table(options.cache)
    with TemporaryDirectory() as scratch:
        lines = Path(scratch, "lines") if options.lines is None else options.lines
        subject = Subject(lines, peer, Path(scratch))
        subject.score("", "", True, *_warm_up(subject))
        scores = list(drawn(subject, (*REPORTED, *TUNED)))
        bare = list(headless(subject, (*REPORTED, *TUNED)))
        paragraphs = []
        data: dict[str, Any] = {}
        if options.documents is not None:
            scores += real(subject, options.documents)
            pages, found, wrong = false_tables(options.documents)
            data["false_tables"] = {"pages": pages, "found": found, "wrong": wrong}
            paragraphs.append(
                f"False tables: {wrong} of {found} tables found on {pages} pages of {len(MANUALS)} documents "
                "(goal: at most 1)."
            )
        if peer is not None:
            peer.close()
    data["scores"] = [asdict(each) for each in scores]
    note = f"TEDS by mean; the peer is {IMG2TABLE}, on the same crops and lines. ms: median, of one core, beyond OCR."
    parts = [render(scores), note, *_each_real(scores), *paragraphs, render_heads(scores, bare), _HEADS]
    publish("tables", parts, data, options.json)


def _warm_up(subject: Subject) -> tuple[Image, list[TextLine], Truth, int]:
    picture = draw_table(0, "wired")
    return picture.pixels, subject.lines("wired-0-clean", picture.pixels), picture.truth, picture.head_rows


def _each_real(scores: Sequence[Score]) -> list[str]:
    rows = [
        [each.group, f"{each.galley:.3f}", "" if each.img2table is None else f"{each.img2table:.3f}"]
        for each in scores
        if each.kind == "real"
    ]
    return [table(["real table", "TEDS", "img2table"], rows)] if rows else []


if __name__ == "__main__":
    main()
