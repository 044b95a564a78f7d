"""The only loop: wait for workers and deadlines, tell the dispatcher, carry out what it decides.

Runs in: parent.
"""

from __future__ import annotations

import selectors
import signal
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from galley import errors
from galley.devices import Slot
from galley.errors import DeviceLost, GalleyError, NoWorkerLeft
from galley.fleet import commands
from galley.fleet.attempt import read_answer, reject
from galley.fleet.dispatch import Dispatcher
from galley.fleet.limits import Limits
from galley.fleet.messages import (
    Factory,
    Finished,
    FleetEvent,
    Lost,
    Open,
    PageEnded,
    PageStarted,
    Parcel,
    Ready,
    Recall,
    Rejected,
    Report,
    Resigned,
    Returned,
    Started,
    Unopened,
    Work,
    WorkerDied,
    WorkerReady,
    WorkerRecycled,
    WorkerStarting,
    WorkerWrote,
)
from galley.fleet.process import Process, stop_all
from galley.pages import Done, Failed, FailureKind, Outcome
from galley.wording import counted

Observer: TypeAlias = Callable[[FleetEvent], None]

_SOURCE_TURN = 0.05  # seconds for a slow page source before workers and outcomes get their turn
_LONGEST_WAIT = 3600.0  # seconds
_POLL = 0.2  # seconds between looks at processes where the system has no pidfd
_READ, _READ_WRITE = selectors.EVENT_READ, selectors.EVENT_READ | selectors.EVENT_WRITE


class Loop:
    """One crew of workers, from its first start to `stop`, and the runs it serves one after the other."""

    def __init__(
        self,
        factory: Factory,
        slots: Mapping[str, Slot],
        limits: Limits,
        observe: Observer,
        processes: dict[str, Process],
    ) -> None:
        """`processes` (slot name -> its living worker) is kept up to date, for those who must end them."""
        self._factory = Parcel.pack(factory)
        self._slots = slots
        self._limits = limits
        self._observe = observe
        self._processes = processes
        self._unsent: dict[str, Process] = {}  # those with messages to flush before the next wait
        self._unwatched: dict[str, Process] = {}  # those whose end no descriptor tells
        self._selector = selectors.DefaultSelector()
        weakref.finalize(self, self._selector.close)  # it refers to itself and would live until a collection
        self._dispatcher = Dispatcher(list(slots), limits)
        self._clock = 0.0
        self._pages: dict[int, Any] = {}
        self._next = 0  # number of the next page, counted over all runs
        self._first = 0  # number of the first page of this run
        self._answers: dict[int, Finished | Rejected] = {}
        self._outcomes: deque[tuple[int, Outcome]] = deque()
        self._refusals: dict[str, Unopened] = {}
        self._ends: dict[str, tuple[str, str]] = {}  # slot -> how its last worker ended, and its last lines
        self.stopped = False

    @property
    def stranded(self) -> bool:
        """Whether every slot was given up."""
        return self._dispatcher.stranded

    def open(self) -> None:
        """Start all workers and wait until each is ready or given up.

        Raises:
            NoWorkerLeft: every slot was given up.
            GalleyError: the pipeline cannot be opened.
        """
        self._carry_out(self._dispatcher.start(self._clock))
        while self._dispatcher.opening:
            self._wait(self._dispatcher.next_deadline())
        if self._dispatcher.stranded:
            raise self._no_worker_left()

    def run(self, pages: Iterable[Any]) -> Iterator[tuple[int, Outcome]]:
        """Number and outcome of every page, in order of completion. Raises as `open`, and what `pages` raises."""
        dispatcher = self._dispatcher
        self._first = self._next
        self._carry_out(dispatcher.begin(self._number(pages), self._clock))
        while not dispatcher.stranded:
            more = self._hand_out()
            yield from self._take_outcomes()
            if dispatcher.settled:
                return
            self._wait(self._clock if more else dispatcher.next_deadline())
        yield from self._take_outcomes()
        if not dispatcher.settled:
            for settled in dispatcher.give_up():
                self._settle(settled)
                yield from self._take_outcomes()
            raise self._no_worker_left()

    def stop(self, patience: tuple[float, float]) -> None:
        """End all workers; seconds of patience as for `stop_all`. The loop is of no further use."""
        self.stopped = True
        self._selector.close()
        stop_all(self._processes, patience)

    # ---- pages in, outcomes out ----

    def _number(self, pages: Iterable[Any]) -> Iterator[int]:
        for page in pages:
            seq = self._next
            self._next += 1
            self._pages[seq] = page
            yield seq

    def _hand_out(self) -> bool:
        """Carry out assignments; True if there may be more, because the source of pages is slow."""
        until = time.monotonic() + _SOURCE_TURN
        more = True
        while more and time.monotonic() < until:
            command = self._dispatcher.assign(self._clock)
            more = command is not None
            if command is not None:
                self._carry_out([command])
        self._flush()
        return more

    def _take_outcomes(self) -> Iterator[tuple[int, Outcome]]:
        while self._outcomes:
            yield self._outcomes.popleft()
            if self.stopped:
                raise GalleyError("the fleet was closed in the middle of a run")

    def _settle(self, settled: commands.Settle) -> None:
        page = self._pages.pop(settled.page)
        seq = settled.page - self._first
        outcome: Outcome
        answer = self._answers.pop(settled.page, None)
        if answer is None or settled.slot is None:
            outcome = self._explain(page, settled)
        else:
            outcome = read_answer(page, answer, settled.slot, settled.tries)
        self._outcomes.append((seq, outcome))
        seconds = 0.0 if answer is None else answer.seconds
        self._observe(PageEnded(settled.slot, seq, seconds, isinstance(outcome, Done)))

    def _explain(self, page: Any, settled: commands.Settle) -> Failed:
        """The failure of a page whose worker never answered."""
        kind = FailureKind.NO_WORKER if settled.blame is None else settled.blame
        if settled.slot is None:
            return Failed(page, kind, "no worker was left to take it", "", settled.tries)
        end, last_lines = self._ends[settled.slot]
        return Failed(page, kind, f"the worker {end}, {counted(settled.tries, 'time')}", last_lines, settled.tries)

    # ---- the dispatcher's commands ----

    def _carry_out(self, decisions: Iterable[commands.Command]) -> None:
        for command in decisions:
            match command:
                case commands.Send():
                    self._send(command)
                case commands.Settle():
                    self._settle(command)
                case commands.Recall(slot):
                    self._tell(self._processes[slot], Recall())
                case commands.Start(slot):
                    self._start(slot)
                case commands.Kill(slot):
                    self._kill(self._processes[slot])
                case commands.Forget(slot):
                    self._on_end(self._processes[slot], _READ)
                case commands.Abandon(slot):
                    raise _opening_error(self._refusals[slot], slot)

    def _start(self, slot: str) -> None:
        self._observe(WorkerStarting(slot))
        try:
            process = Process(self._slots[slot])
        except OSError as error:
            self._mourn(slot, f"could not be started: {error}", "")
            return
        self._processes[slot] = process
        # Functions, not bound methods: a loop that nobody refers to must end at once, not at the next collection.
        self._selector.register(process.channel, _READ, (Loop._on_channel, process))
        self._selector.register(process.stderr, _READ, (Loop._on_stderr, process))
        if process.pidfd is not None:
            self._selector.register(process.pidfd, _READ, (Loop._on_end, process))
        else:
            self._unwatched[slot] = process
        limits = self._limits
        terms = (limits.batch_size, limits.concurrency, limits.recycle_after, limits.max_worker_memory)
        self._tell(process, Open(self._factory, process.slot, *terms))

    def _kill(self, process: Process) -> None:
        seconds = self._limits.page_timeout if process.ready else self._limits.start_timeout
        process.kill(f"gave no sign of life for {seconds:g} s{'' if process.ready else ' while opening'}")

    def _send(self, command: commands.Send) -> None:
        try:
            parcel = Parcel.pack(self._pages[command.page])
        except Exception as error:  # a page that cannot be pickled is a bad page, not a broken run
            self._answer(command.slot, reject(command.page, error, 0.0))
        else:
            self._tell(self._processes[command.slot], Work(command.page, parcel))

    def _tell(self, process: Process, message: Open | Work | Recall) -> None:
        process.channel.queue(message)
        self._unsent[process.name] = process

    def _flush(self) -> None:
        """Send what was said to workers as far as the system takes it now; the rest when it takes more."""
        for process in self._unsent.values():
            try:
                if not process.channel.flush() and not process.deaf:
                    self._selector.modify(process.channel, _READ_WRITE, (Loop._on_channel, process))
            except OSError:
                continue  # it is dead, which is noticed soon
        self._unsent.clear()

    # ---- what happens ----

    def _wait(self, deadline: float | None) -> None:
        """Wait for something to happen, at most until `deadline`, and deal with all that happened.

        The fleet's clock runs only here, and no further than was waited for on purpose: the time that the reader of
        outcomes, the source of pages or a stopped terminal takes is never held against a worker.
        """
        timeout = _LONGEST_WAIT if deadline is None else min(max(deadline - self._clock, 0.0), _LONGEST_WAIT)
        if self._unwatched:
            timeout = min(timeout, _POLL)
        self._flush()
        start = time.monotonic()
        events = self._selector.select(timeout)
        self._clock += min(time.monotonic() - start, timeout)
        for key, mask in events:
            react, process = key.data
            if self._processes.get(process.name) is process:  # not buried a moment ago
                react(self, process, mask)
        for process in list(self._unwatched.values()):
            if process.has_ended():
                self._on_end(process, _READ)
        self._carry_out(self._dispatcher.tick(self._clock))

    def _on_channel(self, process: Process, mask: int) -> None:
        if mask & selectors.EVENT_WRITE:
            try:
                if process.channel.flush():
                    self._selector.modify(process.channel, _READ, (Loop._on_channel, process))
            except OSError:  # dead, which is noticed by reading
                self._selector.modify(process.channel, _READ, (Loop._on_channel, process))
        if mask & selectors.EVENT_READ:
            self._read(process)

    def _read(self, process: Process) -> bool:
        """Deal with what the worker said; False if it says nothing at present."""
        try:
            messages = process.channel.receive()
        except BlockingIOError:
            return False
        except Exception:  # the end, or bytes that only a process gone mad can have written
            if not process.deaf:
                process.deaf = True
                self._selector.unregister(process.channel)
                process.send_signal(signal.SIGKILL)
            return False
        for message in messages:
            self._heed(process, message)
        return True

    def _heed(self, process: Process, message: Report) -> None:
        slot, dispatcher = process.name, self._dispatcher
        match message:
            case Started(seq):
                self._observe(PageStarted(slot, seq - self._first))
                self._carry_out(dispatcher.started(slot, seq, self._clock))
            case Finished() | Rejected():
                self._answer(slot, message)
            case Returned(seqs):
                self._carry_out(dispatcher.returned(slot, seqs))
            case Resigned(seqs, reason):
                process.resigned = reason
                self._carry_out(dispatcher.resigned(slot, seqs, self._clock))
            case Ready(description):
                process.ready = True
                self._observe(WorkerReady(slot, description))
                self._carry_out(dispatcher.ready(slot))
            case Lost(seqs, reason):
                process.explain(f"lost its device: {reason}")
                self._carry_out(dispatcher.lost(slot, seqs, self._clock))
            case Unopened():
                self._refusals[slot] = message
                lost = message.error == DeviceLost.__name__
                process.explain(f"{'has no device' if lost else 'could not open'}: {message.message}")
                self._carry_out(dispatcher.unopened(slot, lost))

    def _answer(self, slot: str, answer: Finished | Rejected) -> None:
        self._answers[answer.seq] = answer
        self._carry_out(self._dispatcher.finished(slot, answer.seq, self._clock))

    def _on_stderr(self, process: Process, mask: int) -> None:
        text = process.read_stderr()
        if text:
            self._observe(WorkerWrote(process.name, text))
        elif text is None:  # closed by a worker that has no more to say
            self._selector.unregister(process.stderr)

    def _on_end(self, process: Process, mask: int) -> None:
        """The process is dead: hear its last messages and what it wrote, then tell the dispatcher."""
        while self._read(process):
            pass
        process.send_signal(signal.SIGKILL)  # its children, which may be writing as well
        while text := process.read_stderr():
            self._observe(WorkerWrote(process.name, text))
        for registered in (process.channel, process.stderr, process.pidfd):
            if registered is not None and registered in self._selector.get_map():
                self._selector.unregister(registered)
        slot = process.name
        del self._processes[slot]
        self._unwatched.pop(slot, None)
        self._unsent.pop(slot, None)
        end, resigned = process.bury(), process.resigned
        if resigned is None:
            self._mourn(slot, end, process.tail())
        else:
            self._observe(WorkerRecycled(slot, resigned))
            self._carry_out(self._dispatcher.died(slot, self._clock))

    def _mourn(self, slot: str, end: str, last_lines: str) -> None:
        self._ends[slot] = (end, last_lines)
        decisions = self._dispatcher.died(slot, self._clock)
        self._observe(WorkerDied(slot, end, self._dispatcher.restarting(slot)))
        self._carry_out(decisions)

    def _no_worker_left(self) -> NoWorkerLeft:
        ends = "; ".join(f"{slot} {self._ends[slot][0]}" for slot in self._slots)
        last_lines = [lines for _, lines in self._ends.values() if lines][-1:]
        return NoWorkerLeft("\n".join([f"no worker is left: {ends}", *last_lines]))


class WorkerError(Exception):
    """What went wrong in a worker, as text: the cause of the exception raised here."""

    def __str__(self) -> str:
        return f"\n{self.args[0]}"


def _opening_error(refusal: Unopened, slot: str) -> GalleyError:
    """The exception for a pipeline that cannot be opened: of its own class if that is one of ours."""
    known = getattr(errors, refusal.error, None)
    error: GalleyError
    if isinstance(known, type) and issubclass(known, GalleyError):
        error = known(refusal.message)
    else:
        error = GalleyError(f"the pipeline cannot be opened on {slot}: {refusal.message}")
    error.__cause__ = WorkerError(refusal.traceback)
    return error
