"""The whole life of a page in a worker: load its pixels, process them, write the files.

Runs in: worker (opened there by name), or in the parent's own process when a run is serial.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from typing import Any, Protocol, runtime_checkable

from galley.config import DocPreprocessorConfig, OcrConfig, SealConfig, StructureConfig, TableConfig
from galley.devices import Slot
from galley.engines import EngineInfo
from galley.errors import BadInput
from galley.inputs import InputOptions, PageLoader
from galley.models.rules import Model
from galley.outputs.saving import SavePlan, save_page
from galley.pages import PageRef, Unit, Unreadable
from galley.pipelines.assembler import Predicting, with_documents
from galley.results import Image, PageResult, SavedPage
from galley.results.text_layer import TextLayer

PIPELINES: Mapping[type, str] = {
    DocPreprocessorConfig: "galley.pipelines.doc_preprocessor:DocPreprocessor",
    OcrConfig: "galley.pipelines.ocr:Ocr",
    TableConfig: "galley.pipelines.table_recognition:TableRecognition",
    StructureConfig: "galley.pipelines.structure:Structure",
    SealConfig: "galley.pipelines.seal_recognition:SealRecognition",
}
"""Configuration -> `module:class` of its pipeline, imported only in the process that runs it."""


class ImagePipeline(Protocol):
    """What a pipeline offers; its constructor takes `(config, models, slot)`."""

    def networks(self) -> Mapping[str, EngineInfo]:
        """What each open network really runs on."""
        ...

    def process(self, image: Image, page: PageRef, options: Any) -> PageResult:
        """The result of one page."""
        ...

    def close(self) -> None:
        """Release the networks."""
        ...


@dataclass(frozen=True, slots=True)
class PageJob:
    """One unit of work, as it travels to a worker."""

    page: Unit
    """An input that is known to be unreadable travels too, so that all outcomes take one way; and so do documents."""
    options: Any
    """The pipeline's per-page options."""


@dataclass(frozen=True, slots=True)
class LoadedPage:
    """A page with its pixels, ready to be processed."""

    page: PageRef
    options: Any
    image: Image
    layer: TextLayer | None = None
    """The text that it brought along, where the pipeline asked for that."""


@runtime_checkable
class LayeredPipeline(Protocol):
    """An `ImagePipeline` that can do with the text that a page of a PDF file brings along."""

    def process_layered(self, image: Image, page: PageRef, options: Any, layer: TextLayer) -> PageResult:
        """The result of one page, of its text or, if that cannot be trusted, of its pixels."""
        ...


@runtime_checkable
class JoiningPipeline(Protocol):
    """An `ImagePipeline` that can take several pages at once."""

    def process_together(self, pages: Sequence[tuple[Image, PageRef, Any]]) -> Sequence[PageResult]:
        """The result of each page."""
        ...


class PagePipeline:
    """One pipeline with the loading before and the saving after it: a `galley.fleet.messages.Pipeline`."""

    def __init__(self, pipeline: ImagePipeline, slot: Slot, inputs: InputOptions, save: SavePlan | None) -> None:
        """Put the parts together; `save` None returns whole results instead of writing files."""
        self._pipeline = pipeline
        self._loader = PageLoader(inputs)
        self._save = save
        # Pages of PDF files go into searchable PDF as they are: then it matters whether they have text already.
        self._keeps_pages = save is not None and "pdf" in save.formats
        self._metadata = {
            "slot": slot.name,
            "networks": {k: asdict(v) for k, v in pipeline.networks().items()},
        }

    def describe(self) -> Mapping[str, str]:
        """Engine, device and precision of the open networks: in one entry where they are the same."""
        words = {
            step: f"{info.engine} {info.version}, {info.precision} on {info.device}"
            for step, info in self._pipeline.networks().items()
        }
        return {"networks": next(iter(words.values()))} if len(set(words.values())) == 1 else words

    def load(self, job: PageJob) -> LoadedPage:
        """Read and decode the page.

        Raises:
            BadInput: it cannot be read.
        """
        if isinstance(job.page, Unreadable):
            raise BadInput(job.page.message)
        assert isinstance(job.page, PageRef)
        image = self._loader.load(job.page)
        layer = self._loader.load_layer(job.page, image.shape[:2]) if self._wants_layer(job.options) else None
        return LoadedPage(job.page, job.options, image, layer)

    def _wants_layer(self, options: Any) -> bool:
        return isinstance(self._pipeline, LayeredPipeline) and (options.pdf_text != "never" or self._keeps_pages)

    def predict(self, loaded: Sequence[LoadedPage]) -> list[PageResult | SavedPage]:
        """Process pages, together where the pipeline can, and write their files where that is asked for."""
        if isinstance(self._pipeline, JoiningPipeline) and all(one.layer is None for one in loaded):
            together = self._pipeline.process_together([(one.image, one.page, one.options) for one in loaded])
            return [self._finish(result) for result in together]
        return [self._finish(self._process(one)) for one in loaded]

    def _process(self, one: LoadedPage) -> PageResult:
        if one.layer is not None and isinstance(self._pipeline, LayeredPipeline):
            return self._pipeline.process_layered(one.image, one.page, one.options, one.layer)
        return self._pipeline.process(one.image, one.page, one.options)

    def _finish(self, result: PageResult) -> PageResult | SavedPage:
        metadata = {**self._metadata, **result.metadata}
        if self._save is None:
            return replace(result, metadata=metadata)
        return SavedPage(save_page(result, self._save), result.json(), metadata)

    def close(self) -> None:
        """Release the networks and the documents that are open."""
        self._loader.close()
        self._pipeline.close()


def open_page_pipeline(
    slot: Slot,
    config: Any,
    models: Mapping[str, Model],
    inputs: InputOptions,
    save: SavePlan | None,
) -> Predicting:
    """Open the pipeline of that configuration in this process: what a worker's factory calls."""
    # The slot's cores belong to its network; OpenCV's own threads would compete with the other workers'.
    import_module("cv2").setNumThreads(slot.threads)
    module, _, name = PIPELINES[type(config)].partition(":")
    opened = getattr(import_module(module), name)(config, models, slot)
    return with_documents(PagePipeline(opened, slot, inputs, save), save)
