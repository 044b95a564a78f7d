"""The pages a worker has in hand, between the thread that hears of them and those that predict them.

Runs in: worker.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import NamedTuple

from galley.fleet.messages import Work


class Loaded(NamedTuple):
    """A page ready for predict."""

    seq: int
    content: object
    seconds: float
    """Spent on loading."""


class Tray:
    """Pages go from waiting to loading to loaded to the hands of a predicting thread, or are given back."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[Work] = deque()
        self._loading: int | None = None
        self._loaded: deque[Loaded] = deque()
        self._predicting: dict[int, None] = {}
        self._closed = False
        self.handed_out = 0
        """Pages that were taken for predicting so far."""

    def put(self, work: Work) -> None:
        """A page has arrived."""
        with self._changed:
            self._waiting.append(work)
            self._changed.notify_all()

    def close(self) -> None:
        """No page is to be predicted any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def next_to_load(self) -> Work:
        """Wait for a page and take it for loading."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting)
            work = self._waiting.popleft()
            self._loading = work.seq
            return work

    def loaded(self, page: Loaded | None) -> None:
        """The page taken for loading is loaded; None: it could not be, and has been answered for."""
        with self._changed:
            self._loading = None
            if page is not None:
                self._loaded.append(page)
                self._changed.notify_all()

    def next_to_predict(self, most: int) -> list[Loaded]:
        """Wait for loaded pages and take up to `most`; none once closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._loaded or self._closed)
            if self._closed:
                return []
            pages = [self._loaded.popleft() for _ in range(min(most, len(self._loaded)))]
            self._predicting.update((page.seq, None) for page in pages)
            self.handed_out += len(pages)
            return pages

    def answered(self, seq: int) -> None:
        """The page being predicted has its answer."""
        with self._changed:
            del self._predicting[seq]

    def give_back(self) -> list[int]:
        """Take out, in order, every page that is neither being loaded nor being predicted."""
        with self._changed:
            seqs = [page.seq for page in self._loaded] + [work.seq for work in self._waiting]
            self._loaded.clear()
            self._waiting.clear()
            return seqs

    def give_up(self) -> list[int]:
        """As `give_back`, with the page being loaded: for a worker that ends now."""
        with self._changed:
            loading = [] if self._loading is None else [self._loading]
            return loading + self.give_back()

    def give_up_all(self) -> list[int]:
        """As `give_up`, with the pages being predicted: for a worker that ends now and blames none of them."""
        with self._changed:
            return [*self._predicting, *self.give_up()]
