"""What takes the memory of a worker of OCR: one process that opens, uses and releases one thing after the other.

Runs in: a child of the benchmark, as `python -m benchmarks.ocr_memory_child DOCUMENT`, with a worker's environment.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from benchmarks.child import serve
from benchmarks.proc_memory import of_process
from galley.config import OcrConfig, OcrOptions, PreprocessingOptions
from galley.devices import Device, Slot
from galley.inputs import list_pages
from galley.inputs.loading import PageLoader
from galley.models.store import ensure_models
from galley.pages import PageRef

SLOT = Slot(Device("cpu"), 0, (0,), False)
BARE = OcrConfig(OcrOptions(PreprocessingOptions(False), use_textline_orientation=False))


class Parts:
    """Differences of the process's memory, each under a name."""

    def __init__(self) -> None:
        self.found: list[tuple[str, float]] = []
        self._last = 0.0

    def note(self, name: str, sign: int = 1) -> None:
        """What was added since the last call, or with `sign` -1 what was taken away."""
        # What is free but not given back is nobody's.
        ctypes.CDLL(None).malloc_trim(0)
        now = of_process().now
        self.found.append((name, sign * (now - self._last)))
        self._last = now


def measure(document: str, pages: int) -> list[tuple[str, float]]:
    """Name and MB of each part, as they come and as they are released."""
    parts = Parts()
    parts.note("interpreter and Galley's own modules")
    for library in ("cv2", "pypdfium2", "openvino"):
        import_module(library)
    parts.note("OpenCV, pdfium, OpenVINO")
    names = {step: choice.name for step, choice in BARE.models().items()}
    models = ensure_models(names.values())
    opened = import_module("galley.pipelines.ocr").Ocr(BARE, {step: models[name] for step, name in names.items()}, SLOT)
    parts.note("both networks, opened: weights, and the engine's own code")
    loader, listed = PageLoader(), [page for page in list_pages(document) if isinstance(page, PageRef)]
    for page in listed[:pages]:
        opened.process(loader.load(page), page, BARE.options)
    parts.note("")
    whole = parts.found.pop()[1]
    detection, recognition = (step._session._compiled for step in (opened.detector, opened.recognizer))
    for name, network in (("detection", detection), ("recognition", recognition)):
        network.release_memory()
        parts.note(f"tensors of {name}", -1)
    rest = whole - sum(megabytes for name, megabytes in parts.found if name.startswith("tensors"))
    parts.found.append((f"kernels for the shapes of {pages} pages, weights in their layouts, documents", rest))
    return parts.found


def open_subject(document: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """What answers a request for the parts after some pages."""
    return lambda request: {"parts": measure(document, request["pages"])}


if __name__ == "__main__":
    serve(lambda: open_subject(sys.argv[1]))
