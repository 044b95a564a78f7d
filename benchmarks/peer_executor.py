"""PaddleX's own multi-device executor on simulated devices.

Runs in: the peer's environment, as a `benchmarks.child`: `python -m benchmarks.peer_executor`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any

from benchmarks.child import serve


class Device:
    """A pipeline that takes as many seconds for a page as the page says."""

    def predict(self, instances: Sequence[float]) -> Iterator[dict[str, Any]]:
        """One result per page."""
        for seconds in instances:
            time.sleep(seconds)
            yield {"seconds": seconds}


class Batch:
    """One page, as the executor expects its sampler to give it."""

    def __init__(self, seconds: float) -> None:
        self.instances = [seconds]
        self.input_paths = ["page"]
        self.page_indexes = [None]


def open_paddlex() -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Import PaddleX; then each request `{devices, times}` is one run."""
    open_executor = import_module("paddlex.inference.pipelines._parallel").MultiDeviceSimpleInferenceExecutor

    def run(request: dict[str, Any]) -> dict[str, Any]:
        devices = [Device() for _ in range(request["devices"])]
        executor = open_executor(devices, lambda times: (Batch(each) for each in times))
        start = time.perf_counter()
        pages = sum(1 for _ in executor.execute(request["times"]))
        return {"pages": pages, "seconds": time.perf_counter() - start}

    return run


if __name__ == "__main__":
    serve(open_paddlex)
