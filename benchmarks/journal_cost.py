"""What a batch's journal costs: time for each page, and time to see that nothing is left. `batch_memory` has the rest.

Runs in: parent, and worker (`Nothing`, opened by name).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.report import publish, table
from benchmarks.timing import alternate, spread
from galley.batches import BatchSettings, run_batch
from galley.devices import Device, Slot, plan_slots, usable_cores
from galley.fleet.limits import Limits
from galley.fleet.messages import Factory, FleetEvent
from galley.fleet.run import Fleet
from galley.inputs import InputOptions, PageCounter, find_files, page_stem, pages_of_file
from galley.inputs.walking import Found
from galley.pages import Done, Outcome, PageRef, Unit, Unreadable
from galley.results import SavedPage

PAGES_PER_DOCUMENT = 1000
PAGES_PER_SECOND = 500
"""The rate at which the journal may take 5 % of the time."""


class Nothing:
    """A pipeline that does nothing."""

    def __init__(self, slot: Slot) -> None:
        """Open nothing."""

    def describe(self) -> Mapping[str, str]:
        """Nothing runs."""
        return {}

    def load(self, page: PageRef) -> PageRef:
        """The page itself."""
        return page

    def predict(self, loaded: Sequence[PageRef]) -> list[SavedPage]:
        """No files."""
        return [SavedPage((), {}, {}) for _ in loaded]

    def close(self) -> None:
        """Nothing to release."""


class Workers:
    """A `galley.batches.PageRunner` on two workers that do nothing."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self.slots = plan_slots([Device("cpu", 0), Device("cpu", 1)], 1, usable_cores())
        self._fleet: Fleet | None = None
        self._on_event: Callable[[FleetEvent], None] | None = None

    def watch(self, on_event: Callable[[FleetEvent], None], on_listed: Callable[[PageRef | Unreadable], None]) -> None:
        """Remember whom to tell."""
        self._on_event = on_event

    def run_pages(
        self, pages: Iterator[Unit], options: Any = None, *, ordered: bool = True
    ) -> Generator[Outcome, None, None]:
        """Every page through a worker."""
        factory = Factory("benchmarks.journal_cost:Nothing")
        self._fleet = Fleet(factory, self.slots, Limits(depth=16), self._on_event)
        for _, outcome in self._fleet.run(pages):
            yield outcome

    def close(self) -> None:
        """End the workers."""
        if self._fleet is not None:
            self._fleet.close()


class Instant:
    """A `galley.batches.PageRunner` without workers, so that what remains is listing and journal."""

    def __init__(self, write_to: Path | None = None) -> None:
        """`write_to`: the folder for an output file of each page; None writes none."""
        self.slots: tuple[Slot, ...] = ()
        self._folder = write_to

    def watch(self, on_event: Callable[[FleetEvent], None], on_listed: Callable[[PageRef | Unreadable], None]) -> None:
        """There is nothing to tell."""

    def run_pages(
        self, pages: Iterator[Unit], options: Any = None, *, ordered: bool = True
    ) -> Generator[Outcome, None, None]:
        """Every page is done at once."""
        for page in pages:
            files: tuple[str, ...] = ()
            if self._folder is not None and isinstance(page, PageRef):
                path = self._folder / f"{page_stem(page)}_res.json"
                path.write_text("{}")
                files = (str(path),)
            yield Done(page, SavedPage(files, {}, {}), "none", 0.0)

    def close(self) -> None:
        """Nothing to end."""


def make_pictures(folder: Path, count: int) -> None:
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:07}.png").write_bytes(b"x")


def make_documents(folder: Path, pages: int) -> None:
    """One document, under as many names as it takes."""
    import pypdfium2

    folder.mkdir()
    document = pypdfium2.PdfDocument.new()
    for _ in range(min(PAGES_PER_DOCUMENT, pages)):
        document.new_page(10, 10)
    first = folder / "0000000.pdf"
    document.save(str(first))
    for number in range(1, pages // PAGES_PER_DOCUMENT):
        os.link(first, folder / f"{number:07}.pdf")


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_process(*arguments: str) -> dict[str, float]:
    """The answer of one of `TASKS` in a process of its own, whose memory is then its own as well."""
    command = [sys.executable, __file__, "--task", *arguments]
    answer: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return answer


def run_task(inputs: str, output: str, kind: str) -> dict[str, float]:
    """One batch, or only its listing; seconds of wall and processor, pages and peak memory in MB."""
    begin, begin_cpu = time.perf_counter(), time.process_time()
    done = earlier = 0
    if kind == "list":
        with PageCounter() as counter:
            for found in find_files(inputs, "*"):
                if isinstance(found, Found):
                    done += sum(1 for _ in pages_of_file(found.path, found.name, InputOptions(), counter))
    else:
        settings = BatchSettings(inputs, output, identity={"pipeline": "nothing"})
        runner = Workers() if kind == "workers" else Instant(Path(output) if kind == "files" else None)
        report = run_batch(settings, lambda: runner)
        done, earlier = report.done, report.earlier
    return {
        "seconds": time.perf_counter() - begin,
        "cpu_seconds": time.process_time() - begin_cpu,
        "pages": done,
        "earlier": earlier,
        "peak_mb": peak_mb(),
    }


def measure_resume(scratch: Path, count: int) -> dict[str, float]:
    """A finished batch of pictures with an output each, started again."""
    make_pictures(scratch / "pictures", count)
    in_process("batch", str(scratch / "pictures"), str(scratch / "finished"), "files")
    again = in_process("batch", str(scratch / "pictures"), str(scratch / "finished"), "files")
    if again["earlier"] != count:
        raise RuntimeError(f"only {again['earlier']} of {count} pages were left out")
    return again


def measure_journal(scratch: Path, count: int, rounds: int) -> dict[str, list[float]]:
    """Microseconds of processor for each page, by kind of input: a batch less the listing of its inputs."""
    make_documents(scratch / "documents", count)

    def cost(folder: str) -> float:
        bare = in_process("batch", str(scratch / folder), "-", "list")
        output = scratch / f"kept_{folder}"
        kept = in_process("batch", str(scratch / folder), str(output), "instant")
        shutil.rmtree(output)
        return 1e6 * (kept["cpu_seconds"] - bare["cpu_seconds"]) / kept["pages"]

    return alternate({folder: partial(cost, folder) for folder in ("pictures", "documents")}, rounds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--task", nargs=4, metavar=("batch", "INPUTS", "OUTPUT", "KIND"), help=argparse.SUPPRESS)
    parser.add_argument("--pages", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write all measurements to this file")
    arguments = parser.parse_args()
    if arguments.task:
        print(json.dumps(run_task(*arguments.task[1:])))
        return
    with tempfile.TemporaryDirectory(prefix="galley-journal-") as scratch:
        resumed = measure_resume(Path(scratch), arguments.pages)
        micro = measure_journal(Path(scratch), arguments.pages, arguments.rounds)
    report(resumed, micro, arguments)


def report(resumed: Mapping[str, float], micro: Mapping[str, Sequence[float]], arguments: argparse.Namespace) -> None:
    """The table."""
    pages = f"{arguments.pages:,}"
    seconds = f"{resumed['seconds']:.1f} s ({resumed['cpu_seconds']:.1f} s)"
    names = {"pictures": "pictures, a file each", "documents": f"documents of {PAGES_PER_DOCUMENT:,} pages"}
    rows = [[f"a finished batch of {pages} files: to see that nothing is left", seconds, "", "10 s"]]
    for folder, costs in micro.items():
        share = spread(costs).show(1, PAGES_PER_SECOND / 1e4)
        rows.append([f"journal, {names[folder]}: each page", f"{spread(costs).show(0)} us", f"{share} %", "5 %"])
    note = (
        f"Resuming: wall, and in brackets the processor's. Journal: the processor's time for each of {pages} pages of "
        f"a batch whose pages take no time, less that of listing them; median (lowest-highest) of {arguments.rounds}."
    )
    head = ["what", "measured", f"share of the time at {PAGES_PER_SECOND} pages/s", "goal"]
    data = {"resumed": dict(resumed), "microseconds": dict(micro)}
    publish("journal_cost", [table(head, rows), note], data, arguments.json)


if __name__ == "__main__":
    main()
