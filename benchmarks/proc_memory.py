"""Resident memory of processes, as Linux tells it.

Runs in: parent and child.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_WORKER = b"galley.fleet.worker"


@dataclass(frozen=True, slots=True)
class Memory:
    """MB of one process."""

    now: float
    peak: float
    files: float
    """Of `now`, what is files in memory, such as libraries."""


def of_process(process: int | str = "self") -> Memory:
    """The memory of a process, by its number."""
    lines = Path("/proc", str(process), "status").read_text(encoding="utf-8").splitlines()
    fields = {key: value for key, _, value in (line.partition(":") for line in lines)}
    return Memory(*(int(fields[name].split()[0]) * 1024 / 1e6 for name in ("VmRSS", "VmHWM", "RssFile")))


def worker_processes(parent: int) -> list[int]:
    """The workers that a process of Galley has."""
    return [int(child) for child in _children(parent) if _WORKER in Path("/proc", child, "cmdline").read_bytes()]


def _children(parent: int) -> list[str]:
    """All threads' children; a process that ended meanwhile has none."""
    tasks = Path("/proc", str(parent), "task").iterdir()
    return [child for task in tasks for child in (task / "children").read_text(encoding="ascii").split()]
