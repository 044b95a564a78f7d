"""OCR: how much of a worker's time its networks run, with all workers at work.

Runs in: parent (the command) and worker (`Profiled`, opened by name in the fleet's ordinary workers).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Any

if __name__ == "__main__":  # find the package `benchmarks`, as `python -m` does
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.documents import list_files, select
from benchmarks.environments import ROOT
from benchmarks.phases import LOAD, OTHER, Stopwatch
from benchmarks.report import publish, table
from galley.config import EngineConfig, OcrConfig, OcrOptions, PreprocessingOptions
from galley.devices import Slot, parse_devices, plan_slots, usable_cores
from galley.fleet.messages import Factory
from galley.fleet.run import Fleet
from galley.inputs import InputOptions
from galley.models.quantized import find_quantized
from galley.models.store import ensure_models
from galley.pages import Done, PageRef
from galley.pipelines.page_pipeline import PageJob

DETECTION, RECOGNITION = "detection network", "recognition network"
BETWEEN = "between pages: results to the parent, the next page from it"
GOAL = 0.92
"""Part of a worker's time in its networks."""


class Profiled:
    """The page pipeline, whose results are the seconds of each phase."""

    def __init__(self, slot: Slot, arguments: Mapping[str, Any]) -> None:
        """`arguments`: those of `galley.pipelines.page_pipeline.open_page_pipeline`, without the slot."""
        from galley.pipelines import detector, page_pipeline, recognizer

        self._clock = Stopwatch()
        self._clock.watch_sessions(detector, DETECTION)
        self._clock.watch_sessions(recognizer, RECOGNITION)
        self._pipeline = page_pipeline.open_page_pipeline(slot, **arguments)

    def describe(self) -> Mapping[str, str]:
        """What runs."""
        return self._pipeline.describe()

    def load(self, page: Any) -> Any:
        """The page with its pixels, and how long that took; it may be loaded while another is read."""
        start = time.perf_counter()
        return self._pipeline.load(page), time.perf_counter() - start

    def predict(self, loaded: Sequence[Any]) -> list[dict[str, float]]:
        """Seconds by phase for the one page."""
        ((page, loading),) = loaded
        self._clock.seconds.clear()
        start = time.perf_counter()
        self._pipeline.predict([page])
        whole = time.perf_counter() - start
        seconds = dict(self._clock.seconds)
        return [{**seconds, OTHER: whole - sum(seconds.values()), LOAD: loading}]

    def close(self) -> None:
        """Release the networks."""
        self._pipeline.close()


@dataclass(frozen=True, slots=True)
class Shares:
    """Parts of the workers' time, over all of them."""

    phases: Mapping[str, float]
    """Mean seconds per page."""
    networks: Mapping[str, float]
    """For each worker, the part of its time from its first page to its last in which its networks ran."""


def profile(slots: Sequence[Slot], pages: Sequence[PageRef], precision: str) -> Shares:
    """Do all pages twice: the first time is not counted."""
    steps = PreprocessingOptions(use_doc_preprocessor=False)
    config = OcrConfig(
        options=OcrOptions(preprocessing=steps, use_textline_orientation=False),
        engine=EngineConfig(precision=precision),
    )
    jobs = [PageJob(page, config.options) for page in pages]
    arguments = {
        "config": config,
        "models": _models(config),
        "inputs": InputOptions(),
        "save": None,
    }
    found: dict[str, list[dict[str, float]]] = {slot.name: [] for slot in slots}
    ends = dict.fromkeys(found, 0.0)
    with Fleet(Factory("benchmarks.ocr_phases:Profiled", {"arguments": arguments}), slots) as fleet:
        for _ in fleet.run(jobs):
            pass
        start = time.perf_counter()
        for _, outcome in fleet.run(jobs):
            if not isinstance(outcome, Done):
                raise RuntimeError(f"{outcome.page}: {outcome.message}")
            found[outcome.slot].append(outcome.result)
            ends[outcome.slot] = time.perf_counter()
    return _shares(found, {slot: end - start for slot, end in ends.items() if found[slot]}, len(pages))


def _shares(found: Mapping[str, Sequence[Mapping[str, float]]], walls: Mapping[str, float], pages: int) -> Shares:
    every = [page for results in found.values() for page in results]
    phases = {phase: fmean(page.get(phase, 0.0) for page in every) for phase in (DETECTION, RECOGNITION, OTHER, LOAD)}
    busy = sum(phases[phase] for phase in (DETECTION, RECOGNITION, OTHER)) * pages
    phases[BETWEEN] = (sum(walls.values()) - busy) / pages
    networks = {
        slot: sum(page.get(DETECTION, 0.0) + page.get(RECOGNITION, 0.0) for page in found[slot]) / wall
        for slot, wall in walls.items()
    }
    return Shares(phases, networks)


def _models(config: OcrConfig) -> dict[str, Any]:
    models = {}
    for step, choice in config.models().items():
        model = ensure_models([choice.name])[choice.name]
        wanted = config.engine.precision == "int8" and step == "recognition"
        models[step] = replace(model, quantized=find_quantized(model)) if wanted else model
    return models


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("inputs", type=Path, nargs="*", default=[ROOT / "samples"], help="files and folders")
    parser.add_argument("--device", default="cpu:0,1", help="the workers' devices")
    parser.add_argument("--precision", default="auto", help="arithmetic of the networks")
    parser.add_argument("--max-megapixels", type=float, default=12.0, help="leave out files with larger pages")
    parser.add_argument("--json", type=Path, help="write all measurements to this file")
    arguments = parser.parse_args()
    pages, _ = select(list_files(arguments.inputs), arguments.max_megapixels)
    slots = plan_slots(parse_devices(arguments.device), 1, usable_cores())
    shares = profile(slots, pages, arguments.precision)
    rows = [[phase, f"{seconds * 1000:.1f}"] for phase, seconds in shares.phases.items()]
    parts = ", ".join(f"`{slot}` {part:.3f}" for slot, part in shares.networks.items())
    about = (
        f"{len(pages)} pages on `{arguments.device}`, precision {arguments.precision}, pages seen before. Files are "
        f"read while another page is recognised. Part of each worker's time in its networks: {parts} (goal {GOAL})."
    )
    data = {"phases": dict(shares.phases), "networks": dict(shares.networks)}
    publish("ocr_phases", [table(["phase", "ms per page"], rows), about], data, arguments.json)


if __name__ == "__main__":
    main()
