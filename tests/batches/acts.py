"""A pipeline that does what the input file says, and a runner for it. Workers open it as `tests.batches.acts:Act`."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from galley.devices import Device, Slot, plan_slots, usable_cores
from galley.errors import BadInput, OutputError
from galley.fleet.limits import Limits
from galley.fleet.messages import Factory, FleetEvent
from galley.fleet.run import Fleet
from galley.inputs import page_stem
from galley.outputs.files import open_whole, write_file
from galley.pages import Outcome, PageKind, PageRef, Unreadable
from galley.results import SavedPage


class Act:
    """Reads the file, obeys it, and writes what it read as the page's JSON."""

    def __init__(self, slot: Slot, folder: str | None) -> None:
        self._folder = folder

    def describe(self) -> Mapping[str, str]:
        return {"pid": str(os.getpid())}

    def load(self, page: PageRef | Unreadable) -> tuple[PageRef, str]:
        if isinstance(page, Unreadable):
            raise BadInput(page.message)
        assert page.path is not None
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
        return SavedPage((str(path),), result, {})

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


def refuse(slot: Slot, folder: str | None) -> Act:
    """Dies while it opens."""
    os._exit(3)


class FleetRunner:
    """`galley.batches.PageRunner` on a bare fleet."""

    def __init__(self, target: str, folder: str | None, count: int, limits: Limits) -> None:
        self.slots = plan_slots([Device("cpu", number) for number in range(count)], 1, usable_cores())
        self._limits = limits
        self._factory = Factory(target, {"folder": folder})
        self._on_event: Callable[[FleetEvent], None] = lambda event: None
        self._on_listed: Callable[[PageRef | Unreadable], None] = lambda page: None
        self._fleet: Fleet | None = None

    def watch(self, on_event: Callable[[FleetEvent], None], on_listed: Callable[[PageRef | Unreadable], None]) -> None:
        self._on_event, self._on_listed = on_event, on_listed

    def run_pages(
        self, pages: Iterator[PageRef | Unreadable], options: Any = None, *, ordered: bool = True
    ) -> Generator[Outcome, None, None]:
        self._fleet = Fleet(self._factory, self.slots, self._limits, self._on_event)
        for _, outcome in self._fleet.run(self._listed(pages)):
            yield outcome

    def _listed(self, pages: Iterator[PageRef | Unreadable]) -> Iterator[PageRef | Unreadable]:
        for page in pages:
            self._on_listed(page)
            yield page

    def close(self) -> None:
        if self._fleet is not None:
            self._fleet.close()
