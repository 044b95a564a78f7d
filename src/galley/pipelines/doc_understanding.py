"""DocUnderstanding in a worker: find the picture of a question, ask, write the answer.

Runs in: worker (opened there by name), or in the parent's own process when a run is serial.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from typing import Any

from galley.answering.reach import why_unreachable
from galley.answering.values import Answer, Answerer, Question
from galley.config import DocUnderstandingConfig
from galley.devices import Slot
from galley.errors import BadInput, DeviceLost, ModelError
from galley.inputs import InputOptions, PageLoader, page_stem
from galley.inputs.encoding import encode_page
from galley.inputs.rows import Row, read_row
from galley.outputs.saving import SavePlan, save_page
from galley.pages import PageKind, PageRef, Unreadable
from galley.pipelines.assembler import Predicting, with_documents
from galley.pipelines.page_pipeline import PageJob
from galley.results import SavedPage, UnderstoodPage

_USAGE = ("prompt_tokens", "completion_tokens", "seconds", "requests", "finish_reason")


@dataclass(frozen=True, slots=True, eq=False)
class LoadedQuestion:
    """A question with its picture, ready to be asked."""

    row: Row
    name: str
    question: Question


class DocUnderstanding:
    """A `galley.fleet.messages.Pipeline` around whoever answers; `predict` may be called by several threads."""

    def __init__(self, answerer: Answerer, slot: Slot, inputs: InputOptions, save: SavePlan | None) -> None:
        """Put the parts together; `save` None returns whole results instead of writing files."""
        self._answerer = answerer
        self._inputs = inputs
        self._loader = PageLoader(inputs)
        self._save = save
        self._metadata = {"slot": slot.name, "answered_by": answerer.describe()}

    def describe(self) -> Mapping[str, str]:
        """Which model, and where."""
        return {"model": self._answerer.describe()}

    def load(self, job: PageJob) -> LoadedQuestion:
        """Find the picture and read it.

        Raises:
            BadInput: there is no question, or its picture cannot be read.
        """
        if isinstance(job.page, Unreadable):
            raise BadInput(job.page.message)
        assert isinstance(job.page, PageRef)
        row = self._row(job.page)
        query = row.query if row.query is not None else job.options.query
        if query is None:
            raise BadInput("there is no question: give a query, in the row or for all pages")
        row = replace(row, fields={**row.fields, "query": query})
        picture = encode_page(row.page, self._loader, self._inputs) if self._answerer.encoded else self._pixels(row)
        return LoadedQuestion(row, page_stem(job.page), Question(query, picture, job.options))

    def _row(self, page: PageRef) -> Row:
        if page.kind in (PageKind.ROW, PageKind.OBJECT):
            return read_row(page, self._inputs)
        return Row({"image": page.path if page.path is not None else page.pixels}, None, page, page.path)

    def _pixels(self, row: Row) -> Any:
        return self._loader.load(row.page)

    def predict(self, loaded: Sequence[LoadedQuestion]) -> list[UnderstoodPage | SavedPage]:
        """Ask, and write the answers where that is asked for.

        Raises:
            NoAnswer, DeviceLost: see `galley.answering.values.Answerer`.
            OutputError: a file cannot be written.
        """
        answers = self._answerer.answer([one.question for one in loaded])
        return [self._finish(one, answer) for one, answer in zip(loaded, answers, strict=True)]

    def _finish(self, one: LoadedQuestion, answer: Answer) -> UnderstoodPage | SavedPage:
        values = asdict(answer)
        usage = {name: values[name] for name in _USAGE if values[name] is not None}
        metadata = {**self._metadata, "model": answer.model, "usage": usage}
        row = one.row
        result = UnderstoodPage(row.source, row.page.index, one.name, row.fields, answer.text, usage, metadata)
        return result if self._save is None else SavedPage(save_page(result, self._save), result.json(), metadata)

    def close(self) -> None:
        """Release the model or the connections, and the documents that are open."""
        self._loader.close()
        self._answerer.close()


def open_doc_understanding(
    slot: Slot,
    config: DocUnderstandingConfig,
    urls: Sequence[str],
    seconds: float,
    inputs: InputOptions,
    save: SavePlan | None,
) -> Predicting:
    """Open the slot's server or model: what a worker's factory calls.

    Args:
        slot: its device's number is that of its server in `urls`.
        config: which model.
        urls: of servers in place of devices; none for a model in this process.
        seconds: that one question may take at a server.
        inputs: how pictures are read.
        save: where results are written; None returns them.

    Raises:
        DeviceLost, DeviceError, ModelError: see the two answerers.
    """
    url = urls[slot.device.index] if urls else None
    reason = None if url is None else why_unreachable(url)
    if reason is not None:
        raise DeviceLost(f"{url}: {reason}")
    import_module("cv2").setNumThreads(slot.threads)
    answerer: Answerer
    if url is not None:
        answerer = import_module("galley.answering.server").ServerAnswerer(url, config.model_name, seconds)
    else:
        if config.model_folder is None:
            raise ModelError("DocUnderstanding was opened with neither a model folder nor a server")
        local = import_module("galley.answering.local")
        answerer = local.LocalAnswerer(config.model_folder, config.engine.precision, slot)
    return with_documents(DocUnderstanding(answerer, slot, inputs, save), save)
