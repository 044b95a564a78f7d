"""`ParallelPipeline`: any pipeline, named, on many devices, with the interface of a single one.

Runs in: parent.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from types import TracebackType
from typing import Any, Protocol

from galley.api import Runner, Settings
from galley.compat.foreign_results import ForeignResult
from galley.compat.gathering import collect, gather
from galley.compat.names import NamedPipeline, Origin, resolve
from galley.errors import BadArguments
from galley.foreign import DEFAULT_KEEP, ForeignConfig
from galley.inputs import InputOptions
from galley.inputs.objects import list_units

_INPUTS = ("pdf_password", "pdf_scale", "max_pixels")


class ParallelPipeline:
    """A pipeline of PaddleOCR, of your own or of Galley, in many processes, as if it were one object.

        with ParallelPipeline("paddleocr:PPStructureV3", device="gpu:0,1", instances_per_device=2) as pipeline:
            for result in pipeline.predict_iter("scans/"):
                result.save_to_markdown("output")

    Each worker process makes one object of the class, with `device="gpu:0"` (it sees only its own GPU) or
    `device="cpu"` and the keywords given here, and calls its `predict` with `batch_size` pages at a time.

    Args:
        pipeline: `paddleocr:PPStructureV3` (any pipeline class of an installed PaddleOCR),
            `package.module:Class` (made with `device=`; its `predict(batch)` gives one dict-like result for
            each element), or the name of a class of Galley's own, such as `DocPreprocessor`.
        device: such as `gpu:0,1,2,3`, `gpu:0-3`, `cpu:0,1`, `gpu:0,1+cpu:0`; None for the first GPU, else CPU.
        instances_per_device: objects, each in its own process, on each device.
        batch_size: pages in one call of `predict`. If it raises, they are tried one by one.
        keep: what of a result is sent back beside its plain fields and its JSON: any of `arrays` (the
            page-size arrays and pictures it holds), `html`, `xlsx` and `markdown`, which are the default, and
            `img` and `word`, which have to be drawn for each page. `()` is the fastest and needs the least
            memory; `("arrays", "html", "xlsx", "markdown", "img")` leaves nothing to be desired.
        as_objects: hand paths and arrays to the pipeline as they are, instead of page by page.
        page_timeout: seconds that one page may take.
        max_tries: how often a page that kills its worker is tried.
        on_failure: what `predict` does once all pages are done and some have failed: `raise`, or `skip`.
        serial: run in this process, for debugging.
        pdf_password: password of encrypted PDF files.
        pdf_scale: scale at which PDF pages are rendered; 1 is 72 dpi, the default 2.
        max_pixels: largest picture that is decoded.
        options: keywords of the constructor whose names are taken by those above.
        keywords: all other keywords of the constructor.
    """

    def __init__(
        self,
        pipeline: str,
        *,
        device: str | None = None,
        instances_per_device: int = 1,
        batch_size: int = 1,
        keep: Sequence[str] | None = None,
        as_objects: bool = False,
        page_timeout: float | None = None,
        max_tries: int | None = None,
        on_failure: str = "raise",
        serial: bool = False,
        pdf_password: str | None = None,
        pdf_scale: float | None = None,
        max_pixels: int | None = None,
        options: Mapping[str, Any] | None = None,
        **keywords: Any,
    ) -> None:
        """Check what can be checked without opening the pipeline; workers open it when they are first needed.

        Raises:
            BadArguments: there is no such pipeline, or a value is wrong. Also a ValueError.
            DeviceError: a device that is not there.
        """
        given = {
            "device": device,
            "instances_per_device": instances_per_device,
            "page_timeout": page_timeout,
            "max_tries": max_tries,
            "on_failure": on_failure,
            "serial": serial,
            "pdf_password": pdf_password,
            "pdf_scale": pdf_scale,
            "max_pixels": max_pixels,
        }
        given = {name: value for name, value in given.items() if value is not None}
        named = resolve(pipeline)
        keywords = {**keywords, **({} if options is None else options)}
        self._pipeline: _Predicting
        if named.origin is Origin.GALLEY:
            if keep is not None or as_objects or batch_size != 1:
                raise BadArguments(f"{pipeline} is Galley's own: it takes no batch_size, keep or as_objects")
            self._pipeline = _open_own(named, {**given, **keywords})
        else:
            config = foreign_config(named, keywords, DEFAULT_KEEP if keep is None else keep)
            self._pipeline = _Foreign(_settings(config, given, batch_size), as_objects)

    def predict(self, input: Any, **options: Any) -> list[Any]:  # noqa: A002 - PaddleOCR's name
        """The results of all pages, in input order.

        Args:
            input: a path, folder, glob, PDF, URL or BGR array (h, w, 3), a list or iterator of these; or, for a
                pipeline that understands them, mappings or any other objects that can be pickled.
            options: keywords of the pipeline's own `predict`; they go along with every page.

        Raises:
            BadArguments: the pipeline cannot be opened so, or an option cannot be sent to a worker.
            PagesFailed: some pages have no result; `failures` says which and why, `results` holds all others.
            NoWorkerLeft: all workers died again and again.
        """
        return collect(self.predict_iter(input, **options))

    def predict_iter(self, input: Any, **options: Any) -> Iterator[Any]:  # noqa: A002 - PaddleOCR's name
        """As `predict`, but each result as soon as it and all before it are there, in bounded memory."""
        return self._pipeline.predict_iter(input, **options)

    def close(self) -> None:
        """End all workers. The pipeline can be used again; it then starts new ones."""
        self._pipeline.close()

    def __enter__(self) -> ParallelPipeline:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Predicting(Protocol):
    def predict_iter(self, input: Any, **options: Any) -> Iterator[Any]: ...  # noqa: A002 - PaddleOCR's name

    def close(self) -> None: ...


class _Foreign:
    """A pipeline that only workers open."""

    def __init__(self, settings: Settings[ForeignConfig], as_objects: bool) -> None:
        self._settings = settings
        self._as_objects = as_objects
        self._runner = Runner(settings)

    def predict_iter(self, input: Any, **options: Any) -> Iterator[ForeignResult]:  # noqa: A002 - PaddleOCR's name
        _require_picklable("predict", options)
        units = list_units(input, self._settings.inputs, self._runner.counter, as_objects=self._as_objects)
        outcomes = self._runner.run_pages(units, options)
        return gather(outcomes, ForeignResult, self._settings.on_failure)

    def close(self) -> None:
        self._runner.close()


def _open_own(named: NamedPipeline, keywords: Mapping[str, Any]) -> _Predicting:
    module, _, name = named.target.partition(":")
    pipeline: _Predicting = getattr(import_module(module), name)(**keywords)
    return pipeline


def foreign_config(named: NamedPipeline, keywords: Mapping[str, Any], keep: Sequence[str]) -> ForeignConfig:
    """The configuration of a pipeline that is not Galley's own.

    Raises:
        BadArguments: a keyword cannot be sent to a worker, or `keep` names something unknown.
    """
    _require_picklable(named.name, keywords)
    return ForeignConfig(named.target, dict(keywords), named.origin is Origin.PADDLEOCR, tuple(keep))


def _settings(config: ForeignConfig, given: Mapping[str, Any], batch_size: int) -> Settings[ForeignConfig]:
    if given["on_failure"] not in ("raise", "skip"):
        raise BadArguments(f"on_failure={given['on_failure']!r}; choose from raise, skip")
    limits = {name: given[name] for name in ("page_timeout", "max_tries") if name in given}
    defaults = Settings(config)
    return replace(
        defaults,
        device=given.get("device"),
        instances_per_device=given["instances_per_device"],
        threads=config.keywords.get("cpu_threads") if config.is_paddleocr else None,
        limits=replace(defaults.limits, **limits).with_batches(batch_size),
        inputs=InputOptions(**{name: given[name] for name in _INPUTS if name in given}),
        serial=given["serial"],
        on_failure=given["on_failure"],
    )


def _require_picklable(owner: str, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        try:
            pickle.dumps(value)
        except Exception as error:
            raise BadArguments(f"{owner}: {name} cannot be sent to a worker process: {error}") from error
