"""Somebody else's pipeline in a worker: opened by name, given pages as it would read them itself.

Runs in: worker (opened there by name), or in the parent's own process when a run is serial.

What it is given:
- for a file that holds one picture, the path, so that decoding, EXIF and `input_path` are its own;
- for a page of a PDF or TIFF file, the pixels, rendered as PaddleOCR renders them. A pipeline cannot know where
  these come from: `input_path`, `page_index` and `page_count` are set in its result where it has them as None;
- for an array or any other object, just that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from typing import Any

from galley.devices import Slot
from galley.errors import BadArguments, BadInput
from galley.foreign import FORMS, ForeignConfig, ForeignPage
from galley.inputs import InputOptions, PageLoader, page_stem
from galley.inputs.files import is_utf8, read_file
from galley.inputs.integrity import check_picture
from galley.outputs.saving import SavePlan, save_page
from galley.pages import PageKind, PageRef, Unreadable
from galley.pipelines.assembler import Predicting, with_documents
from galley.pipelines.capture import capture
from galley.pipelines.page_pipeline import PageJob
from galley.results import SavedPage
from galley.wording import counted


@dataclass(frozen=True, slots=True)
class Loaded:
    """A page as the pipeline gets it."""

    page: PageRef
    content: Any
    options: Mapping[str, Any]


class ForeignPipeline:
    """A `galley.fleet.messages.Pipeline` around any object with a `predict`."""

    def __init__(
        self, pipeline: Any, config: ForeignConfig, slot: Slot, inputs: InputOptions, save: SavePlan | None
    ) -> None:
        """Put the parts together; `save` None returns whole results instead of writing files."""
        self._pipeline = pipeline
        self._loader = PageLoader(inputs)
        self._max_pixels = inputs.max_pixels
        self._save = save
        formats = () if save is None else save.formats
        self._forms = config.keep if save is None else tuple(form for form in FORMS if form in formats)
        self._metadata = {"slot": slot.name, "pipeline": config.target, "device": device_of(slot)}

    def describe(self) -> Mapping[str, str]:
        """The class and the device it was told."""
        return {"pipeline": f"{self._metadata['pipeline']} on {self._metadata['device']}"}

    def load(self, job: PageJob) -> Loaded:
        """Make the page ready.

        Raises:
            BadInput: it cannot be read.
        """
        if isinstance(job.page, Unreadable):
            raise BadInput(job.page.message)
        assert isinstance(job.page, PageRef)
        return Loaded(job.page, self._content(job.page), job.options)

    def _content(self, page: PageRef) -> Any:
        if page.kind is PageKind.OBJECT:
            return page.content
        if page.kind is PageKind.IMAGE and page.path is not None and is_utf8(page.path):
            # Read here to tell damaged files from failing pipelines; it also brings the file into the cache.
            check_picture(read_file(page.path), self._max_pixels)
            return page.path
        return self._loader.load(page)

    def predict(self, loaded: Sequence[Loaded]) -> list[ForeignPage | SavedPage]:
        """One call of the pipeline's own predict for all of `loaded`.

        Raises:
            ValueError: it gave too few or too many results, or one of another page.
            TypeError: a result is not dict-like.
            OutputError: a file cannot be written.
            Exception: whatever the pipeline raises.
        """
        given = [one.content for one in loaded]
        answer = self._pipeline.predict(given, **loaded[0].options)
        results = list(islice(_results(answer), len(given) + 1))
        if len(results) != len(given):
            raise ValueError(_count_message(results, len(given)))
        for content, result in zip(given, results, strict=True):
            _require_result(content, result)
        captured = [self._capture(one.page, result) for one, result in zip(loaded, results, strict=True)]
        return [self._finish(page) for page in captured]

    def _capture(self, page: PageRef, result: Any) -> ForeignPage:
        if page.path is not None:
            set_origin(result, page)
        place = ForeignPage(page.path, page.index, page_stem(page), {}, {}, metadata=self._metadata)
        return capture(result, place, self._forms, complete=self._save is not None)

    def _finish(self, page: ForeignPage) -> ForeignPage | SavedPage:
        if self._save is None:
            return page
        return SavedPage(save_page(page, self._save), page.json(), self._metadata)

    def close(self) -> None:
        """Close the documents, and the pipeline if it has a `close`."""
        self._loader.close()
        close = getattr(self._pipeline, "close", None)
        if callable(close):
            close()


def open_foreign_pipeline(slot: Slot, config: ForeignConfig, inputs: InputOptions, save: SavePlan | None) -> Predicting:
    """Import the class and make one: what a worker's factory calls.

    Raises:
        BadArguments: the class cannot be imported, refuses its keywords, or has no `predict`.
        Exception: whatever else its constructor raises.
    """
    import_module("cv2").setNumThreads(slot.threads)
    make = _import(config.target)
    try:
        pipeline = make(**{**device_keywords(config, slot), **config.keywords})
    except (TypeError, ValueError) as error:
        raise BadArguments(f"{config.target} cannot be made: {type(error).__name__}: {error}") from error
    if not callable(getattr(pipeline, "predict", None)):
        raise BadArguments(f"{config.target} has no method predict")
    return with_documents(ForeignPipeline(pipeline, config, slot, inputs, save), save)


def device_of(slot: Slot) -> str:
    """The device in PaddleOCR's words: `cpu`, or `gpu:0`, since a worker sees only its own accelerator."""
    return "cpu" if slot.device.kind == "cpu" else f"{slot.device.kind}:0"


def device_keywords(config: ForeignConfig, slot: Slot) -> dict[str, Any]:
    """The device and, for PaddleOCR's classes, the number of threads, as keywords of the constructor.

    PaddleOCR tells `cpu_threads` to Paddle's own engine only; ONNX Runtime would start a thread for each core of
    the machine, whatever its process is bound to, unless `engine_config` says otherwise.
    """
    keywords: dict[str, Any] = {"device": device_of(slot)}
    if config.is_paddleocr:
        keywords["cpu_threads"] = slot.threads
        if config.keywords.get("engine") == "onnxruntime":
            keywords["engine_config"] = {"intra_op_num_threads": slot.threads}
    return keywords


def set_origin(result: Any, page: PageRef) -> None:
    """Where the page comes from, in a result that was made from its pixels."""
    if not isinstance(result, MutableMapping):
        return
    for key, value in (("input_path", page.path), ("page_index", page.index), ("page_count", page.count)):
        if key in result and result[key] is None and value is not None:
            result[key] = value


def _results(answer: Any) -> Iterable[Any]:
    if answer is None or isinstance(answer, (str, bytes, Mapping)) or not isinstance(answer, Iterable):
        raise TypeError(
            f"predict gave a {type(answer).__name__}; it must give one result for each element of the batch"
        )
    return answer


def _count_message(results: Sequence[Any], expected: int) -> str:
    many = "more" if len(results) > expected else str(len(results))
    message = f"the pipeline gave {many} results for {counted(expected, 'page')}"
    errors = [str(each["error"]) for each in results if _is_error(each)]
    return f"{message}: {errors[0]}" if errors else message


def _is_error(result: Any) -> bool:
    """Whether it is PaddleX's report of wrong settings, which comes as one result more."""
    return isinstance(result, Mapping) and set(result) == {"error"}


def _require_result(content: Any, result: Any) -> None:
    """Refuse what is no result of `content` although the count is right: one page forgotten, another done twice.

    Raises:
        ValueError: it is a report of an error, or says that it is of another file.
    """
    if _is_error(result):
        raise ValueError(f"the pipeline gave an error instead of a result: {result['error']}")
    said = result.get("input_path") if isinstance(result, Mapping) else None
    if isinstance(content, str) and isinstance(said, str) and said != content:
        raise ValueError(f"the pipeline gave a result of {said!r} for {content!r}")


def _import(target: str) -> Any:
    module, _, name = target.partition(":")
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise BadArguments(f"{target} cannot be imported: {type(error).__name__}: {error}") from error
