"""Which page is next, and which have been there when a worker died.

Runs in: pure.

The rules:
- Pages that came back unharmed are next, then fresh ones. Fresh pages are taken while fewer than `window` pages count
  from the oldest one without an outcome.
- A page that alone had started when its worker died loses a try. Of several nobody knows which it was: none loses a
  try. Either way each becomes a suspect, unless it has no try left.
- A suspect is tried on another slot than the one it was suspected on, while there is another.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from galley.fleet.limits import Limits


@dataclass(frozen=True, slots=True)
class Suspect:
    """A page that had started in a worker that died."""

    page: int
    slot: str
    """Where it was suspected last."""


class Backlog:
    """The pages that no worker holds, and which of all have their outcome. It outlives a run as the workers do."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._source: Iterator[int] = iter(())
        self._exhausted = True
        self._returned: deque[int] = deque()
        self._suspects: deque[Suspect] = deque()
        self._lost_tries: dict[int, int] = {}
        self._oldest = self._next = 0  # pages without an outcome lie in [oldest, next)
        self._ended: set[int] = set()  # those in there that have one nevertheless

    @property
    def settled(self) -> bool:
        """Whether every page of the source has its outcome."""
        return self._exhausted and self._oldest == self._next

    def begin(self, source: Iterator[int]) -> None:
        """Take fresh pages from `source` from now on: consecutive numbers that go on where the last ones ended."""
        self._source, self._exhausted = source, False

    def next_page(self) -> int | None:
        """The next page that may be anywhere and in company; None if there is none at present."""
        if self._returned:
            return self._returned.popleft()
        if self._exhausted or self._next - self._oldest >= self._limits.window:
            return None
        page = next(self._source, None)
        if page is None:
            self._exhausted = True
            self._source = iter(())
        else:
            if self._oldest == self._next:
                self._oldest = page
            self._next = page + 1
        return page

    def next_suspect(self, slot: str, *, last: bool) -> Suspect | None:
        """The next page that is to be alone in the slot's worker; `last`: there is no other slot left."""
        for index, suspect in enumerate(self._suspects):
            if suspect.slot != slot or last:
                del self._suspects[index]
                return suspect
        return None

    def next_of_all(self) -> int | None:
        """The next page of either kind."""
        page = self.next_page()
        if page is None and self._suspects:
            page = self._suspects.popleft().page
        return page

    def put_back(self, pages: Sequence[int], suspect: Suspect | None) -> None:
        """Put unharmed pages first in line again; a suspect, which was alone, stays a suspect."""
        if suspect is None:
            self._returned.extendleft(reversed(pages))
        elif pages:
            self._suspects.appendleft(suspect)

    def accuse(self, pages: Sequence[int], slot: str) -> list[int]:
        """The worker of the slot died with these pages started; those of them that have no try left."""
        given_up = []
        for page in pages:
            if len(pages) == 1:
                self._lost_tries[page] = self._lost_tries.get(page, 0) + 1
            if self._lost_tries.get(page, 0) >= self._limits.max_tries:
                given_up.append(page)
            else:
                self._suspects.append(Suspect(page, slot))
        return given_up

    def end(self, page: int) -> int:
        """The page has its outcome; how many tries it has lost."""
        if page != self._oldest:
            self._ended.add(page)
        else:
            self._oldest += 1
            while self._oldest in self._ended:
                self._ended.remove(self._oldest)
                self._oldest += 1
        return self._lost_tries.pop(page, 0)
