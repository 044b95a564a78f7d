"""Decide who does which page, when a worker is started, restarted, killed or given up, and who is to blame.

Runs in: pure. No clock, no process, no file: the caller reports what happened, carries out the commands it gets
back, and asks `assign` for more until there is none. Time is an argument, in seconds.

The rules:
- A worker holds at most `depth` pages; the one with the fewest gets the next. When one is idle and no page is
  left to take, the worker that has been at its pages the longest is asked to give the waiting ones back.
- When a worker dies with exactly one page started, that page loses a try. With several started nobody knows which
  it was: none loses a try, but each becomes a suspect. A page that was only waiting returns to the front.
- A suspect runs alone in its worker, so that the next death is conclusive; on another slot than the one it was
  suspected on, while there is another; and after all fresh pages that may be taken.
- Fresh pages are taken while fewer than `window` pages count from the oldest unreported one.
- A slot is retired after `max_deaths` deaths in a row without a page started, or `max_crashes` with one. A
  finished page sets both back.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from galley.fleet.limits import Limits
from galley.pages import FailureKind

# ---- commands -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Start:
    """Start a process for the slot."""

    slot: str


@dataclass(frozen=True, slots=True)
class Send:
    """Give the page to the slot's worker."""

    slot: str
    page: int
    alone: bool
    """Whether the worker holds nothing else, and will get nothing else, until this page ends."""


@dataclass(frozen=True, slots=True)
class Recall:
    """Ask the slot's worker to give back what it has not begun to predict."""

    slot: str


@dataclass(frozen=True, slots=True)
class Kill:
    """End the slot's process: it is late. Its death is to be reported as usual."""

    slot: str


@dataclass(frozen=True, slots=True)
class Forget:
    """Act as if the slot's process were dead: it was killed long ago, but hangs in a driver that does not return."""

    slot: str


@dataclass(frozen=True, slots=True)
class Settle:
    """The page has its outcome."""

    page: int
    slot: str | None
    """Where it ended; None when no worker was left to take it."""
    blame: FailureKind | None
    """CRASHED, TIMED_OUT or NO_WORKER; None when the worker itself answered."""
    tries: int


@dataclass(frozen=True, slots=True)
class Abandon:
    """The pipeline cannot be opened, and would not be the next time: end the run."""

    slot: str


Command: TypeAlias = Start | Send | Recall | Kill | Forget | Settle | Abandon

DEATH_TIMEOUT = 30.0
"""Seconds from `Kill` to `Forget`."""


# ---- state --------------------------------------------------------------------------------------------------------


class _State(Enum):
    DOWN = "down"  # no process; a restart may be due at `deadline`
    STARTING = "starting"
    READY = "ready"
    DYING = "dying"  # told to die, or about to
    RETIRED = "retired"


@dataclass(slots=True)
class _Worker:
    slot: str
    state: _State = _State.DOWN
    pages: dict[int, None] = field(default_factory=dict)  # in hand, oldest first
    started: dict[int, None] = field(default_factory=dict)  # those of them it began to load
    alone: _Suspect | None = None  # the one page it may hold
    late: bool = False  # killed because of a deadline
    asked: bool = False  # to give pages back, and has not answered
    resigned: bool = False  # gave all pages back, and ends as agreed
    drained: bool = False  # answered that it has none to give, and got none since
    opened: bool = False  # at least once
    deaths: int = 0
    crashes: int = 0
    deadline: float | None = None
    alarm: float = math.inf  # earliest entry of this worker in the heap of alarms
    level: int | None = None  # index of the bucket of `_hungry` it is in


@dataclass(slots=True)
class _Suspect:
    page: int
    slot: str  # where it was suspected last


class Dispatcher:
    """The state of all slots and pages. It outlives a run as the workers do; `begin` gives it the next pages."""

    def __init__(self, slots: Sequence[str], limits: Limits) -> None:
        self._limits = limits
        self._workers = {slot: _Worker(slot) for slot in slots}
        self._active = len(self._workers)
        self._hungry: list[dict[str, _Worker]] = [{} for _ in range(limits.depth)]  # by number of pages in hand
        self._crowded: dict[str, _Worker] = {}  # several pages in hand, longest at it first
        self._recalls = 0
        self._alarms: list[tuple[float, str]] = []
        self._source: Iterator[int] = iter(())
        self._exhausted = True
        self._returned: deque[int] = deque()
        self._suspects: deque[_Suspect] = deque()
        self._lost_tries: dict[int, int] = {}
        self._oldest = self._next = 0  # unreported pages lie in [oldest, next)
        self._reported: set[int] = set()  # those in there that are reported nevertheless

    # ---- what the caller may ask ----

    @property
    def settled(self) -> bool:
        """Whether every page of the source has its outcome."""
        return self._exhausted and self._oldest == self._next

    @property
    def stranded(self) -> bool:
        """Whether every slot is retired, so that only `give_up` can end the run."""
        return self._active == 0

    @property
    def opening(self) -> bool:
        """Whether some slot that is not retired is not ready yet."""
        return any(worker.state not in (_State.READY, _State.RETIRED) for worker in self._workers.values())

    def restarting(self, slot: str) -> bool:
        """Whether a process will be started for the slot again."""
        return self._workers[slot].state is not _State.RETIRED

    def next_deadline(self) -> float | None:
        """When `tick` is to be called if nothing happens before."""
        while self._alarms:
            due, slot = self._alarms[0]
            worker = self._workers[slot]
            if worker.deadline is not None and worker.deadline <= due:
                return due
            heapq.heappop(self._alarms)
            if due == worker.alarm:
                worker.alarm = math.inf
                self._set_alarm(worker)
        return None

    # ---- what happened ----

    def begin(self, pages: Iterator[int], now: float) -> list[Command]:
        """Take pages from `pages` from now on: consecutive numbers that go on where the last run's ended.

        Nothing is started for no pages.
        """
        self._source, self._exhausted = pages, False
        first = self._ordinary_page()
        if first is None:
            return []
        self._returned.append(first)
        return self.start(now)

    def start(self, now: float) -> list[Command]:
        """Start a worker in every slot that has none yet."""
        down = [w for w in self._workers.values() if w.state is _State.DOWN and w.deadline is None]
        return [self._start(worker, now) for worker in down]

    def ready(self, slot: str) -> list[Command]:
        """The slot's worker has opened its pipeline."""
        worker = self._workers[slot]
        if worker.state is _State.STARTING:
            worker.state, worker.opened, worker.deadline = _State.READY, True, None
            self._place(worker)
        return []

    def unopened(self, slot: str, lost: bool = False) -> list[Command]:
        """The slot's factory raised. Where it succeeded before, or its device is `lost`, which may come back, this is
        a death like any other, soon reported.
        """
        worker = self._workers[slot]
        worker.state, worker.deadline = _State.DYING, None
        return [] if worker.opened or lost else [Abandon(slot)]

    def started(self, slot: str, page: int, now: float) -> list[Command]:
        """The worker began to load the page."""
        worker = self._workers[slot]
        if worker.state is _State.READY and page in worker.pages:
            if not worker.started:
                self._expect_life(worker, now)
            worker.started[page] = None
        # A page that starts while the kill is on its way is innocent.
        return []

    def finished(self, slot: str, page: int, now: float) -> list[Command]:
        """The worker answered for the page, with a result or a rejection."""
        worker = self._workers[slot]
        if page not in worker.pages:
            return []
        self._drop(worker, page)
        worker.deaths = worker.crashes = 0
        if worker.state is _State.READY:
            self._expect_life(worker, now)
        self._place(worker)
        return [self._settle(page, slot, None, self._lost_tries.get(page, 0) + 1)]

    def returned(self, slot: str, pages: Sequence[int]) -> list[Command]:
        """The worker gave pages back untouched."""
        worker = self._workers[slot]
        mine = [page for page in pages if page in worker.pages]
        self._take_back(worker, mine)
        for page in mine:
            self._drop(worker, page)
        if worker.asked:
            worker.asked, worker.drained = False, not mine
            self._recalls -= 1
        if not worker.pages and worker.state is _State.READY:
            worker.deadline = None
        self._place(worker)
        return []

    def resigned(self, slot: str, pages: Sequence[int], now: float) -> list[Command]:
        """The worker has served its time, gave `pages` back untouched, and exits. Nobody is to blame."""
        self._workers[slot].resigned = True
        return self.lost(slot, pages, now)

    def lost(self, slot: str, pages: Sequence[int], now: float) -> list[Command]:
        """The worker's device is gone. It gave `pages` back untouched, keeps those in work to the end, and exits."""
        worker = self._workers[slot]
        commands = self.returned(slot, pages)
        worker.state = _State.DYING
        self._set_deadline(worker, now + DEATH_TIMEOUT)
        self._place(worker)
        return commands

    def died(self, slot: str, now: float) -> list[Command]:
        """The slot's process is gone, whether killed or by itself."""
        worker = self._workers[slot]
        suspects, waiting = list(worker.started), [page for page in worker.pages if page not in worker.started]
        blame = FailureKind.TIMED_OUT if worker.late else FailureKind.CRASHED
        self._take_back(worker, waiting)
        commands = self._accuse(suspects, slot, blame)
        if suspects:
            worker.crashes += 1
        elif not worker.resigned:
            worker.deaths += 1
        self._clear(worker)
        if worker.deaths >= self._limits.max_deaths or worker.crashes >= self._limits.max_crashes:
            worker.state = _State.RETIRED
            self._active -= 1
        elif not suspects and worker.deaths > 1:
            self._set_deadline(worker, now + self._limits.restart_delay * 2 ** (worker.deaths - 2))
        else:
            commands.append(self._start(worker, now))
        return commands

    def tick(self, now: float) -> list[Command]:
        """Time has passed: kill the workers that are late, restart those whose pause is over."""
        commands: list[Command] = []
        while (due := self.next_deadline()) is not None and due <= now:
            worker = self._workers[self._alarms[0][1]]
            worker.deadline = None
            if worker.state is _State.DOWN:
                commands.append(self._start(worker, now))
            elif worker.state is _State.DYING:
                commands.append(Forget(worker.slot))
            else:
                worker.state, worker.late = _State.DYING, True
                self._set_deadline(worker, now + DEATH_TIMEOUT)
                self._place(worker)
                commands.append(Kill(worker.slot))
        return commands

    # ---- decisions ----

    def assign(self, now: float) -> Command | None:
        """The next page to send or to recall; None when every worker has what it can get now."""
        worker = self._hungriest()
        if worker is None:
            return None
        page = self._ordinary_page()
        if page is not None:
            return self._send(worker, page, now, None)
        for idle in self._hungry[0].values():
            suspect = self._suspect_for(idle)
            if suspect is not None:
                return self._send(idle, suspect.page, now, suspect)
        if self._crowded and len(self._hungry[0]) > self._recalls:
            victim = next(iter(self._crowded.values()))
            victim.asked = True
            self._recalls += 1
            self._place(victim)
            return Recall(victim.slot)
        return None

    def give_up(self) -> Iterator[Settle]:
        """Once `stranded`: the outcome of every page that has none, lazily."""
        while True:
            page = self._ordinary_page()
            if page is None and self._suspects:
                page = self._suspects.popleft().page
            if page is None:
                return
            yield self._settle(page, None, FailureKind.NO_WORKER, self._lost_tries.get(page, 0))

    def _hungriest(self) -> _Worker | None:
        for bucket in self._hungry:
            for worker in bucket.values():
                return worker
        return None

    def _ordinary_page(self) -> int | None:
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

    def _suspect_for(self, worker: _Worker) -> _Suspect | None:
        for index, suspect in enumerate(self._suspects):
            if suspect.slot != worker.slot or self._active == 1:
                del self._suspects[index]
                return suspect
        return None

    def _send(self, worker: _Worker, page: int, now: float, suspect: _Suspect | None) -> Send:
        worker.pages[page] = None
        if len(worker.pages) == 1:
            self._expect_life(worker, now)
        worker.alone = suspect
        worker.drained = False
        self._place(worker)
        return Send(worker.slot, page, suspect is not None)

    def _take_back(self, worker: _Worker, pages: Sequence[int]) -> None:
        """Put unharmed pages first in line again; a suspect stays a suspect."""
        if worker.alone is None:
            self._returned.extendleft(reversed(pages))
        elif pages:
            self._suspects.appendleft(worker.alone)

    def _accuse(self, suspects: Sequence[int], slot: str, blame: FailureKind) -> list[Command]:
        commands: list[Command] = []
        for page in suspects:
            if len(suspects) == 1:
                self._lost_tries[page] = self._lost_tries.get(page, 0) + 1
            lost = self._lost_tries.get(page, 0)
            if lost >= self._limits.max_tries:
                commands.append(self._settle(page, slot, blame, lost))
            else:
                self._suspects.append(_Suspect(page, slot))
        return commands

    # ---- bookkeeping ----

    def _start(self, worker: _Worker, now: float) -> Start:
        worker.state = _State.STARTING
        self._set_deadline(worker, now + self._limits.start_timeout)
        return Start(worker.slot)

    def _drop(self, worker: _Worker, page: int) -> None:
        del worker.pages[page]
        worker.started.pop(page, None)
        if not worker.pages:
            worker.alone = None

    def _clear(self, worker: _Worker) -> None:
        if worker.asked:
            self._recalls -= 1
        worker.pages.clear()
        worker.started.clear()
        worker.state, worker.deadline = _State.DOWN, None
        worker.alone = None
        worker.late = worker.asked = worker.drained = worker.resigned = False
        self._place(worker)

    def _place(self, worker: _Worker) -> None:
        """Keep `_hungry` and `_crowded` true after any change to the worker."""
        count = len(worker.pages)
        open_to_more = worker.state is _State.READY and worker.alone is None
        level = count if open_to_more and count < self._limits.depth else None
        if level != worker.level:
            if worker.level is not None:
                del self._hungry[worker.level][worker.slot]
            if level is not None:
                self._hungry[level][worker.slot] = worker
            worker.level = level
        if open_to_more and count > 1 and not (worker.asked or worker.drained):
            self._crowded[worker.slot] = worker
        else:
            self._crowded.pop(worker.slot, None)

    def _settle(self, page: int, slot: str | None, blame: FailureKind | None, tries: int) -> Settle:
        self._lost_tries.pop(page, None)
        if page != self._oldest:
            self._reported.add(page)
        else:
            self._oldest += 1
            while self._oldest in self._reported:
                self._reported.remove(self._oldest)
                self._oldest += 1
        return Settle(page, slot, blame, tries)

    def _expect_life(self, worker: _Worker, now: float) -> None:
        patience = self._limits.page_timeout * self._limits.batch_size
        self._set_deadline(worker, now + patience if worker.pages else None)

    def _set_deadline(self, worker: _Worker, deadline: float | None) -> None:
        worker.deadline = None if deadline == math.inf else deadline
        self._set_alarm(worker)

    def _set_alarm(self, worker: _Worker) -> None:
        # Deadlines move with every page, nearly always later: one entry per worker is enough, and is only looked
        # at again when it comes up.
        if worker.deadline is not None and worker.deadline < worker.alarm:
            worker.alarm = worker.deadline
            heapq.heappush(self._alarms, (worker.deadline, worker.slot))
