"""What machine this is, for the head of a table: no host name, no path.

Runs in: pure, but for looking at the machine.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")
_INSTRUCTIONS = {"AVX2": "avx2", "AVX-512": "avx512f", "BF16": "avx512_bf16", "AMX": "amx_tile"}
"""Name in the table -> flag in Linux's list of the processor's features."""


def describe() -> str:
    """One line: processor, cores that may be used, instruction sets, memory, Python."""
    info = _CPUINFO.read_text(encoding="utf-8") if _CPUINFO.exists() else ""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{processor(info)}, {cores} cores, {instruction_sets(info)}, {memory:.0f} GiB; "
        f"{platform.system()}, Python {platform.python_version()}"
    )


def processor(info: str) -> str:
    """The processor's model, from the text of Linux's cpuinfo; the architecture where there is none."""
    fields = _fields(info)
    if "model name" not in fields:
        return platform.machine()
    numbers = [
        f"{key} {fields[name]}" for key, name in (("family", "cpu family"), ("model", "model")) if name in fields
    ]
    return f"{fields['model name']} ({', '.join(numbers)})" if numbers else fields["model name"]


def instruction_sets(info: str) -> str:
    """Which of the instruction sets that matter here the processor has: `AVX2 yes, AVX-512 no, BF16 no, AMX no`."""
    flags = frozenset(_fields(info).get("flags", "").split())
    return ", ".join(f"{name} {'yes' if flag in flags else 'no'}" for name, flag in _INSTRUCTIONS.items())


def _fields(info: str) -> dict[str, str]:
    """The first processor's lines."""
    return dict(_split(info.partition("\n\n")[0].splitlines()))


def _split(lines: Iterable[str]) -> Iterable[tuple[str, str]]:
    for line in lines:
        key, colon, value = line.partition(":")
        if colon:
            yield key.strip(), value.strip()
