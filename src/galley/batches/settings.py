"""What a batch is told, who carries it out, whom it tells what happens, and what it answers.

Runs in: parent. Values.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, is_dataclass
from pathlib import Path
from typing import Any, Protocol

from galley.devices import Slot
from galley.errors import BadArguments, ExitCode
from galley.fleet.messages import FleetEvent
from galley.inputs import InputOptions, check_folder
from galley.journal.schema import FOLDER
from galley.outputs.documents import Assembly
from galley.pages import Outcome, PageRef, Unit, Unreadable

PARTS = f"{FOLDER}/parts"
"""Below the output folder: what is kept of single pages until their document is there."""

LINES = "jsonl"
"""The format whose files the parent writes: lines of JSON in shards."""


class PageRunner(Protocol):
    """What carries out the pages: `galley.api.Runner`, or another that answers as it does."""

    @property
    def slots(self) -> Sequence[Slot]:
        """Where it runs."""

    def watch(self, on_event: Callable[[FleetEvent], None], on_listed: Callable[[PageRef | Unreadable], None]) -> None:
        """Whom to tell what happens."""

    def run_pages(
        self, pages: Iterator[Unit], options: Any = None, *, ordered: bool = True
    ) -> Generator[Outcome, None, None]:
        """One outcome for each page and document."""

    def close(self) -> None:
        """End all workers."""


@dataclass(frozen=True, slots=True)
class BatchSettings:
    """Everything about a batch except the pipeline."""

    input_dir: str
    """A folder, or a file of rows."""
    output_dir: str
    pattern: str = "*"
    """Glob of the files below `input_dir`; a folder that matches stands for all files in it."""
    inputs: InputOptions = field(default_factory=InputOptions)
    identity: Mapping[str, Any] = field(default_factory=dict)
    """What the results depend on, by dotted name, fit for JSON. Pages done under another identity are done again."""
    lines: bool = False
    """Write each result as a line of a shard."""
    documents: Assembly | None = None
    """What is made of whole documents."""
    retry_failed: bool = False
    fresh: bool = False
    """Forget all earlier runs on the output folder."""
    hash_inputs: bool = False
    """Recognise inputs by content; else by size and time of change."""
    allow_empty: bool = False
    """Finding no input is no error."""

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits of the identity."""
        text = json.dumps(self.identity, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def check(self) -> None:
        """Refuse what cannot work.

        Raises:
            BadArguments: the input folder or the pattern is wrong, or the output path is a file or the input folder.
        """
        check_folder(self.input_dir, self.pattern)
        output = Path(self.output_dir)
        if output.exists() and not output.is_dir():
            raise BadArguments(f"the output folder {self.output_dir!r} is a file")
        if os.path.realpath(self.output_dir) == os.path.realpath(self.input_dir):
            raise BadArguments("the output folder is the input folder: the next run would take results for inputs")


def flatten(value: Any, prefix: str = "") -> dict[str, Any]:
    """A tree of dataclasses, mappings and plain values as dotted names and plain values."""
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, Mapping):
        flat: dict[str, Any] = {}
        for name, item in value.items():
            flat |= flatten(item, f"{prefix}.{name}" if prefix else str(name))
        return flat
    return {prefix: list(value) if isinstance(value, tuple) else value}


def describe_changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """What differs between two identities, as `name: old -> new`; of another pipeline's, only which that was."""
    if before.get("pipeline") != now.get("pipeline"):
        return f"pipeline: {_show(before, 'pipeline')} -> {_show(now, 'pipeline')}"
    names = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    return "; ".join(f"{name}: {_show(before, name)} -> {_show(now, name)}" for name in names)


def _show(values: Mapping[str, Any], name: str) -> str:
    return json.dumps(values[name], ensure_ascii=False) if name in values else "(not set)"


def _look_away(*what: object) -> None:
    """Nobody is watching."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Whom a batch tells what happens. All are called in the middle of the run, so they must be quick."""

    say: Callable[[str], None] = _look_away
    """A sentence for the user."""
    found: Callable[[int], None] = _look_away
    """So many files were found."""
    finished_before: Callable[[], None] = _look_away
    """A file needs nothing more."""
    listed: Callable[[PageRef | Unreadable], None] = _look_away
    event: Callable[[FleetEvent], None] = _look_away
    outcome: Callable[[Outcome], None] = _look_away


@dataclass(frozen=True, slots=True)
class BatchReport:
    """How a batch ended. Pages of earlier runs on the same inputs count as well."""

    output_dir: str
    run: int
    """Number of this run in the journal of the output folder."""
    exit_code: ExitCode
    files: int
    """Inputs of supported kinds, and folders that could not be listed."""
    skipped: int
    """Files that match and are of no supported kind."""
    absent: int
    """Inputs of earlier runs that are not there any more."""
    done: int
    """Pages that have a result."""
    earlier: int
    """Those of them that had it before this run."""
    failed: int
    """Pages and inputs that have none."""
    failures: Mapping[str, int]
    """The same by kind."""
    changed: int
    """Inputs that were not as an earlier run had seen them."""
    unsteady: int
    """Inputs that changed or vanished while they were worked on."""
    seconds: float
    interrupted: bool
    message: str
    """Why the run ended early, if it did."""
