"""Decide who does which page, when a worker is started, restarted, killed or given up, and who is to blame.

Runs in: pure. No clock, no process, no file: the caller reports what happened, carries out the commands it gets
back, and asks `assign` for more until there is none. Time is an argument, in seconds.

The rules; those about pages alone, such as which is next, are the backlog's:
- A worker holds at most `depth` pages; the one with the fewest gets the next. When one is idle and no page is
  left to take, the worker that has been at its pages the longest is asked to give the waiting ones back.
- When a worker dies, the pages that had started there are accused, and those that were only waiting come back.
- A suspect runs alone in its worker, so that the next death is conclusive, and after all fresh pages that may be taken.
- A slot is retired after `max_deaths` deaths in a row without a page started, or `max_crashes` with one. A
  finished page sets both back.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

from galley.fleet.backlog import Backlog, Suspect
from galley.fleet.commands import Abandon, Command, Forget, Kill, Recall, Send, Settle, Start
from galley.fleet.limits import Limits
from galley.pages import FailureKind

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
    alone: Suspect | None = None  # the one page it may hold
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
        self._backlog = Backlog(limits)

    # ---- what the caller may ask ----

    @property
    def settled(self) -> bool:
        """Whether every page of the source has its outcome."""
        return self._backlog.settled

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
        self._backlog.begin(pages)
        first = self._backlog.next_page()
        if first is None:
            return []
        self._backlog.put_back([first], None)
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
        return [Settle(page, slot, None, self._backlog.end(page) + 1)]

    def returned(self, slot: str, pages: Sequence[int]) -> list[Command]:
        """The worker gave pages back untouched."""
        worker = self._workers[slot]
        mine = [page for page in pages if page in worker.pages]
        self._backlog.put_back(mine, worker.alone)
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
        self._backlog.put_back(waiting, worker.alone)
        given_up = self._backlog.accuse(suspects, slot)
        commands: list[Command] = [Settle(page, slot, blame, self._backlog.end(page)) for page in given_up]
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
        page = self._backlog.next_page()
        if page is not None:
            return self._send(worker, page, now, None)
        for idle in self._hungry[0].values():
            suspect = self._backlog.next_suspect(idle.slot, last=self._active == 1)
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
        while (page := self._backlog.next_of_all()) is not None:
            yield Settle(page, None, FailureKind.NO_WORKER, self._backlog.end(page))

    def _hungriest(self) -> _Worker | None:
        for bucket in self._hungry:
            for worker in bucket.values():
                return worker
        return None

    def _send(self, worker: _Worker, page: int, now: float, suspect: Suspect | None) -> Send:
        worker.pages[page] = None
        if len(worker.pages) == 1:
            self._expect_life(worker, now)
        worker.alone = suspect
        worker.drained = False
        self._place(worker)
        return Send(worker.slot, page, suspect is not None)

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
