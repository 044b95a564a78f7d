"""What Galley costs beside the networks: starting, handing out pages, moving arrays, remembering.

Runs in: parent. Workers run pipelines that do nothing (`benchmarks.simulated`), except for the first result.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

if __name__ == "__main__":  # find the package `benchmarks`, as `python -m` does
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.child import Child, serve
from benchmarks.environments import ROOT
from benchmarks.report import publish, table
from benchmarks.timing import spread
from galley.api import in_order
from galley.devices import Slot, parse_devices, plan_slots, usable_cores
from galley.fleet.limits import Limits
from galley.fleet.messages import Factory
from galley.fleet.run import Fleet
from galley.models.store import ensure_models
from galley.pages import PageKind, PageRef
from galley.pipelines.page_pipeline import PageJob

CPU_GOAL = 0.2
"""Milliseconds of the parent's CPU per page."""
MEMORY_GOAL = 50.0
"""MB that the parent may grow by between few and many pages."""

ARRAY_SHAPE = (2887, 2887, 3)
"""25 MB."""
_FEW, _MANY = 1_000, 100_000
_SAMPLE_EVERY = 500
_MODELS = ("PP-LCNet_x1_0_doc_ori", "UVDoc")

_FIRST_RESULT = """
import sys, time
from galley import DocPreprocessor
with DocPreprocessor(device=sys.argv[1]) as pipeline:
    for result in pipeline.predict_iter(sys.argv[2]):
        print(time.monotonic(), flush=True)
        break
"""
_NOTHING = "import time; print(time.monotonic())"
_IMPORT = "import galley, time; print(time.monotonic())"


def run_script(script: str, arguments: Sequence[str] = (), environment: Mapping[str, str] | None = None) -> float:
    """Seconds from the start of the process to the moment that the script prints, by the clock all processes share."""
    extra = {} if environment is None else environment
    path = {"PYTHONPATH": ":".join(sys.path)}
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={**os.environ, **path, **extra},
    )
    return float(done.stdout.split()[0]) - start


def measure_starts(device: str, page: Path, rounds: int, fetch: bool) -> dict[str, list[float]]:
    """Seconds from the start of Python to: nothing, `import galley`, the first result, and that with an empty store."""
    ensure_models(_MODELS)
    starts: dict[str, list[float]] = {"python alone": [], "import galley": [], "first result": []}
    for _ in range(rounds):
        starts["python alone"].append(run_script(_NOTHING))
        starts["import galley"].append(run_script(_IMPORT))
        starts["first result"].append(run_script(_FIRST_RESULT, [device, str(page)]))
    if fetch:
        with tempfile.TemporaryDirectory() as home:
            seconds = run_script(_FIRST_RESULT, [device, str(page)], {"GALLEY_HOME": home})
        starts["first result ever, models fetched first"] = [seconds]
    return starts


def path_jobs(count: int) -> Iterator[PageJob]:
    """Pages as the parent hands them out for input paths."""
    for number in range(count):
        name = f"page-{number:06d}"
        yield PageJob(PageRef(PageKind.IMAGE, f"input/folder/{name}.png", None, None, name), None)


def measure_pages(slots: Sequence[Slot], count: int, rounds: int) -> dict[str, list[float]]:
    """Seconds per page, of the parent's CPU and of the clock, for pages without any work, in input order."""
    per_page: dict[str, list[float]] = {"cpu": [], "wall": []}
    with Fleet(Factory("benchmarks.simulated:NoOp"), slots) as fleet:
        _drain(fleet, 100)
        for _ in range(rounds):
            cpu, wall = time.process_time(), time.perf_counter()
            _drain(fleet, count)
            per_page["cpu"].append((time.process_time() - cpu) / count)
            per_page["wall"].append((time.perf_counter() - wall) / count)
    return per_page


def _drain(fleet: Fleet, count: int) -> None:
    done = sum(1 for _ in in_order(fleet.run(path_jobs(count))))
    if done != count:
        raise RuntimeError(f"{done} outcomes for {count} pages")


def measure_arrays(slot: Slot, count: int) -> dict[str, list[float]]:
    """Seconds for one array to a worker and back, one at a time: all of it, and the parent's CPU in it."""
    array = np.full(ARRAY_SHAPE, 255, np.uint8)
    seconds: dict[str, list[float]] = {"cpu": [], "wall": []}
    with Fleet(Factory("benchmarks.simulated:Echo"), [slot], Limits(depth=1)) as fleet:
        for _ in fleet.run([array] * 2):
            pass
        for _ in range(count):
            cpu, wall = time.process_time(), time.perf_counter()
            for _ in fleet.run([array]):
                pass
            seconds["cpu"].append(time.process_time() - cpu)
            seconds["wall"].append(time.perf_counter() - wall)
    return seconds


def measure_memory(slots: Sequence[Slot]) -> dict[str, float]:
    """Most memory of this process, in MB, up to few and up to many pages; results are looked at and dropped."""
    most = 0.0
    found: dict[str, float] = {}
    with Fleet(Factory("benchmarks.simulated:NoOp"), slots) as fleet:
        for number, _ in enumerate(in_order(fleet.run(path_jobs(_MANY))), start=1):
            if number % _SAMPLE_EVERY == 0:
                most = max(most, resident_megabytes())
            if number in (_FEW, _MANY):
                found[str(number)] = most
    return found


def resident_megabytes() -> float:
    """This process's memory in RAM. Linux only."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def memory_in_child(device: str) -> dict[str, float]:
    """`measure_memory` in a fresh process, which nothing else has made larger."""
    command = [sys.executable, "-m", "benchmarks.overhead", "--serve-memory"]
    with Child(command, {"PYTHONPATH": ":".join(sys.path)}) as child:
        return child.ask({"device": device})


def plan(device: str) -> tuple[Slot, ...]:
    """The slots of a device string."""
    return plan_slots(parse_devices(device), 1, usable_cores())


def rows(
    starts: Mapping[str, Sequence[float]],
    pages: Mapping[str, Sequence[float]],
    arrays: Mapping[str, Sequence[float]],
    memory: Mapping[str, float],
) -> list[list[str]]:
    """The table: what, how much, goal."""
    growth = memory[str(_MANY)] - memory[str(_FEW)]
    return [
        *([f"from process start: {what}, s", spread(values).show(3), ""] for what, values in starts.items()),
        ["no-op page: parent's CPU, ms", spread(pages["cpu"]).show(3, 1000), f"under {CPU_GOAL:g}"],
        ["no-op page: wall, ms", spread(pages["wall"]).show(3, 1000), ""],
        ["25 MB array to a worker and back: wall, ms", spread(arrays["wall"]).show(1, 1000), ""],
        ["25 MB array to a worker and back: parent's CPU, ms", spread(arrays["cpu"]).show(1, 1000), ""],
        [f"parent's memory up to {_FEW:,} no-op pages, MB", f"{memory[str(_FEW)]:.1f}", ""],
        [f"its growth up to {_MANY:,} pages, MB", f"{growth:.1f}", f"within {MEMORY_GOAL:g}"],
    ]


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("page", type=Path, nargs="?", help="for the first result; default: a picture of samples/")
    parser.add_argument("--device", default="cpu:0,1")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pages", type=int, default=20_000, help="no-op pages in a run")
    parser.add_argument("--fetch", action="store_true", help="also start once with an empty model store")
    parser.add_argument("--json", type=Path, help="write all measurements to this file")
    parser.add_argument("--serve-memory", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    arguments = parse_arguments()
    if arguments.serve_memory:
        serve(lambda: lambda request: measure_memory(plan(request["device"])))
        return
    page = arguments.page if arguments.page is not None else min((ROOT / "samples").glob("*.[jp][pn]g"))
    slots = plan(arguments.device)
    starts = measure_starts(arguments.device, page, arguments.rounds, arguments.fetch)
    pages = measure_pages(slots, arguments.pages, arguments.rounds)
    arrays = measure_arrays(slots[0], 4 * arguments.rounds)
    memory = memory_in_child(arguments.device)
    note = (
        f"Median (lowest-highest). Device `{arguments.device}`; first result: DocPreprocessor with both networks, "
        f"models in the store. No-op pages: {arguments.pages:,} input paths per run, taken in input order."
    )
    data = {"starts": starts, "pages": pages, "arrays": arrays, "memory": memory}
    publish(
        "overhead",
        [table(["what", "measured", "goal"], rows(starts, pages, arrays, memory)), note],
        data,
        arguments.json,
    )


if __name__ == "__main__":
    main()
