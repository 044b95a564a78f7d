"""The memory of OCR's workers over many pages, and what takes it.

Runs in: parent. Linux only: memory is read from /proc.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # find the package `benchmarks`, as `python -m` does
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.child import Child
from benchmarks.environments import ROOT
from benchmarks.proc_memory import Memory, of_process, worker_processes
from benchmarks.report import publish, table
from benchmarks.text_pages import write_text_pages
from galley import OCR

GOAL = 1000
"""MB of a worker at its worst."""
NO_PREPROCESSING = {
    "use_doc_orientation_classify": False,
    "use_doc_unwarping": False,
    "use_textline_orientation": False,
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One way to run OCR."""

    title: str
    keywords: dict[str, Any]


DEFAULT = Setting("OpenVINO, its own precision", NO_PREPROCESSING)
OTHERS = {
    "int8": Setting("OpenVINO, int8", {**NO_PREPROCESSING, "precision": "int8"}),
    "fp32": Setting("OpenVINO, fp32", {**NO_PREPROCESSING, "precision": "fp32"}),
    "onnxruntime": Setting("ONNX Runtime, fp32", {**NO_PREPROCESSING, "engine": "onnxruntime"}),
    "steps": Setting("OpenVINO, its own precision, with preprocessing and line orientation", {}),
}


@dataclass
class Course:
    """How the workers' memory went; of the worker that has most, at each point."""

    pages: list[int] = field(default_factory=list)
    now: list[float] = field(default_factory=list)
    peak: list[float] = field(default_factory=list)
    files: list[float] = field(default_factory=list)
    """What of it is files, such as libraries: the workers share it."""

    def note(self, pages: int, workers: Sequence[Memory]) -> None:
        """Add a point."""
        self.pages.append(pages)
        self.now.append(max(worker.now for worker in workers))
        self.peak.append(max(worker.peak for worker in workers))
        self.files.append(max(worker.files for worker in workers))


def run(setting: Setting, document: Path, pages: int, every: int, device: str) -> Course:
    """All pages through the public interface; nothing of a result is kept."""
    course = Course()
    with OCR(device=device, **setting.keywords) as pipeline:
        for done, _ in enumerate(pipeline.predict_iter(str(document)), start=1):
            if done % every == 0 or done == pages:
                course.note(done, [of_process(worker) for worker in worker_processes(os.getpid())])
                print(f"{setting.title}: {done} pages, {course.now[-1]:.0f} MB", file=sys.stderr)
    if course.pages[-1] != pages:
        raise RuntimeError(f"{course.pages[-1]} results for {pages} pages")
    return course


def row(setting: Setting, course: Course) -> list[str]:
    """The table's: what, pages, memory at a fifth of them and at their end, its growth, the peak, shared, the goal."""
    fifth = next(index for index, done in enumerate(course.pages) if done * 5 >= course.pages[-1])
    return [
        setting.title,
        str(course.pages[-1]),
        f"{course.now[fifth]:.0f}",
        f"{course.now[-1]:.0f}",
        f"{course.peak[-1] - course.peak[fifth]:.0f}",
        f"{course.peak[-1]:.0f}",
        f"{course.files[-1]:.0f}",
        str(GOAL),
    ]


def explain(document: Path, pages: int) -> Iterator[list[str]]:
    """What takes the memory of one worker, by opening and releasing one thing after the other."""
    with Child(
        [sys.executable, "-m", "benchmarks.ocr_memory_child", str(document)],
        {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
    ) as child:
        for part, megabytes in child.ask({"pages": pages})["parts"]:
            yield [part, f"{megabytes:.0f}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pages", type=int, default=500, help="pages of the long run, in the engine's own precision")
    parser.add_argument("--others", nargs="*", choices=sorted(OTHERS), default=sorted(OTHERS), help="also run these")
    parser.add_argument("--other_pages", type=int, default=100, help="pages of each of these")
    parser.add_argument("--every", type=int, default=10, help="look at the memory after so many pages")
    parser.add_argument("--device", default="cpu:0,1")
    parser.add_argument("--json", type=Path, help="write all measurements to this file")
    arguments = parser.parse_args()
    courses: dict[str, Course] = {}
    rows = []
    with tempfile.TemporaryDirectory(prefix="galley-ocr-memory-") as scratch:
        runs = [(DEFAULT, arguments.pages), *((OTHERS[name], arguments.other_pages) for name in arguments.others)]
        for setting, pages in runs:
            document = Path(scratch, f"{pages}.pdf")
            write_text_pages(document, pages)
            courses[setting.title] = run(setting, document, pages, arguments.every, arguments.device)
            rows.append(row(setting, courses[setting.title]))
        parts = list(explain(document, min(pages, 30)))
    head = ["engine", "pages", "after a fifth, MB", "at the end, MB", "peak's growth between, MB", "peak, MB"]
    head += ["of it libraries, MB", "goal"]
    note = (
        f"Resident memory of the worker that has most, device `{arguments.device}`; A4 pages of 1191 x 1684 pixels, no "
        "two alike. Workers share the memory of libraries. Without preprocessing and line orientation, but for the "
        "last rows that say so."
    )
    made = "Of one worker in its own precision, what is there in the end:"
    data = {"courses": {title: asdict(course) for title, course in courses.items()}, "parts": parts}
    tables = [table(head, rows), note, made, table(["what", "MB"], parts)]
    publish("ocr_memory", tables, data, arguments.json)


if __name__ == "__main__":
    main()
