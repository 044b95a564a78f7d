"""The one facade under the command line and the Python classes: settings and inputs in, outcomes out.

Runs in: parent. Loads no inference library: networks are opened by the workers.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any, Generic, TypeVar

from galley.answering.local import require_model_folder
from galley.answering.reach import require_servers
from galley.completion import OpenDocuments
from galley.config import DocUnderstandingConfig, PipelineConfig, Servers
from galley.devices import (
    Device,
    Slot,
    discover,
    limit_memory,
    parse_devices,
    plan_server_slots,
    plan_slots,
    require_devices,
    usable_cores,
)
from galley.engines import choose_engine, devices_of, has_gpu_engine, installed_engines
from galley.errors import BadArguments
from galley.fleet.inline import run_inline
from galley.fleet.limits import Limits
from galley.fleet.messages import Factory, FleetEvent
from galley.fleet.run import Fleet
from galley.foreign import ForeignConfig
from galley.inputs import InputOptions, PageCounter, list_pages
from galley.inputs.rows import list_questions
from galley.models.folder import read_folder
from galley.models.quantized import QUANTIZABLE, find_quantized
from galley.models.rules import Model
from galley.models.store import FetchProgress, ensure_models
from galley.outputs.files import require_folder
from galley.outputs.saving import SavePlan
from galley.pages import Document, Failed, FailureKind, Outcome, PageRef, Unit, Unreadable
from galley.pipelines.page_pipeline import PageJob

ConfigT = TypeVar("ConfigT", bound=PipelineConfig)
_RESULTS_PER_SLOT = 4
"""Results, in multiples of a slot's depth, that an ordered run of whole results may hold back for each slot."""
_ANSWERS_PER_SERVER = 8192
"""As many may be held back for each server: answers are small, and one may take minutes while others take none."""
_SERVER_DEATHS = 11
"""Times in a row that a server may be found away; with the pauses between, it has four minutes to come back."""
_GRACE = 60.0
"""Seconds that a worker gets beyond those of a question, which it counts itself."""


@dataclass(frozen=True, slots=True)
class Settings(Generic[ConfigT]):
    """Everything about a run except its inputs."""

    pipeline: ConfigT
    device: str | None = None
    """A device string; None takes the first GPU that can be used, else the CPU."""
    servers: Servers = field(default_factory=Servers)
    """In place of devices, where there are any."""
    instances_per_device: int = 1
    threads: int | None = None
    """Engine threads per instance; None for one per core of its share."""
    device_memory: int | None = None
    """MB of a GPU's memory that each network of each instance may take; None for all there is."""
    limits: Limits = field(default_factory=Limits)
    inputs: InputOptions = field(default_factory=InputOptions)
    save: SavePlan | None = None
    """Where workers write results; None hands whole results to the caller."""
    serial: bool = False
    """Run in this process, one page after another."""
    on_failure: str = "raise"


class Runner(Generic[ConfigT]):
    """A pipeline on its slots: opened at the first run, kept for the next, closed at the end.

    One run at a time: a second thread waits for its turn, and a run started inside another one of the same thread
    is an error, since it could never end.
    """

    def __init__(
        self,
        settings: Settings[ConfigT],
        fetch_progress: FetchProgress | None = None,
    ) -> None:
        """Check everything that can be checked without starting a process, and fetch missing models.

        Raises:
            BadArguments, DeviceError, ModelError, OutputError: the run could not work.
        """
        self.settings = settings
        self.slots = slots_of(settings)
        if settings.servers.urls:
            require_servers(settings.servers.urls)
        elif isinstance(settings.pipeline, DocUnderstandingConfig):
            require_model_folder(settings.pipeline.model_folder)
        if settings.save is not None and settings.save.folder is not None:
            require_folder(Path(settings.save.folder))
        self._factory = _factory(settings, _models(settings, fetch_progress))
        self._on_event: Callable[[FleetEvent], None] = _look_away
        self._on_listed: Callable[[PageRef | Unreadable], None] = _look_away
        self._fleet: Fleet | None = None
        self.counter = PageCounter()
        """Opens documents while they are listed."""
        self._turn = threading.Lock()
        self._owner: int | None = None

    def watch(self, on_event: Callable[[FleetEvent], None], on_listed: Callable[[PageRef | Unreadable], None]) -> None:
        """Tell a progress display what workers do and which pages are found, from the next run on."""
        self._on_event, self._on_listed = on_event, on_listed

    def run(self, inputs: Any, options: Any = None, *, ordered: bool = True) -> Generator[Outcome, None, None]:
        """One outcome for each page, for each input that yields none, and for each document that is made of its pages.

        Args:
            inputs: what `galley.inputs.list_pages` takes, and for DocUnderstanding mappings as well.
            options: the pipeline's per-page options; None for those of the settings.
            ordered: in input order, holding back at most `limits.window` results; else as they come.

        Raises:
            NoWorkerLeft: all workers died again and again.
            GalleyError: the pipeline could not be opened.
        """
        asks = isinstance(self.settings.pipeline, DocUnderstandingConfig)
        pages: Iterator[Unit] = (list_questions if asks else list_pages)(inputs, self.settings.inputs, self.counter)
        save = self.settings.save
        if save is None or save.documents is None:
            yield from self.run_pages(pages, options, ordered=ordered)
            return
        documents = OpenDocuments(save.documents, self.settings.inputs.pdf_password)
        for outcome in self.run_pages(documents.among(pages), options, ordered=ordered):
            documents.end(outcome)
            yield outcome
        # Those whose last pages were still in work when no page was left to give out.
        for outcome in self.run_pages(documents.ready(), options, ordered=ordered):
            documents.end(outcome)
            yield outcome

    def run_pages(
        self, pages: Iterator[Unit], options: Any = None, *, ordered: bool = True
    ) -> Generator[Outcome, None, None]:
        """As `run`, for pages that were listed elsewhere. Documents among them must be complete.

        Raises:
            NoWorkerLeft, GalleyError: as `run`.
        """
        if options is None:
            options = self.settings.pipeline.options
        self.settings.pipeline.check_options(options)
        if self._owner == threading.get_ident():
            raise BadArguments("this pipeline is in the middle of a run; finish it, or use a second pipeline")
        with self._turn:
            self._owner = threading.get_ident()
            try:
                yield from self._run(self._listed(pages), options, ordered)
            finally:
                self._owner = None

    def _run(self, pages: Iterator[Unit], options: Any, ordered: bool) -> Iterator[Outcome]:
        # Inputs that cannot be read, before the first that can: no reason yet to start a worker.
        for page in pages:
            if not isinstance(page, Unreadable):
                break
            yield Failed(page, FailureKind.UNREADABLE, page.message)
        else:
            return
        numbered = self._work(PageJob(each, options) for each in chain([page], pages))
        for outcome in in_order(numbered) if ordered else (outcome for _, outcome in numbered):
            yield replace(outcome, page=outcome.page.page)

    def _listed(self, pages: Iterator[Unit]) -> Iterator[Unit]:
        for page in pages:
            if not isinstance(page, Document):
                self._on_listed(page)
            yield page

    def _work(self, jobs: Iterable[PageJob]) -> Iterator[tuple[int, Outcome]]:
        if self.settings.serial:
            return run_inline(self._factory, self.slots[0], jobs)
        if self._fleet is None:
            self._fleet = Fleet(self._factory, self.slots, self._limits(), self._on_event)
        return self._fleet.run(jobs)

    def _limits(self) -> Limits:
        limits = self.settings.limits
        if self.settings.servers.urls:
            return _served_limits(limits, self.settings.servers.concurrency, len(self.slots))
        if isinstance(self.settings.pipeline, DocUnderstandingConfig):
            limits = limits.with_batches(max(limits.batch_size, self.settings.pipeline.batch_size))
        if self.settings.save is not None:
            return limits
        # Whole results hold page-size arrays: hold back no more than it takes to keep every slot busy.
        enough = _RESULTS_PER_SLOT * limits.depth * len(self.slots)
        return replace(limits, window=min(limits.window, enough))

    def close(self) -> None:
        """End all processes. A later run would start new ones."""
        self.counter.close()
        if self._fleet is not None:
            self._fleet.close()
            self._fleet = None


def _look_away(event: object) -> None:
    """An observer that does nothing."""


def _served_limits(limits: Limits, concurrency: int, slots: int) -> Limits:
    """For workers that wait for servers."""
    return replace(
        limits,
        batch_size=1,
        concurrency=concurrency,
        depth=concurrency + max(2, concurrency // 4),  # with pictures that are read ahead
        page_timeout=limits.page_timeout + _GRACE,
        max_deaths=_SERVER_DEATHS,
        window=max(limits.window, _ANSWERS_PER_SERVER * slots),
    )


def in_order(numbered: Iterable[tuple[int, Outcome]]) -> Iterator[Outcome]:
    """Outcomes by their number, 0 first; those that come early are held until their turn."""
    held: dict[int, Outcome] = {}
    turn = 0
    for number, outcome in numbered:
        held[number] = outcome
        while turn in held:
            yield held.pop(turn)
            turn += 1


def slots_of(settings: Settings[Any]) -> tuple[Slot, ...]:
    """The slots that the settings mean on this machine.

    Raises:
        BadArguments: the device string or a count is wrong.
        DeviceError: a device or an engine for it is not there; what is there is named.
    """
    if settings.servers.urls:
        if settings.device is not None:
            raise BadArguments(f"servers take the place of devices; leave out the device, {settings.device}")
        return plan_server_slots(
            len(settings.servers.urls), settings.instances_per_device, usable_cores(), settings.threads
        )
    found = discover()
    engine = settings.pipeline.engine.engine
    opens_itself = isinstance(settings.pipeline, ForeignConfig | DocUnderstandingConfig)
    if settings.device is None:
        devices: tuple[Device, ...] = (_default_device(engine, found, opens_itself),)
    else:
        devices = parse_devices(settings.device)
    require_devices(devices, found)
    if not opens_itself:
        for kind in {device.kind for device in devices}:
            choose_engine(engine, kind, installed_engines())
    slots = plan_slots(devices, settings.instances_per_device, usable_cores(), settings.threads)
    return limit_memory(slots, settings.device_memory)


def _default_device(engine: str | None, found: Mapping[str, int], opens_itself: bool) -> Device:
    """The first GPU if there is an engine for it, as far as that can be known here; else the CPU."""
    kinds = {"cpu", "gpu"} if engine is None else set(devices_of(engine))
    if not found.get("gpu") or "gpu" not in kinds:
        return Device("cpu")
    return Device("gpu") if opens_itself or kinds == {"gpu"} or has_gpu_engine() else Device("cpu")


def _models(settings: Settings[Any], progress: FetchProgress | None) -> dict[str, Model]:
    """The models at hand, by step; missing ones are fetched."""
    choices = settings.pipeline.models()
    models = {
        step: read_folder(choice.folder, choice.name) for step, choice in choices.items() if choice.folder is not None
    }
    stored = {step: choice.name for step, choice in choices.items() if choice.folder is None}
    fetched = ensure_models(stored.values(), progress)
    models |= {step: fetched[name] for step, name in stored.items()}
    if settings.pipeline.engine.precision != "int8":
        return models
    return {step: _with_quantized(model) for step, model in models.items()}


def _with_quantized(model: Model) -> Model:
    """The model with its int8 graph, if it is of a task that runs in int8."""
    return replace(model, quantized=find_quantized(model)) if model.task in QUANTIZABLE else model


def _factory(settings: Settings[Any], models: dict[str, Model]) -> Factory:
    if isinstance(settings.pipeline, ForeignConfig):
        return Factory(
            "galley.pipelines.foreign:open_foreign_pipeline",
            {"config": settings.pipeline, "inputs": settings.inputs, "save": settings.save},
        )
    if isinstance(settings.pipeline, DocUnderstandingConfig):
        return Factory(
            "galley.pipelines.doc_understanding:open_doc_understanding",
            {
                "config": settings.pipeline,
                "urls": settings.servers.urls,
                "seconds": settings.limits.page_timeout,
                "inputs": settings.inputs,
                "save": settings.save,
            },
        )
    return Factory(
        "galley.pipelines.page_pipeline:open_page_pipeline",
        {
            "config": settings.pipeline,
            "models": models,
            "inputs": settings.inputs,
            "save": settings.save,
        },
    )
