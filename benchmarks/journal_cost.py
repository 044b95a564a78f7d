"""What a batch's journal costs: time for each page, time to see that nothing is left, and the parent's memory.

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
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])

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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--task", nargs=4, metavar=("batch", "INPUTS", "OUTPUT", "KIND"), help=argparse.SUPPRESS)
    parser.add_argument("--finished", type=int, default=100_000, help="files of the finished run that is resumed")
    parser.add_argument("--listed", type=int, default=200_000, help="files of the large folder")
    parser.add_argument("--pages", type=int, default=1_000_000, help="pages of the large run")
    arguments = parser.parse_args()
    if arguments.task:
        print(json.dumps(run_task(*arguments.task[1:])))
        return
    scratch = Path(tempfile.mkdtemp(prefix="galley-journal-"))
    try:
        measure(scratch, arguments.finished, arguments.listed, arguments.pages)
    finally:
        shutil.rmtree(scratch)


def measure(scratch: Path, finished: int, listed: int, pages: int) -> None:
    """Measure and print. Times are wall; those of the processor in brackets leave out what else the machine does."""
    make_pictures(scratch / "finished", finished)
    in_process("batch", str(scratch / "finished"), str(scratch / "out1"), "files")
    again = in_process("batch", str(scratch / "finished"), str(scratch / "out1"), "files")
    if again["earlier"] != finished:
        raise RuntimeError(f"only {again['earlier']} of {finished} pages were left out")
    print(f"{finished:,} finished files with an output each: {_time(again)} to see that nothing is left", flush=True)
    make_documents(scratch / "documents", finished)
    for name, folder in (("pictures, a file each", "finished"), ("pages of documents", "documents")):
        bare = in_process("batch", str(scratch / folder), "-", "list")
        kept = in_process("batch", str(scratch / folder), str(scratch / f"kept_{folder}"), "instant")
        micro = 1e6 * (kept["cpu_seconds"] - bare["cpu_seconds"]) / kept["pages"]
        share = 100 * micro * PAGES_PER_SECOND / 1e6
        print(f"journal, {name}: {micro:.0f} us of processor each, {share:.1f} % at {PAGES_PER_SECOND}/s", flush=True)
    make_pictures(scratch / "listed", listed)
    many = in_process("batch", str(scratch / "listed"), str(scratch / "out3"), "instant")
    make_documents(scratch / "few", 1000)
    few = in_process("batch", str(scratch / "few"), str(scratch / "out4"), "workers")
    make_documents(scratch / "large", pages)
    large = in_process("batch", str(scratch / "large"), str(scratch / "out5"), "workers")
    print(f"parent's peak memory: {few['peak_mb']:.0f} MB for 1,000 pages, {large['peak_mb']:.0f} MB for {pages:,}")
    print(f"  ({pages / large['seconds']:.0f} pages/s on two workers that do nothing)")
    print(f"  {many['peak_mb']:.0f} MB for a folder of {listed:,} files ({_time(many)})")


def _time(answer: Mapping[str, float]) -> str:
    return f"{answer['seconds']:.1f} s ({answer['cpu_seconds']:.1f} s)"


if __name__ == "__main__":
    main()
