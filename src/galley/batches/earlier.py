"""What earlier runs of a batch did that still counts: inputs that have not changed, outcomes that hold.

Runs in: parent.
"""

# Paths stay text: `Path` would change what the user wrote, and costs more than the work here.
# ruff: noqa: PTH116

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from typing import NamedTuple

from galley.batches.settings import PARTS, BatchSettings
from galley.errors import BadInput
from galley.inputs.files import open_file
from galley.journal import FileRecord, PageEntry, RunRecord
from galley.journal.records import FAILED
from galley.outputs.documents import PARTS_SUFFIX

_BLOCK = 1 << 20


class Look(NamedTuple):
    """What a file looks like from outside; all None if it is not there."""

    size: int | None
    mtime_ns: int | None


class Validity:
    """Which outcomes of earlier runs count for this one."""

    def __init__(self, batch: BatchSettings, runs: Sequence[RunRecord]) -> None:
        """`runs`: all there were, perhaps with this one."""
        fingerprint = batch.fingerprint
        self._runs = {run.id for run in runs if run.fingerprint == fingerprint}
        self._retry_failed = batch.retry_failed
        self._output = os.path.realpath(batch.output_dir)

    def sort_out(self, file: FileRecord, entries: Sequence[PageEntry]) -> tuple[list[PageEntry], tuple[str, ...]]:
        """Of an unchanged file: the outcomes that hold, and the files of the whole document that are there and hold.

        Those hold as long as all pages do; otherwise they have to be made anew, of what there is of single pages.
        """
        made = tuple(name for name in file.documents if look_at(f"{self._output}/{name}").size)
        kept = [entry for entry in entries if self._holds(entry, made)]
        if made and len(kept) != file.pages:
            made = ()
            kept = [entry for entry in kept if self._holds(entry, made)]
        return kept, made

    def _holds(self, entry: PageEntry, made: Sequence[str]) -> bool:
        """Whether the outcome was reached with the same options, and its files are there (not one of them empty).

        What was kept of the page for a document of which files were `made` has gone into those.
        """
        if entry.run not in self._runs:
            return False
        if entry.state == FAILED:
            return not self._retry_failed
        return all(look_at(f"{self._output}/{name}").size or _went_into(name, made) for name in entry.outputs)


def _went_into(part: str, made: Sequence[str]) -> bool:
    """Whether `part`, below the output folder, was kept of a page for one of the documents `made`."""
    folder, _, name = part.rpartition("/")
    if not folder.startswith(f"{PARTS}/"):
        return False
    document = folder[len(PARTS) + 1 :].removesuffix(PARTS_SUFFIX)
    return f"{document}{name.lstrip('0123456789')}" in made


def has_changed(known: FileRecord, look: Look, digest: str | None) -> bool:
    """Whether a file is not the one that an earlier run saw: by content where both runs looked at that."""
    if digest is not None and known.digest is not None:
        return digest != known.digest
    return look != Look(known.size, known.mtime_ns)


def digest_of(path: str) -> str | None:
    """The checksum of a file's content; None for what cannot be read."""
    checksum = hashlib.blake2b(digest_size=16)
    try:
        with open_file(path) as file:
            while block := file.read(_BLOCK):
                checksum.update(block)
    except (BadInput, OSError):
        return None
    return checksum.hexdigest()


def look_at(path: str) -> Look:
    """What a file looks like now."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return Look(None, None)
    return Look(status.st_size, status.st_mtime_ns)
