"""Galley with an output folder: workers write the files, as with `galley doc_preprocessor --save_path`.

Runs in: a child of the benchmark, as `python -m benchmarks.saving_child DEVICE FOLDER PAGE`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.child import serve
from galley.api import Runner, Settings
from galley.config import DocPreprocessorConfig
from galley.outputs.saving import SAVE_ALL, SavePlan
from galley.pages import Failed
from galley.results import PreprocessedPage


def open_runner(device: str, folder: str, page: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """The open, warm runner as a function from requests `{pages}` to seconds."""
    plan = SavePlan(folder, SAVE_ALL[PreprocessedPage])
    runner = Runner(Settings(DocPreprocessorConfig(), device=device, save=plan))

    def measure(request: dict[str, Any]) -> dict[str, Any]:
        start = time.perf_counter()
        failed = [outcome for outcome in runner.run(request["pages"], ordered=False) if isinstance(outcome, Failed)]
        if failed:
            raise RuntimeError(f"{failed[0].page}: {failed[0].message}")
        return {"seconds": time.perf_counter() - start}

    measure({"pages": [page] * 4})
    return measure


if __name__ == "__main__":
    _device, _folder, _page = sys.argv[1:]
    serve(lambda: open_runner(_device, _folder, _page))
