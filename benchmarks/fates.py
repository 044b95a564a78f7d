"""What befalls each page of a chaos run, and the worker that carries it out.

Runs in: parent (`make_plan`) and worker (`Fated`, opened by name). Imports little: hundreds of workers die young.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from galley.devices import Slot
from galley.outputs.files import write_file
from galley.pages import Document, Unit

if TYPE_CHECKING:
    from galley.outputs.documents import Assembly

PAGES = 500
DOCUMENTS = (150, 75, 25)
"""Pages of the documents; the rest are pictures."""
PAGE_SECONDS = 0.004
PERMANENT = {"raise": "rejected", "crash": "crashed"}
"""Fates that no try escapes -> kind of failure."""
FATES = (
    ("done", 0.955),
    ("raise", 0.012),
    ("crash", 0.004),
    ("crash once", 0.015),
    ("memory once", 0.010),
    ("hang once", 0.004),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """One run, made of its seed alone."""

    seed: int
    fates: Mapping[str, str]
    """Output stem of each page -> its fate."""
    lines: bool
    """Results as lines in shards, not as a file each."""
    parent_kills: int
    """How often the batch itself is killed."""


def make_plan(seed: int) -> Plan:
    """The run of a seed."""
    chance = random.Random(seed)
    stems = [f"doc{number}_{page}" for number, count in enumerate(DOCUMENTS) for page in range(count)]
    stems += [f"picture{number:03}" for number in range(PAGES - len(stems))]
    names, weights = zip(*FATES, strict=True)
    fates = {stem: chance.choices(names, weights)[0] for stem in stems}
    return Plan(seed, fates, chance.random() < 0.4, chance.randint(1, 4))


def assembly_in(output: str, parts: str) -> Assembly:
    """One JSON of each document, in the output folder and with that folder of parts."""
    from galley.outputs.documents import Assembly, DocumentForm, join_json  # few workers live to need it

    return Assembly(output, parts, (DocumentForm("_res.json", join_json),))


class Errand(NamedTuple):
    """A page as it travels to a worker."""

    page: Unit
    stem: str
    """The page's; empty for a document."""


class Fated:
    """Does to each page what its fate says."""

    def __init__(self, slot: Slot, fates: Mapping[str, str], scratch: str, folders: tuple[str, str] | None) -> None:
        """`scratch` holds a mark for each fate that comes only once; `folders` as for `assembly_in`, if files are
        written.
        """
        self._fates = fates
        self._scratch = Path(scratch)
        self._folders = folders

    def describe(self) -> Mapping[str, str]:
        """Nothing runs."""
        return {}

    def load(self, errand: Errand) -> Errand:
        """The errand itself."""
        return errand

    def predict(self, loaded: Sequence[Errand]) -> list[tuple[str, ...]]:
        """The files written for each page or document."""
        return [self._assemble(page) if isinstance(page, Document) else self._do(stem) for page, stem in loaded]

    def _assemble(self, document: Document) -> tuple[str, ...]:
        assert self._folders is not None
        return tuple(map(str, assembly_in(*self._folders).assemble(document)))

    def _do(self, stem: str) -> tuple[str, ...]:
        time.sleep(PAGE_SECONDS)
        action, _, once = self._fates[stem].partition(" ")
        if not once or self._first_time(stem):
            _suffer(action)
        if self._folders is None:
            return ()
        path = Path(self._folders[0], f"{stem}_res.json")
        write_file(path, json.dumps({"stem": stem}).encode())
        return (str(path),)

    def _first_time(self, stem: str) -> bool:
        try:
            (self._scratch / stem).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def close(self) -> None:
        """Nothing to release."""


def _suffer(action: str) -> None:
    if action == "raise":
        raise ValueError("as fated")
    if action == "crash":
        os.abort()
    if action == "memory":
        os.kill(os.getpid(), signal.SIGKILL)
    if action == "hang":
        time.sleep(1000)
