"""A pipeline that does what the input file says, and a runner for it. Workers open it by `open_act`."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from galley.devices import Device, Slot, plan_slots, usable_cores
from galley.errors import BadInput, OutputError
from galley.fleet.limits import Limits
from galley.fleet.messages import Factory, FleetEvent
from galley.fleet.run import Fleet
from galley.inputs import page_stem
from galley.outputs.documents import Assembly, DocumentForm, join_json, read_part
from galley.outputs.files import open_whole, write_file
from galley.outputs.saving import SavePlan
from galley.pages import Document, Outcome, PageKind, PageRef, Unit, Unreadable
from galley.pipelines.assembler import Predicting, with_documents
from galley.pipelines.page_pipeline import PageJob
from galley.results import SavedPage


class Acted(NamedTuple):
    """What documents are made of."""

    name: str
    page_index: int | None


def keep_number(page: Acted, path: Path) -> None:
    write_file(path, str(page.page_index).encode())


def join_numbers(document: Document, parts: Sequence[Path], target: Path) -> None:
    write_file(target, b" ".join(read_part(part) for part in parts))


def join_never(document: Document, parts: Sequence[Path], target: Path) -> None:
    raise BadInput("no such document")


JSON = DocumentForm("_res.json", join_json)
NUMBERS = DocumentForm(".numbers", join_numbers, keep_number, alone=True)
NEVER = DocumentForm(".never", join_never, keep_number, alone=True)


class Act:
    """Reads the file, obeys it, and writes what it read as the page's JSON."""

    def __init__(self, folder: str | None, assembly: Assembly | None) -> None:
        self._folder = folder
        self._assembly = assembly

    def describe(self) -> Mapping[str, str]:
        return {"pid": str(os.getpid())}

    def load(self, job: PageJob) -> tuple[PageRef, str]:
        page = job.page
        if isinstance(page, Unreadable):
            raise BadInput(page.message)
        assert isinstance(page, PageRef) and page.path is not None
        try:
            text = "a document" if page.kind is PageKind.PDF else Path(page.path).read_text()
        except OSError as error:
            raise BadInput(f"gone: {error}") from error
        return page, text

    def predict(self, loaded: Sequence[tuple[PageRef, str]]) -> list[SavedPage]:
        return [self._do(page, text) for page, text in loaded]

    def _do(self, page: PageRef, text: str) -> SavedPage:
        verb, _, rest = text.partition(" ")
        obey(verb, rest)
        result = {"input_path": page.path, "page_index": page.index, "text": text}
        if self._folder is None:
            return SavedPage((), result, {})
        path = Path(self._folder, f"{page_stem(page)}_res.json")
        write_file(path, json.dumps(result).encode())
        kept = [] if self._assembly is None else self._assembly.keep(Acted(page_stem(page), page.index))
        return SavedPage((str(path), *map(str, kept)), result, {})

    def close(self) -> None:
        pass


def obey(verb: str, rest: str) -> None:
    if verb == "sleep":
        time.sleep(float(rest))
    elif verb == "raise":
        raise ValueError(rest)
    elif verb == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif verb == "full":
        raise OutputError("the disk is full")
    elif verb == "until":
        while not Path(rest).exists():
            time.sleep(0.002)


class FailOdd(Act):
    """Rejects every second page of a document."""

    def _do(self, page: PageRef, text: str) -> SavedPage:
        if page.index is not None and page.index % 2:
            raise ValueError("odd")
        return super()._do(page, text)


class Litter(Act):
    """Dies in the middle of writing a file, if the input says so."""

    def _do(self, page: PageRef, text: str) -> SavedPage:
        if text == "litter":
            assert self._folder is not None
            with open_whole(Path(self._folder, "half.json")) as file:
                file.write(b"half")
                file.flush()
                os.kill(os.getpid(), signal.SIGKILL)
        return super()._do(page, text)


def refuse(folder: str | None, assembly: Assembly | None) -> Act:
    """Dies while it opens."""
    os._exit(3)


def open_act(slot: Slot, name: str, folder: str | None, assembly: Assembly | None) -> Predicting:
    """One of the above, and whole documents."""
    return with_documents(globals()[name](folder, assembly), SavePlan(folder, (), assembly))


class FleetRunner:
    """`galley.batches.PageRunner` on a bare fleet."""

    def __init__(self, name: str, folder: str | None, assembly: Assembly | None, count: int, limits: Limits) -> None:
        self.slots = plan_slots([Device("cpu", number) for number in range(count)], 1, usable_cores())
        self._limits = limits
        self._factory = Factory("tests.batches.acts:open_act", {"name": name, "folder": folder, "assembly": assembly})
        self._on_event: Callable[[FleetEvent], None] = lambda event: None
        self._on_listed: Callable[[PageRef | Unreadable], None] = lambda page: None
        self._fleet: Fleet | None = None

    def watch(self, on_event: Callable[[FleetEvent], None], on_listed: Callable[[PageRef | Unreadable], None]) -> None:
        self._on_event, self._on_listed = on_event, on_listed

    def run_pages(
        self, pages: Iterator[Unit], options: Any = None, *, ordered: bool = True
    ) -> Generator[Outcome, None, None]:
        if self._fleet is None:
            self._fleet = Fleet(self._factory, self.slots, self._limits, self._on_event)
        for _, outcome in self._fleet.run(self._listed(pages)):
            yield replace(outcome, page=outcome.page.page)

    def _listed(self, pages: Iterator[Unit]) -> Iterator[PageJob]:
        for page in pages:
            if not isinstance(page, Document):
                self._on_listed(page)
            yield PageJob(page, None)

    def close(self) -> None:
        if self._fleet is not None:
            self._fleet.close()
