"""Making int8 graphs of the models in the store, by pages of the user's: `galley models quantize`.

Runs in: parent. Loads OpenVINO and NNCF, which no run of a pipeline loads there.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from galley.config import OcrConfig
from galley.errors import BadInput
from galley.inputs import list_pages
from galley.models.placing import disk_errors
from galley.models.quantized import GRAPH, place_quantized
from galley.models.store import FetchProgress, ensure_models, open_store
from galley.pages import PageRef
from galley.wording import counted

LEAST_LINES, MOST_LINES = 30, 150
"""Fewer lines say too little of what flows through the network; more take longer and change nothing."""


def quantize_recogniser(inputs: Sequence[str], progress: FetchProgress | None = None) -> tuple[Path, int]:
    """Make the int8 graph of the default text recogniser; returns its place, and the number of lines it was made with.

    Raises:
        BadInput: the pages cannot be read, or have too few lines of text.
        BadArguments: NNCF is not installed.
        ModelError: the weights cannot be had.
        OutputError: the store cannot be written.
    """
    from galley.engines.quantize import quantize_graph, require_quantizer
    from galley.pipelines.calibration import collect_lines

    require_quantizer()
    choices = OcrConfig().models()
    models = ensure_models([choices[step].name for step in ("detection", "recognition")], progress)
    recogniser, store = models[choices["recognition"].name], open_store()
    lines = collect_lines(_pages(inputs), models[choices["detection"].name], recogniser)
    if len(lines) < LEAST_LINES:
        raise BadInput(f"{counted(len(lines), 'line')} of text found; name pages with at least {LEAST_LINES}")
    chosen = random.Random(0).sample(lines, min(len(lines), MOST_LINES))
    with disk_errors(store.home), tempfile.TemporaryDirectory(dir=store.home, prefix="quantizing-") as scratch:
        built = Path(scratch) / "built"
        built.mkdir()
        versions = quantize_graph(recogniser.path, chosen, built / GRAPH)
        return place_quantized(recogniser, built, {"lines": len(chosen), "versions": versions}, store), len(chosen)


def _pages(inputs: Sequence[str]) -> Iterator[PageRef]:
    for page in list_pages(list(inputs)):
        if not isinstance(page, PageRef):
            raise BadInput(f"{page.path}: {page.message}")
        yield page
