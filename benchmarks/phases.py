"""Where a page's time goes in a worker of DocPreprocessor, step by step.

Runs in: worker (`Profiled`, opened by name in the fleet's ordinary workers) and parent (`profile`).

The steps are the pipeline's own functions, replaced in the modules that call them by versions that keep time.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from benchmarks.network_cost import Core
from galley.config import DocPreprocessorConfig
from galley.devices import Slot
from galley.fleet.limits import Limits
from galley.fleet.messages import Factory
from galley.fleet.run import Fleet
from galley.inputs import InputOptions
from galley.models.rules import Model, UnwarpRules
from galley.pages import Done, Outcome, PageRef

LOAD = "read and decode"
PREPARE_ORIENTATION = "scale for the orientation network"
ORIENTATION = "orientation network"
TURN = "turn"
PREPARE_UNWARPING = "scale for the unwarping network"
UNWARPING = "unwarping network"
SAMPLE = "sample the flat page"
OTHER = "everything else in the worker"
TRANSFER = "send the result to the parent, and hear of the next page"
PHASES = (LOAD, PREPARE_ORIENTATION, ORIENTATION, TURN, PREPARE_UNWARPING, UNWARPING, SAMPLE, OTHER, TRANSFER)

_ONE_AT_A_TIME = Limits(depth=1)


class Stopwatch:
    """Seconds by phase."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def timed(self, function: Callable[..., Any], phase: str) -> Callable[..., Any]:
        """`function`, counted under `phase`."""

        def call(*arguments: Any, **keywords: Any) -> Any:
            start = time.perf_counter()
            try:
                return function(*arguments, **keywords)
            finally:
                self.seconds[phase] += time.perf_counter() - start

        return call

    def watch(self, owner: Any, name: str, phase: str) -> None:
        """Count every call of the function `name` of the module or object `owner`."""
        setattr(owner, name, self.timed(getattr(owner, name), phase))

    def watch_sessions(self, owner: Any, phase: str) -> None:
        """Count every run of the sessions that the module `owner` opens."""
        open_session = owner.open_network

        def open_watched(*arguments: Any, **keywords: Any) -> Any:
            session = open_session(*arguments, **keywords)
            self.watch(session, "run", phase)
            return session

        owner.open_network = open_watched


class Profiled:
    """Galley's page pipeline, whose results are the seconds of each phase."""

    def __init__(self, slot: Slot, arguments: Mapping[str, Any]) -> None:
        """`arguments`: those of `galley.pipelines.page_pipeline.open_page_pipeline`, without the slot."""
        from galley.pipelines import classifier, doc_preprocessor, page_pipeline, unwarper

        self._clock = Stopwatch()
        for name in ("resize_short", "crop_centre", "normalise"):
            self._clock.watch(classifier, name, PREPARE_ORIENTATION)
        self._clock.watch_sessions(classifier, ORIENTATION)
        self._clock.watch(doc_preprocessor, "turn", TURN)
        self._clock.watch(unwarper, "grid_input", PREPARE_UNWARPING)
        self._clock.watch_sessions(unwarper, UNWARPING)
        self._clock.watch(unwarper, "sample_grid", SAMPLE)
        self._pipeline = page_pipeline.open_page_pipeline(slot, **arguments)

    def describe(self) -> Mapping[str, str]:
        """What runs."""
        return self._pipeline.describe()

    def load(self, page: Any) -> Any:
        """The page with its pixels."""
        self._clock.seconds.clear()
        return self._clock.timed(self._pipeline.load, LOAD)(page)

    def predict(self, loaded: Sequence[Any]) -> list[dict[str, float]]:
        """Seconds by phase for the one page."""
        start = time.perf_counter()
        self._pipeline.predict(loaded)
        total = time.perf_counter() - start
        seconds = dict(self._clock.seconds)
        seconds[OTHER] = total - sum(value for phase, value in seconds.items() if phase != LOAD)
        return [seconds]

    def close(self) -> None:
        """Release the networks."""
        self._pipeline.close()


@dataclass(frozen=True, slots=True)
class Profile:
    """Mean seconds per page by phase, in one worker."""

    alone: Mapping[str, float]
    """With one worker at work."""
    together: Mapping[str, float]
    """With all workers at work at once."""
    core: Mapping[str, float]
    """Operations per second of one core under `peak`; operations of each network under its phase."""
    runs_on: Mapping[str, str]
    """What the networks ran on."""


def profile(slots: Sequence[Slot], pages: Sequence[PageRef], models: Mapping[str, Model]) -> Profile:
    """Do all pages in one worker, and again in all of them at once, one page at a time in each.

    Args:
        slots: the workers' slots; the first is the one that works alone.
        pages: at least one.
        models: by step, as DocPreprocessor takes them.
    """
    from galley.pipelines.page_pipeline import PageJob

    config = DocPreprocessorConfig()
    jobs = [PageJob(page, config.options) for page in pages]
    arguments = {
        "config": config,
        "models": models,
        "inputs": InputOptions(),
        "save": None,
    }
    profiled = Factory("benchmarks.phases:Profiled", {"arguments": arguments})
    plain = Factory("galley.pipelines.page_pipeline:open_page_pipeline", arguments)
    alone, runs_on = _phases(profiled, slots[:1], jobs)
    together, _ = _phases(profiled, slots, jobs)
    return Profile(
        {**alone, TRANSFER: _transfer(plain, slots[:1], jobs)},
        {**together, TRANSFER: _transfer(plain, slots, jobs)},
        _core(slots[0], models),
        runs_on,
    )


def _phases(factory: Factory, slots: Sequence[Slot], jobs: Sequence[Any]) -> tuple[dict[str, float], dict[str, str]]:
    """Mean seconds by phase, and what the networks ran on."""
    runs_on: dict[str, str] = {}

    def note(event: Any) -> None:
        runs_on.update(getattr(event, "description", {}))

    with Fleet(factory, slots, _ONE_AT_A_TIME, note) as fleet:
        _work(fleet, [jobs[0]] * len(slots))
        results = [outcome.result for outcome in _work(fleet, jobs)]
    return {phase: fmean(result.get(phase, 0.0) for result in results) for phase in PHASES[:-1]}, runs_on


def _transfer(factory: Factory, slots: Sequence[Slot], jobs: Sequence[Any]) -> float:
    """Mean seconds per page that a worker with whole results spends between its pages.

    Each worker is followed to its own last result, so that waiting for the others at the end does not count.
    """
    last: dict[str, float] = {}
    busy: defaultdict[str, float] = defaultdict(float)
    with Fleet(factory, slots, _ONE_AT_A_TIME) as fleet:
        _work(fleet, [jobs[0]] * len(slots))
        start = time.perf_counter()
        for _, outcome in fleet.run(jobs):
            done = _succeeded(outcome)
            last[done.slot] = time.perf_counter()
            busy[done.slot] += done.seconds
    return sum(end - start - busy[slot] for slot, end in last.items()) / len(jobs)


def _work(fleet: Fleet, jobs: Sequence[Any]) -> list[Done]:
    return [_succeeded(outcome) for _, outcome in fleet.run(jobs)]


def _succeeded(outcome: Outcome) -> Done:
    """The outcome, if the page has a result.

    Raises:
        RuntimeError: it has none.
    """
    if isinstance(outcome, Done):
        return outcome
    raise RuntimeError(f"{outcome.page}: {outcome.message}")


def _core(slot: Slot, models: Mapping[str, Model]) -> dict[str, float]:
    unwarping = models["unwarping"]
    assert isinstance(unwarping.rules, UnwarpRules)
    assert unwarping.rules.size is not None
    width, height = unwarping.rules.size
    outputs = None if unwarping.rules.output is None else [unwarping.rules.output]
    networks = {
        ORIENTATION: (models["orientation"].path, None, (1, 3, 224, 224)),
        UNWARPING: (unwarping.path, outputs, (1, 3, height, width)),
    }
    with Fleet(Factory(f"{Core.__module__}:Core", {"networks": networks}), [slot]) as fleet:
        answer: dict[str, float] = _work(fleet, [None])[0].result
    return answer
