"""What is left to do: the pages of a folder without those that the journal has an outcome for.

Runs in: parent.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from galley.batches.earlier import Look, Validity, digest_of, has_changed, look_at
from galley.batches.settings import BatchSettings, Watch
from galley.completion import no_document
from galley.inputs import PageCounter, find_files, pages_of_file
from galley.inputs.options import kind_of
from galley.inputs.walking import Found
from galley.journal import FileRecord, Journal, PageEntry
from galley.journal.records import DONE, FAILED, LISTED, SKIPPED, WHOLE
from galley.pages import Document, Failed, Outcome, PageKind, PageRef, Unit, Unreadable
from galley.wording import shown


@dataclass(slots=True)
class OpenFile:
    """A file some of whose pages have no outcome yet."""

    path: str
    name: str
    look: Look
    id: int = 0
    """Its number in the journal; 0 before it is in there."""
    digest: str | None = None
    count: int | None = None
    """Number of its pages, where an earlier run has found out."""
    left: int = 0
    """Pages without an outcome."""
    is_document: bool = False
    made: tuple[str, ...] = ()
    """The files of the whole document that are there, made of the pages as they are now."""


@dataclass(slots=True)
class Progress:
    """What was found so far."""

    files: int = 0
    skipped: int = 0
    done: int = 0
    """Pages that an earlier run did."""
    failures: Counter[str] = field(default_factory=Counter)
    """Pages that failed in an earlier run and are not tried again, by kind."""
    changed: int = 0
    unsteady: int = 0
    absent: int = 0
    complete: bool = False
    """Whether all inputs were listed."""


class Remaining:
    """Lists the inputs of a batch against its journal. Holds the files and documents in work, nothing else."""

    def __init__(
        self,
        journal: Journal,
        batch: BatchSettings,
        counter: PageCounter,
        watch: Watch,
        stop: Callable[[], bool],
    ) -> None:
        """`counter` opens the documents; `stop` ends the listing as soon as it says so."""
        self.progress = Progress()
        self._journal = journal
        self._batch = batch
        self._counter = counter
        self._watch = watch
        self._stop = stop
        self._output = os.path.realpath(batch.output_dir)
        self._validity = Validity(batch, journal.runs())
        self._continues = journal.has_files()
        self._open: dict[str, OpenFile] = {}
        self._ready: deque[tuple[OpenFile, Document]] = deque()
        self._assembling: dict[str, OpenFile] = {}

    def units(self) -> Iterator[Unit]:
        """The pages left to do and, before each, the documents that are complete by then."""
        for page in self._pages():
            yield from self.documents()
            yield page

    def documents(self) -> Iterator[Document]:
        """The documents that are complete, and of which files are left to be made."""
        while self._ready and not self._stop():
            file, document = self._ready.popleft()
            self._assembling[document.path] = file
            yield document

    def _pages(self) -> Iterator[PageRef | Unreadable]:
        batch = self._batch
        for found in find_files(batch.input_dir, batch.pattern, self._output, self._skip):
            if self._stop():
                return
            self.progress.files += 1
            if isinstance(found, Unreadable):
                yield self._unlisted(found)
            else:
                yield from self._pages_of(found)
        if not self._stop():
            self.progress.absent = self._journal.mark_absent()
            self.progress.complete = True

    def file_of(self, page: PageRef | Unreadable) -> OpenFile:
        """The file of a page that `pages` gave out."""
        assert page.path is not None  # a batch has no arrays
        return self._open[page.path]

    def end_page(self, file: OpenFile) -> None:
        """A page of the file has its outcome."""
        file.left -= 1
        if file.left:
            return
        del self._open[file.path]
        now = look_at(file.path)
        if now != file.look:
            self.progress.unsteady += 1
            what = "vanished" if now.size is None else "changed"
            self._journal.note_file(file.id, f"{what} while it was worked on")
            self._watch.say(f"{shown(file.path)} {what} while it was worked on; run again to have it as it is now")
        if file.is_document and self._batch.documents is not None:
            entries = self._journal.pages_of(file.id)
            failed = sum(entry.state == FAILED for entry in entries)
            if failed:
                self._watch.say(no_document(file.path, failed))
                self._batch.documents.remove_document(file.name)
            else:
                self._complete(file, len(entries))

    def end_document(self, outcome: Outcome) -> None:
        """Files of a whole document were made, or could not be."""
        file, document = self._assembling.pop(outcome.page.path), outcome.page
        assembly = self._batch.documents
        assert assembly is not None
        if isinstance(outcome, Failed):
            self._journal.note_file(file.id, f"nothing was made of the whole document: {outcome.message}")
            return
        made = [f"{document.name}{suffix}" for suffix in document.suffixes]
        self._journal.set_documents(file.id, [*file.made, *made])
        # Only now: until it is noted that the document is there, a page without its part would be done again.
        self._journal.after_commit(partial(assembly.remove_parts, document.name))

    # ---- one file ----

    def _skip(self, path: str) -> None:
        self.progress.skipped += 1
        known = self._find(path)
        reason = "not a supported kind of file"
        file = FileRecord(0 if known is None else known.id, path, "", None, None, None, 0, SKIPPED, reason, ())
        if known is None:
            self._journal.add_file(file)
        else:
            self._journal.put_file(file)

    def _find(self, path: str) -> FileRecord | None:
        return self._journal.find_file(path) if self._continues else None

    def _unlisted(self, found: Unreadable) -> Unreadable:
        known = self._find(found.path)
        if known is not None:
            self._journal.forget_pages(known.id)
        file = OpenFile(found.path, "", look_at(found.path), 0 if known is None else known.id)
        self._put(file, 1)
        return found

    def _pages_of(self, found: Found) -> Iterator[PageRef | Unreadable]:
        look = look_at(found.path)
        known = self._find(found.path)
        digest = digest_of(found.path) if self._batch.hash_inputs else None
        if known is None:
            file = OpenFile(found.path, self._free_name(found), look, digest=digest)
            yield from self._open_file(file, [], [])
            return
        kept, outdated, made = self._sort_out(known, look, digest)
        if known.pages is not None and len(kept) == known.pages:
            self._count_finished(known, kept, made)
            if look == Look(known.size, known.mtime_ns) and (digest is None or digest == known.digest):
                self._journal.see_file(known)
            else:  # the same content
                self._journal.put_file(
                    known._replace(size=look.size, mtime_ns=look.mtime_ns, digest=digest, state=LISTED, message="")
                )
            return
        # One page may also be the failure to have any.
        count = None if known.pages == 1 or has_changed(known, look, digest) else known.pages
        file = OpenFile(found.path, known.name, look, known.id, digest, count)
        yield from self._open_file(file, kept, outdated)

    def _sort_out(
        self, known: FileRecord, look: Look, digest: str | None
    ) -> tuple[list[PageEntry], list[PageEntry], tuple[str, ...]]:
        """The outcomes that still hold, those that do not, which are forgotten, and the files of the whole document."""
        entries = self._journal.pages_of(known.id)
        changed = has_changed(known, look, digest)
        self.progress.changed += changed and bool(entries)
        kept, made = ([], ()) if changed else self._validity.sort_out(known, entries)
        if len(kept) == len(entries):
            return kept, [], made
        held = {entry.page for entry in kept}
        outdated = [entry for entry in entries if entry.page not in held]
        self._journal.forget_pages(known.id, [entry.page for entry in outdated])
        return kept, outdated, made

    def _count_finished(self, file: FileRecord, entries: Sequence[PageEntry], made: tuple[str, ...]) -> None:
        self._count_kept(entries)
        self._watch.finished_before()
        if self._batch.documents is not None and entries[0].page != WHOLE and all(e.state == DONE for e in entries):
            look = Look(file.size, file.mtime_ns)
            self._complete(OpenFile(file.path, file.name, look, file.id, made=made), len(entries))

    def _count_kept(self, entries: Sequence[PageEntry]) -> None:
        """Take outcomes of earlier runs into account."""
        for entry in entries:
            if entry.state == FAILED:
                self.progress.failures[str(entry.kind)] += 1
            else:
                self.progress.done += 1

    def _open_file(
        self, file: OpenFile, kept: Sequence[PageEntry], outdated: Sequence[PageEntry]
    ) -> Iterator[PageRef | Unreadable]:
        """Give out the pages that are not among `kept`."""
        held: set[int] | None = None
        for page in pages_of_file(file.path, file.name, self._batch.inputs, self._counter, file.count):
            if held is None:
                held = self._begin(file, page, kept, outdated)
            if page_number(page) not in held:
                if self._stop():
                    return
                yield page

    def _begin(
        self, file: OpenFile, first: PageRef | Unreadable, kept: Sequence[PageEntry], outdated: Sequence[PageEntry]
    ) -> set[int]:
        """Once it is known how many pages the file has: the numbers of those that are not to be done again."""
        count = 1 if not isinstance(first, PageRef) or first.count is None else first.count
        file.is_document = isinstance(first, PageRef) and first.kind in (PageKind.PDF, PageKind.TIFF)
        possible = range(count) if page_number(first) != WHOLE else (WHOLE,)
        if any(entry.page not in possible for entry in kept):  # it has another kind or number of pages than before
            self._journal.forget_pages(kept[0].file)
            kept, outdated = [], [*kept, *outdated]
        self._remove_outputs([entry for entry in outdated if entry.page not in possible])
        self._count_kept(kept)
        self._put(file, count, len(kept))
        return {entry.page for entry in kept}

    def _put(self, file: OpenFile, pages: int, kept: int = 0) -> None:
        record = FileRecord(file.id, file.path, file.name, *file.look, file.digest, pages, LISTED, "", ())
        if not file.id:
            file.id = self._journal.add_file(record)
        else:
            self._journal.put_file(record)
        file.left = pages - kept
        self._open[file.path] = file

    def _remove_outputs(self, entries: Sequence[PageEntry]) -> None:
        for entry in entries:
            for name in entry.outputs:
                with suppress(OSError):
                    Path(self._output, name).unlink()

    def _complete(self, file: OpenFile, pages: int) -> None:
        """All pages of a document have their results: have those files made that are not there."""
        assembly = self._batch.documents
        assert assembly is not None
        suffixes = tuple(form.suffix for form in assembly.forms if f"{file.name}{form.suffix}" not in file.made)
        kind = kind_of(file.path)
        assert kind is not None
        if suffixes:
            password = self._batch.inputs.pdf_password
            self._ready.append((file, Document(kind, file.path, file.name, pages, suffixes, password)))
        else:
            assembly.remove_parts(file.name)  # of a run that was killed in the midst of it

    def _free_name(self, found: Found) -> str:
        """The file's output name; another one if a file that came earlier has it."""
        if not self._continues or not self._journal.has_name(found.name):
            return found.name
        return f"{found.name}~{hashlib.sha256(os.fsencode(found.path)).hexdigest()[:8]}"


def page_number(page: PageRef | Unreadable) -> int:
    """The page's number in the journal."""
    return page.index if isinstance(page, PageRef) and page.index is not None else WHOLE
