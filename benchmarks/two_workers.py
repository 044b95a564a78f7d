"""One long PDF file through `galley batch` with one worker and with two.

Runs in: parent, and worker (`Asleep`, opened by name).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.environments import ROOT

if __name__ == "__main__":  # find the package `benchmarks`, as `python -m` does
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.long_document import repeat_pages
from benchmarks.report import publish, table
from benchmarks.timing import alternate, ratios, spread
from galley.devices import usable_cores
from galley.journal import open_ledger

ASLEEP_SECONDS = 0.02


class Asleep:
    """Takes the same time for each page, and no processor."""

    def __init__(self, device: str) -> None:
        """Open nothing."""

    def predict(self, batch: Sequence[Any]) -> list[dict[str, float]]:
        """How long it slept."""
        time.sleep(ASLEEP_SECONDS * len(batch))
        return [{"seconds": ASLEEP_SECONDS} for _ in batch]


@dataclass(frozen=True, slots=True)
class Setting:
    """One way to call the command."""

    title: str
    pipeline: str
    device: str
    cores: int | None = None
    """How many cores the command may use at all; None for all."""


ASLEEP = (
    Setting("one worker that sleeps, `cpu:0`", "benchmarks.two_workers:Asleep", "cpu:0"),
    Setting("two workers that sleep, `cpu:0,1`", "benchmarks.two_workers:Asleep", "cpu:0,1"),
)
AT_WORK = (
    Setting("DocPreprocessor, `cpu:0`, one core", "DocPreprocessor", "cpu:0", 1),
    Setting("DocPreprocessor, `cpu:0`, all cores in one worker", "DocPreprocessor", "cpu:0"),
    Setting("DocPreprocessor, `cpu:0,1`, a core each", "DocPreprocessor", "cpu:0,1", 2),
)
"""`cpu:0` alone is the whole machine in one worker; `cpu:0,1` gives each worker an equal share of the cores."""


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds of one command."""

    whole: float
    """From its start to its end."""
    pages: float
    """From the start of the first page to the end of the last."""


def run_batch(setting: Setting, inputs: Path, output: Path) -> Timed:
    """Run the command afresh."""
    command = [sys.executable, "-m", "galley", "batch", "--quiet", "--fresh", "--pipeline", setting.pipeline]
    command += ["--input_dir", str(inputs), "--output_dir", str(output), "--device", setting.device]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    allowed = usable_cores()[: setting.cores]
    command = ["taskset", "-c", ",".join(map(str, allowed)), *command]
    begin = time.perf_counter()
    subprocess.run(command, env=environment, check=True, stderr=subprocess.DEVNULL)
    whole = time.perf_counter() - begin
    with open_ledger(output) as ledger:
        span = ledger.spans()[-1]
    return Timed(whole, span.last - span.first)


def measure(settings: Sequence[Setting], pages: int, rounds: int) -> dict[str, list[Timed]]:
    """All settings on one document, in turn."""
    with tempfile.TemporaryDirectory(prefix="galley-two-") as scratch:
        inputs = Path(scratch, "in")
        inputs.mkdir()
        repeat_pages(ROOT / "samples" / "report.pdf", pages, inputs / "long.pdf")

        def run(setting: Setting) -> Callable[[], Timed]:
            return lambda: run_batch(setting, inputs, Path(scratch, "out"))

        return alternate({setting.title: run(setting) for setting in settings}, rounds)


def rows(times: dict[str, list[Timed]], pages: int, goal: float) -> list[list[str]]:
    """The table: setting, pages/s, ratio of the last setting to each."""
    *_, last = times
    found = []
    for title, runs in times.items():
        whole = ratios([run.whole for run in runs], [run.whole for run in times[last]])
        at_work = ratios([run.pages for run in runs], [run.pages for run in times[last]])
        found.append(
            [
                title,
                f"{pages:,}",
                spread([run.whole for run in runs]).show(1),
                "" if title == last else spread(whole).show(),
                "" if title == last else spread(at_work).show(),
                f"{goal:g}" if title == next(iter(times)) else "",
            ]
        )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pages", type=int, default=1000, help="of the document for workers that sleep")
    parser.add_argument("--doc_pages", type=int, default=1000, help="of the document for DocPreprocessor")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write all measurements to this file")
    arguments = parser.parse_args()
    asleep = measure(ASLEEP, arguments.pages, arguments.rounds)
    at_work = measure(AT_WORK, arguments.doc_pages, arguments.rounds)
    head = [
        "`galley batch` on one PDF file",
        "pages",
        "whole command, s",
        "gain by the last",
        "without start-up",
        "goal",
    ]
    note = (
        f"Median (lowest-highest) of {arguments.rounds} runs, in turn. Workers that sleep take "
        f"{1000 * ASLEEP_SECONDS:g} ms a page beside rendering it. Without start-up: from the first page's start to "
        "the last one's end. `cpu:0` alone means one worker with all cores; for the comparison of one core with two "
        "its command was bound to one core."
    )
    every = [*rows(asleep, arguments.pages, 1.9), *rows(at_work, arguments.doc_pages, 1.8)]
    data = {title: [[run.whole, run.pages] for run in runs] for title, runs in {**asleep, **at_work}.items()}
    publish("two_workers", [table(head, every), note], data, arguments.json)


if __name__ == "__main__":
    main()
