"""Which documents of a run are complete, so that their files can be made of those of their pages.

Runs in: parent. Holds the documents some of whose pages have no outcome yet, nothing else.
"""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from galley.outputs.documents import Assembly
from galley.pages import Document, Failed, Outcome, PageRef, Unit
from galley.wording import shown


@dataclass(slots=True)
class _Open:
    done: set[int] = field(default_factory=set)
    failed: set[int] = field(default_factory=set)


class OpenDocuments:
    """Counts the pages of each document, and gives it out among the pages once all of them have their results."""

    def __init__(self, assembly: Assembly, password: str | None) -> None:
        """`password` opens those that are encrypted."""
        self._assembly = assembly
        self._password = password
        self._open: dict[str, _Open] = {}
        self._ready: deque[Document] = deque()

    def among(self, pages: Iterator[Unit]) -> Iterator[Unit]:
        """The pages, and before each of them the documents that are complete by then."""
        for page in pages:
            yield from self.ready()
            yield page

    def ready(self) -> Iterator[Document]:
        """The documents that are complete and were not given out yet."""
        while self._ready:
            yield self._ready.popleft()

    def end(self, outcome: Outcome) -> None:
        """A page, or a document, has its outcome."""
        page = outcome.page
        if isinstance(page, Document):
            self._assembly.remove_parts(page.name)
        elif isinstance(page, PageRef) and page.index is not None:
            self._end_page(page, isinstance(outcome, Failed))

    def _end_page(self, page: PageRef, failed: bool) -> None:
        assert page.index is not None and page.count is not None and page.path is not None
        open_document = self._open.setdefault(page.name, _Open())
        (open_document.failed if failed else open_document.done).add(page.index)
        if len(open_document.failed | open_document.done) < page.count:
            return
        del self._open[page.name]
        if open_document.failed:
            warnings.warn(no_document(page.path, len(open_document.failed)), stacklevel=2)
            self._assembly.remove_document(page.name)
            return
        suffixes = tuple(form.suffix for form in self._assembly.forms)
        self._ready.append(Document(page.kind, page.path, page.name, page.count, suffixes, self._password))


def no_document(path: str, failed: int) -> str:
    """Why nothing was made of a whole document."""
    return f"{shown(path)}: nothing was made of the whole document, since {failed} of its pages failed"
