"""One DocPreprocessor, Galley's or PaddleOCR's, kept open and asked to do pages: the same code for both.

Runs in: a child of the benchmark, in either environment, as
`python -m benchmarks.doc_preprocessor_child PACKAGE KEYWORDS PAGE`: the keywords of the constructor as JSON, and a
page to warm up with before it says that it is ready.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.child import serve


def open_pipeline(package: str, keywords: dict[str, Any], page: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """The open, warm pipeline as a function from requests to answers."""
    pipeline = import_module(package).DocPreprocessor(**keywords)
    # As many pages as there may be workers, and some more, so that none is cold.
    for _ in pipeline.predict_iter([page] * 4):
        pass

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        if "answers" in request:
            return compute_answers(pipeline, request["pages"], Path(request["answers"]))
        return measure(pipeline, request["pages"], request.get("save"))

    return answer


def measure(pipeline: Any, pages: Sequence[str], save: str | None) -> dict[str, Any]:
    """Seconds for all pages, saved by `save_all` where `save` names a folder."""
    count = 0
    start = time.perf_counter()
    for result in pipeline.predict_iter(list(pages)):
        count += 1
        if save is not None:
            result.save_all(save)
    return {"pages": count, "seconds": time.perf_counter() - start}


def compute_answers(pipeline: Any, pages: Sequence[str], folder: Path) -> dict[str, Any]:
    """Angle of each page, and its `output_img` in a file; in the order of the inputs."""
    folder.mkdir(parents=True, exist_ok=True)
    answers = []
    for number, result in enumerate(pipeline.predict_iter(list(pages))):
        file = folder / f"{number}.npy"
        np.save(file, np.ascontiguousarray(result["output_img"]))
        answers.append(
            {
                "path": result["input_path"],
                "index": result["page_index"],
                "angle": int(result["angle"]),
                "file": str(file),
            }
        )
    return {"answers": answers}


if __name__ == "__main__":
    _package, _keywords, _page = sys.argv[1:]
    serve(lambda: open_pipeline(_package, json.loads(_keywords), _page))
