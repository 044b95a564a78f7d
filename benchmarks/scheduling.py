"""How much of the ideal throughput of many devices is reached: Galley's fleet against PaddleX's own executor.

Runs in: parent.

The devices are simulated: each page makes its worker sleep. Efficiency = sum of page times / devices / wall time,
counted from the moment that all workers are ready; 1 is a perfect schedule without any cost.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

if __name__ == "__main__":  # find the package `benchmarks`, as `python -m` does
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.child import Child
from benchmarks.environments import default_cache
from benchmarks.peers import ensure_peer
from benchmarks.report import publish, table
from benchmarks.simulated import PAGES_PER_DEVICE, page_times
from benchmarks.timing import alternate, spread
from galley.devices import Device, plan_slots, usable_cores
from galley.fleet.messages import Factory
from galley.fleet.run import Fleet

GOALS = {8: 0.97, 64: 0.95}
"""Devices -> efficiency aimed at."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one system."""

    efficiency: float
    seconds: float
    """From all workers ready to the last result."""
    start_seconds: float
    """From nothing to all workers ready."""


def run_galley(times: Sequence[float], devices: int) -> Run:
    """One run with a worker process per device."""
    slots = plan_slots([Device("cpu", index) for index in range(devices)], 1, usable_cores())
    with Fleet(Factory("benchmarks.simulated:Sleeper"), slots) as fleet:
        begin = time.perf_counter()
        fleet.open()
        ready = time.perf_counter()
        pages = sum(1 for _ in fleet.run(times))
        seconds = time.perf_counter() - ready
    return _judge(times, devices, pages, seconds, ready - begin)


def run_paddlex(peer: Child, times: Sequence[float], devices: int) -> Run:
    """One run of PaddleX's executor, in its own process, which is up already."""
    answer = peer.ask({"devices": devices, "times": times})
    return _judge(times, devices, answer["pages"], answer["seconds"], peer.start_seconds)


def _judge(times: Sequence[float], devices: int, pages: int, seconds: float, start_seconds: float) -> Run:
    if pages != len(times):
        raise RuntimeError(f"{pages} results for {len(times)} pages")
    return Run(sum(times) / devices / seconds, seconds, start_seconds)


def ceiling(times: Sequence[float], devices: int) -> float:
    """The efficiency of a scheduler without any cost that, like both, takes pages in order and does not know times."""
    busy_until = [0.0] * devices
    for seconds in times:
        first = busy_until.index(min(busy_until))
        busy_until[first] += seconds
    return sum(times) / devices / max(busy_until)


def compare(peer: Child, devices: int, rounds: int) -> dict[str, list[Run]]:
    """The runs of both, alternating."""
    times = page_times(PAGES_PER_DEVICE * devices)
    return alternate(
        {
            "galley": lambda: run_galley(times, devices),
            "paddlex": lambda: run_paddlex(peer, times, devices),
        },
        rounds,
    )


def _row(devices: int, runs: dict[str, list[Run]]) -> list[str]:
    galley, paddlex = runs["galley"], runs["paddlex"]
    return [
        str(devices),
        spread([run.efficiency for run in galley]).show(3),
        spread([run.efficiency for run in paddlex]).show(3),
        f"{ceiling(page_times(PAGES_PER_DEVICE * devices), devices):.3f}",
        f"{GOALS[devices]:.2f}" if devices in GOALS else "",
        spread([run.start_seconds for run in galley]).show(2),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--devices", type=int, nargs="+", default=[2, 4, 8, 16, 64])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cache", type=Path, default=default_cache(), help="where PaddleX is installed")
    parser.add_argument("--json", type=Path, help="write all measurements to this file")
    arguments = parser.parse_args()
    peer = ensure_peer(arguments.cache)
    with Child([str(peer.python), "-m", "benchmarks.peer_executor"], peer.environment) as executor:
        results = {devices: compare(executor, devices, arguments.rounds) for devices in arguments.devices}
        paddlex_start = executor.start_seconds
    head = ["devices", "Galley", "PaddleX 3.7", "no cost at all", "goal", "Galley's start, s"]
    publish(
        "scheduling",
        [
            table(head, [_row(devices, runs) for devices, runs in results.items()]),
            f"Efficiency: median (lowest-highest) of {arguments.rounds} runs each, alternating. Importing PaddleX "
            f"took {paddlex_start:.1f} s, before any device of its own is opened.",
        ],
        {str(d): {name: [asdict(run) for run in each] for name, each in runs.items()} for d, runs in results.items()},
        arguments.json,
    )


if __name__ == "__main__":
    main()
