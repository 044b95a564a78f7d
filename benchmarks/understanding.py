"""How DocUnderstanding's throughput grows with servers, what a killed one costs, and its memory over many rows.

The servers are real HTTP servers on loopback that answer after a lognormal time (`answer_servers.py`). Counted is from
the moment that every worker has answered, to the last answer, so the end, where ever fewer questions are left, counts.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

if __name__ == "__main__":  # find the package `benchmarks`, as `python -m` does
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.report import publish, table
from galley.api import Runner, Settings
from galley.config import DocUnderstandingConfig, Servers
from galley.outputs.saving import SavePlan
from galley.pages import Done

GOAL = 0.95
_ROOT = Path(__file__).resolve().parents[1]
_PAGE = str(_ROOT / "samples" / "english.png")
_WARM = 3
"""Questions for each that is in work at once, before anything is counted."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run over so many servers."""

    servers: int
    rows: int
    answered: int
    seconds: float
    processor_seconds: float
    """Of the parent and all workers."""

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.answered / self.seconds


@contextmanager
def servers(count: int, median: float) -> Iterator[tuple[list[str], subprocess.Popen[str]]]:
    """Addresses of so many servers in one process, and that process."""
    command = [sys.executable, str(_ROOT / "benchmarks" / "answer_servers.py")]
    command += ["--count", str(count), "--median", str(median)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield [process.stdout.readline().strip() for _ in range(count)], process
        finally:
            process.kill()


def open_runner(urls: Sequence[str], concurrency: int) -> Runner[DocUnderstandingConfig]:
    """As `galley batch --format jsonl` would have it: only what was answered travels back."""
    config = DocUnderstandingConfig(backend="openai-server")
    return Runner(Settings(config, servers=Servers(tuple(urls), concurrency), save=SavePlan(None, ())))


def questions(rows: int) -> Iterator[dict[str, str]]:
    """So many, made when they are asked for."""
    return ({"image": _PAGE, "query": f"What is the total of {row}?"} for row in range(rows))


def measure(count: int, concurrency: int, rows: int, median: float) -> Run:
    """One run."""
    with servers(count, median) as (urls, _), closing(open_runner(urls, concurrency)) as runner:
        warm = sum(1 for _ in runner.run(questions(count * concurrency * _WARM), ordered=False))
        assert warm == count * concurrency * _WARM
        busy = processor_seconds()
        begun = time.perf_counter()
        answered = sum(isinstance(outcome, Done) for outcome in runner.run(questions(rows * count), ordered=False))
        seconds = time.perf_counter() - begun
        return Run(count, rows * count, answered, seconds, processor_seconds() - busy)


def measure_kill(count: int, concurrency: int, rows: int, median: float) -> Run:
    """One run in the middle of which one of the servers is killed; each is a process of its own."""
    with ExitStack() as stack:
        each = [stack.enter_context(servers(1, median)) for _ in range(count)]
        urls = [url for (url,), _ in each]
        runner = stack.enter_context(closing(open_runner(urls, concurrency)))
        begun, answered = time.perf_counter(), 0
        for number, outcome in enumerate(runner.run(questions(rows * count), ordered=False)):
            answered += isinstance(outcome, Done)
            if number == rows * count // 2:
                each[0][1].kill()
        return Run(count, rows * count, answered, time.perf_counter() - begun, 0.0)


def measure_memory(rows: int, count: int, concurrency: int) -> list[dict[str, float]]:
    """Megabytes of the parent and of the largest worker along one run over many rows."""
    looks: list[dict[str, float]] = []
    with servers(count, 0.0) as (urls, away), closing(open_runner(urls, concurrency)) as runner:
        for number, outcome in enumerate(runner.run(questions(rows), ordered=False), 1):
            assert isinstance(outcome, Done)
            if number % (rows // 10) == 0:
                parent = psutil.Process()
                workers = [child for child in parent.children() if child.pid != away.pid]
                looks.append(
                    {
                        "rows": number,
                        "parent": parent.memory_info().rss / 1e6,
                        "worker": max(worker.memory_info().rss for worker in workers) / 1e6,
                    }
                )
    return looks


def processor_seconds() -> float:
    """Of this process and its workers, without the servers."""
    parent = psutil.Process()
    crew = [parent, *(child for child in parent.children() if "answer_servers" not in " ".join(child.cmdline()))]
    return float(sum(times.user + times.system for times in (each.cpu_times() for each in crew)))


def _growth(arguments: argparse.Namespace) -> tuple[list[str], Any]:
    runs = [
        measure(count, arguments.concurrency, arguments.rows, arguments.median)
        for count in sorted({1, *arguments.servers})
    ]
    rows = [
        [
            str(run.servers),
            f"{run.answered:,} of {run.rows:,}",
            f"{run.seconds:.1f}",
            f"{run.rate:.2f}",
            f"{run.rate / run.servers / runs[0].rate:.3f}",
            f"{GOAL:.2f}" if run.servers > 1 else "",
            f"{1000 * run.processor_seconds / run.rows:.1f}",
        ]
        for run in runs
    ]
    head = ["servers", "answers", "seconds", "answers/s", "of N times one server's", "goal", "processor, ms a row"]
    text = (
        f"{arguments.concurrency} questions in work at each server, {arguments.rows} rows for each; an answer takes "
        f"{arguments.median} s in the median (lognormal, sigma 0.8, at most 4 s)."
    )
    return [table(head, rows), text], [asdict(run) for run in runs]


def _kill(arguments: argparse.Namespace) -> tuple[list[str], Any]:
    run = measure_kill(arguments.kill, arguments.concurrency, arguments.rows, arguments.median)
    text = (
        f"One of {run.servers} servers killed in the middle: {run.answered:,} of {run.rows:,} questions answered, in "
        f"{run.seconds:.1f} s."
    )
    return [text], asdict(run)


def _memory(arguments: argparse.Namespace) -> tuple[list[str], Any]:
    looks = measure_memory(arguments.memory, 2, 16)
    rows = [[f"{look['rows']:,.0f}", f"{look['parent']:.0f}", f"{look['worker']:.0f}"] for look in looks]
    text = "Two servers that answer at once, 16 questions in work at each."
    return [table(["rows", "parent, MB", "largest worker, MB"], rows), text], looks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--servers", type=int, nargs="+", default=[2, 4, 8, 16])
    parser.add_argument("--concurrency", type=int, default=4)
    parser.add_argument("--rows", type=int, default=150, help="for each server")
    parser.add_argument("--median", type=float, default=0.8, help="seconds for an answer")
    parser.add_argument("--kill", type=int, metavar="N", help="instead: kill one of N servers in the middle")
    parser.add_argument("--memory", type=int, metavar="ROWS", help="instead: memory over so many rows")
    parser.add_argument("--json", type=Path, help="write all measurements to this file")
    arguments = parser.parse_args()
    name, what = "understanding", _growth
    if arguments.kill is not None:
        name, what = "understanding-kill", _kill
    elif arguments.memory is not None:
        name, what = "understanding-memory", _memory
    paragraphs, data = what(arguments)
    publish(name, paragraphs, {"results": data}, arguments.json)


if __name__ == "__main__":
    main()
