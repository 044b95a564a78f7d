"""What a batch would do, without doing it.

Runs in: parent. Writes nothing, starts nothing, fetches nothing.
"""

# Paths stay text: `Path` would change what the user wrote.
# ruff: noqa: PTH119

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from galley.api import Settings, slots_of
from galley.batches.earlier import Validity, digest_of, has_changed, look_at
from galley.batches.remaining import page_number
from galley.batches.settings import BatchSettings
from galley.devices import Slot
from galley.inputs import PageCounter, find_files, pages_of_file
from galley.inputs.names import file_stem
from galley.inputs.walking import Found
from galley.journal import Ledger, open_ledger
from galley.journal.schema import database_path
from galley.models.store import missing_models
from galley.pages import PageRef, Unreadable
from galley.wording import counted, shown

_SHOWN = 20


@dataclass(slots=True)
class Listing:
    """How many there are of something, and the first of them."""

    count: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, line: str) -> None:
        """One more."""
        self.count += 1
        if len(self.first) < _SHOWN:
            self.first.append(line)

    def lines(self, noun: str, what: str) -> list[str]:
        """For a person: so many of `noun`, `what` they are, and the first; nothing if there is none."""
        more = [f"  and {self.count - len(self.first):,} more"] if self.count > len(self.first) else []
        return (
            [f"{counted(self.count, noun)} {what}:", *(f"  {line}" for line in self.first), *more] if self.count else []
        )


@dataclass(slots=True)
class BatchPlan:
    """What was found."""

    slots: Sequence[Slot]
    missing_models: list[str]
    files: int = 0
    documents: int = 0
    pages: int = 0
    settled: int = 0
    """Pages that earlier runs did, or failed at and would not try again."""
    changed: int = 0
    unreadable: Listing = field(default_factory=Listing)
    unsupported: Listing = field(default_factory=Listing)
    renamed: Listing = field(default_factory=Listing)

    def lines(self) -> list[str]:
        """For a person."""
        slots = ", ".join(slot.name for slot in self.slots)
        return [
            f"{counted(self.files, 'file')} of supported kinds, {self.documents:,} of them documents; "
            f"{counted(self.pages, 'page')}",
            f"{counted(self.pages - self.settled, 'page')} to do, {self.settled:,} settled by earlier runs",
            *([f"{counted(self.changed, 'input')} changed since an earlier run"] if self.changed else []),
            f"{counted(len(self.slots), 'worker')}: {slots}",
            *([f"models to fetch: {', '.join(self.missing_models)}"] if self.missing_models else []),
            *self.unreadable.lines("input", "cannot be read"),
            *self.unsupported.lines("file", "of no supported kind, to be skipped"),
            *self.renamed.lines("file", "whose name would meet another's, to be called"),
        ]


def plan_batch(settings: Settings[Any], batch: BatchSettings) -> BatchPlan:
    """Look at all inputs as a run would.

    Raises:
        BadArguments, DeviceError, ModelError: as a run would.
    """
    batch.check()
    needed = [choice.name for choice in settings.pipeline.models().values() if choice.folder is None]
    found_plan = BatchPlan(slots_of(settings), [status.spec.name for status in missing_models(needed)])
    output = os.path.realpath(batch.output_dir)
    with ExitStack() as stack:
        has_journal = database_path(Path(output)).is_file() and not batch.fresh
        ledger = stack.enter_context(open_ledger(Path(output))) if has_journal else None
        counter = stack.enter_context(PageCounter())
        validity = Validity(batch, [] if ledger is None else ledger.runs())
        for found in find_files(batch.input_dir, batch.pattern, output, found_plan.unsupported.add):
            found_plan.files += 1
            if isinstance(found, Unreadable):
                found_plan.unreadable.add(f"{found}: {found.message}")
                found_plan.pages += 1
            else:
                _look_into(found, batch, ledger, validity, counter, found_plan)
    return found_plan


def _look_into(
    found: Found,
    batch: BatchSettings,
    ledger: Ledger | None,
    validity: Validity,
    counter: PageCounter,
    found_plan: BatchPlan,
) -> None:
    if os.path.basename(found.name) != file_stem(os.path.basename(found.path)):
        found_plan.renamed.add(f"{shown(found.path)} -> {shown(found.name)}")
    settled: set[int] = set()
    known = None if ledger is None else ledger.find_file(found.path)
    if ledger is not None and known is not None:
        digest = digest_of(found.path) if batch.hash_inputs else None
        entries = ledger.pages_of(known.id)
        if has_changed(known, look_at(found.path), digest):
            found_plan.changed += bool(entries)
        else:
            kept, _ = validity.sort_out(known, entries)
            settled = {entry.page for entry in kept}
    for number, page in enumerate(pages_of_file(found.path, found.name, batch.inputs, counter)):
        found_plan.pages += 1
        found_plan.settled += page_number(page) in settled
        if isinstance(page, PageRef):
            found_plan.documents += number == 0 and page.index is not None
        else:
            found_plan.unreadable.add(f"{page}: {page.message}")
