"""DocPreprocessor: Galley on two CPU devices against PaddleOCR 3.7's own, on the same weights and pages.

Runs in: parent. Both run in processes of their own, warm, and take turns.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

if __name__ == "__main__":  # find the package `benchmarks`, as `python -m` does
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.answers import Compared, Uncompared, compare_files, summarize
from benchmarks.child import Child
from benchmarks.documents import list_files, select, write_turned
from benchmarks.environments import ROOT, default_cache
from benchmarks.explanation import bounds, explain, phase_table
from benchmarks.peers import REQUIREMENTS, ensure_peer
from benchmarks.phases import profile
from benchmarks.report import publish, table
from benchmarks.rivals import MODELS, Rivals
from benchmarks.timing import alternate, ratios, spread
from galley.devices import parse_devices, plan_slots, usable_cores
from galley.models.store import ensure_models
from galley.pages import PageRef

GOAL = 6.0
"""Pages per second without saving, in multiples of PaddleOCR's."""

NOT_SAVED = "nothing saved"
SAVED_BY_CALLER = "`save_all` in the caller's loop, both"
SAVED_BY_WORKERS = "Galley's workers save (`--save_path`), PaddleOCR's `save_all`"

_TRIAL_ROUNDS = 2
_THREADS: Mapping[str, int | None] = {"1": 1, "2": 2, "default": None}


@dataclass(frozen=True, slots=True)
class Speeds:
    """Pages per second, run by run; the n-th of one ran next to the n-th of the other."""

    galley: Sequence[float]
    paddleocr: Sequence[float]

    @property
    def ratios(self) -> list[float]:
        """Galley's in multiples of PaddleOCR's, pair by pair."""
        return ratios(self.galley, self.paddleocr)


@dataclass(frozen=True, slots=True)
class Timings:
    """Everything that was timed."""

    speeds: Mapping[str, Speeds]
    """By way of saving."""
    start_seconds: Mapping[str, float]
    """From the start of the process until its first pages are done."""
    threads: str
    """The setting that suits PaddleOCR best, taken for all its runs."""
    tried: Mapping[str, Sequence[float]]
    """PaddleOCR's pages per second by setting."""


def time_rivals(rivals: Rivals, pages: Sequence[PageRef], rounds: int, folder: Path) -> Timings:
    """Choose PaddleOCR's threads, then time both for each way of saving."""
    paddleocr, threads, tried = choose_threads(rivals, pages)
    galley, saving = rivals.galley(), rivals.galley_saving(folder / "workers")
    galley_folder, paddleocr_folder = folder / "galley", folder / "paddleocr"
    pairs = {
        NOT_SAVED: (partial(run, galley, pages), partial(run, paddleocr, pages)),
        SAVED_BY_CALLER: (partial(run, galley, pages, galley_folder), partial(run, paddleocr, pages, paddleocr_folder)),
        SAVED_BY_WORKERS: (partial(run, saving, pages), partial(run, paddleocr, pages, paddleocr_folder)),
    }
    speeds = {}
    for way, (ours, theirs) in pairs.items():
        runs = alternate({"galley": ours, "paddleocr": theirs}, rounds)
        speeds[way] = Speeds(runs["galley"], runs["paddleocr"])
    starts = {"galley": galley.start_seconds, "paddleocr": paddleocr.start_seconds}
    for child in (paddleocr, galley, saving):
        child.close()
    return Timings(speeds, starts, threads, tried)


def run(child: Child, pages: Sequence[PageRef], save: Path | None = None) -> float:
    """Pages per second of one run over all pages, saved by the caller where a folder is given."""
    answer = child.ask({"pages": files_of(pages), "save": None if save is None else str(save)})
    return float(len(pages) / answer["seconds"])


def files_of(pages: Iterable[PageRef]) -> list[str]:
    """The files of the pages, each once."""
    return list(dict.fromkeys(str(page.path) for page in pages))


def choose_threads(rivals: Rivals, pages: Sequence[PageRef]) -> tuple[Child, str, dict[str, list[float]]]:
    """PaddleOCR with the setting that suits it best, its name, and pages per second of all settings."""
    children = {name: rivals.paddleocr(threads) for name, threads in _THREADS.items()}
    tried = alternate({name: partial(run, child, pages) for name, child in children.items()}, _TRIAL_ROUNDS)
    best = max(tried, key=lambda name: median(tried[name]))
    for name, child in children.items():
        if name != best:
            child.close()
    return children[best], best, tried


def check_answers(rivals: Rivals, pages: Sequence[PageRef], folder: Path) -> list[Compared | Uncompared]:
    """Every file, and every page of them turned four ways, in float32."""
    pair = (rivals.galley(precision="fp32"), rivals.paddleocr(_THREADS["default"]))
    found = list(compare_files(files_of(pages), pair, folder))
    unreadable = {each.file for each in found if isinstance(each, Uncompared)}
    readable = [page for page in pages if page.path not in unreadable]
    found += compare_files(write_turned(readable, folder), pair, folder)
    for child in pair:
        child.close()
    return found


def speed_table(speeds: Mapping[str, Speeds]) -> str:
    """One row for each way of saving."""
    rows = [
        [
            way,
            spread(each.galley).show(),
            spread(each.paddleocr).show(),
            spread(each.ratios).show(),
            f"{GOAL:g}" if way == NOT_SAVED else "",
        ]
        for way, each in speeds.items()
    ]
    return table(["saving", "Galley, pages/s", "PaddleOCR, pages/s", "ratio", "goal"], rows)


def describe_run(timings: Timings, pages: Sequence[PageRef], device: str, left_out: Sequence[str]) -> str:
    """What was timed, and how."""
    tried = ", ".join(f"{name}: {median(rates):.2f}" for name, rates in timings.tried.items())
    rounds = len(timings.speeds[NOT_SAVED].galley)
    sentences = [
        f"{len(pages)} pages of {len(files_of(pages))} files, Galley with device `{device}`, PaddleOCR "
        f"({', '.join(REQUIREMENTS[:3])}) with engine onnxruntime and `intra_op_num_threads` {timings.threads}, "
        f"its best (pages/s by setting: {tried}).",
        f"Median (lowest-highest) of {rounds} runs of each, alternating; the ratio is taken pair by pair.",
        f"From the start of the process to the end of the first pages: Galley {timings.start_seconds['galley']:.1f} s, "
        f"PaddleOCR {timings.start_seconds['paddleocr']:.1f} s; not in the rates.",
    ]
    if left_out:
        sentences.append(f"Left out: {', '.join(left_out)}.")
    return " ".join(sentences)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("inputs", type=Path, nargs="*", default=[ROOT / "samples"], help="files and folders")
    parser.add_argument("--device", default="cpu:0,1", help="Galley's devices")
    parser.add_argument("--rounds", type=int, default=5, help="timed runs of each, for each way of saving")
    parser.add_argument("--max-megapixels", type=float, default=40.0, help="leave out files with larger pages")
    parser.add_argument("--no-answers", action="store_true", help="compare speed only")
    parser.add_argument("--cache", type=Path, default=default_cache(), help="where PaddleOCR is installed")
    parser.add_argument("--json", type=Path, help="write all measurements to this file")
    return parser.parse_args()


def main() -> None:
    arguments = parse_arguments()
    stored = ensure_models(MODELS.values())
    slots = plan_slots(parse_devices(arguments.device), 1, usable_cores())
    pages, left_out = select(list_files(arguments.inputs), arguments.max_megapixels)
    peer = ensure_peer(arguments.cache)
    answers: list[Compared | Uncompared] = []
    with TemporaryDirectory() as scratch, Rivals(peer, arguments.device, files_of(pages)[0]) as rivals:
        if not arguments.no_answers:
            answers = check_answers(rivals, pages, Path(scratch))
        unreadable = {each.file: each.reason for each in answers if isinstance(each, Uncompared)}
        pages = [page for page in pages if page.path not in unreadable]
        left_out += [f"{Path(file).name} ({reason.rstrip('.')})" for file, reason in unreadable.items()]
        timings = time_rivals(rivals, pages, arguments.rounds, Path(scratch))
    phases = profile(slots, pages, {step: stored[name] for step, name in MODELS.items()})
    unsaved = timings.speeds[NOT_SAVED]
    found = bounds(phases, len(slots), median(unsaved.paddleocr))
    compared = [each for each in answers if isinstance(each, Compared)]
    paragraphs = [
        speed_table(timings.speeds),
        describe_run(timings, pages, arguments.device, left_out),
        *([summarize(compared)] if compared else []),
        phase_table(phases),
        explain(found, GOAL, median(unsaved.ratios), phases.runs_on),
    ]
    data = {"timings": asdict(timings), "phases": asdict(phases), "bounds": asdict(found)}
    publish("doc_preprocessor", paragraphs, data | {"answers": [asdict(each) for each in compared]}, arguments.json)


if __name__ == "__main__":
    main()
