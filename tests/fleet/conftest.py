from __future__ import annotations

import os
import select
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest


@pytest.fixture(autouse=True)
def _faults_importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def _nothing_left() -> Iterator[None]:
    """Every test leaves the process with no child and as many descriptors as before."""
    before = _open_descriptors()
    yield
    assert psutil.Process().children() == []
    assert _open_descriptors() <= before


def _open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture
def ends() -> Callable[[int], bool]:
    return _ends


def _ends(pid: int) -> bool:
    """Whether a process, perhaps no child of ours, has ended or does within ten seconds."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        ended = select.poll()
        ended.register(descriptor, select.POLLIN)
        if ended.poll(10_000):
            return True
        os.kill(pid, signal.SIGKILL)  # the test has failed; the machine need not suffer
        return False
    finally:
        os.close(descriptor)
