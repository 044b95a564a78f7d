"""The life of a worker process, from its first instruction to its last.

Runs in: worker.

Three threads share the work. One hears the parent's orders, so that the parent never waits for a busy worker and
the worker knows at once when the parent is gone. One loads pages ahead. The main thread opens the pipeline and
predicts, since many native libraries want both in one thread; others help it where several calls at once were
agreed on.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from galley.devices import Slot
from galley.errors import DeviceLost, GalleyError
from galley.fleet import attempt
from galley.fleet.channel import Channel
from galley.fleet.messages import (
    Factory,
    Lost,
    Open,
    Pipeline,
    Ready,
    Recall,
    Rejected,
    Report,
    Resigned,
    Returned,
    Started,
    Stop,
    Unopened,
    Work,
)
from galley.fleet.tray import Tray
from galley.wording import counted


def main(socket: str) -> NoReturn:
    """Serve the parent at the other end of `socket`, a descriptor's number; called once, by a process made for it."""
    descriptor = int(socket)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's affair
    os.set_inheritable(descriptor, False)
    die_with_parent(shield_standard_streams())
    channel = Channel(descriptor)
    orders, parent = channel.messages(), Parent(channel)
    opening: Open = next(orders)
    tray = Tray()
    threading.Thread(target=follow_orders, args=(orders, parent, tray), daemon=True).start()
    bind_to_cores(opening.slot)
    pipeline = open_pipeline(opening, parent)
    threading.Thread(target=load_ahead, args=(pipeline, parent, tray), daemon=True).start()
    predict_all(pipeline, parent, tray, opening)
    pipeline.close()
    leave(0)


# ---- birth --------------------------------------------------------------------------------------------------------


def shield_standard_streams() -> int:
    """Make fd 1 the same as fd 2, and fd 0 empty; the lifeline that fd 0 was, under a number nobody guesses.

    From here on nothing that native code or `print` writes can disturb anybody.
    """
    lifeline = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return lifeline


def die_with_parent(lifeline: int) -> None:
    """Have the kernel kill this process group when the parent's end of the pipe `lifeline` closes.

    This works while native code holds the interpreter lock, when no thread of ours can notice anything. Not
    PR_SET_PDEATHSIG, which fires when the *thread* that started us ends. Linux only; elsewhere the end of the
    parent is noticed by `follow_orders` alone.
    """
    if hasattr(fcntl, "F_SETSIG"):
        fcntl.fcntl(lifeline, fcntl.F_SETOWN, -os.getpgrp() if leads_group() else os.getpid())
        fcntl.fcntl(lifeline, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
    hung_up = select.poll()
    hung_up.register(lifeline, 0)
    if hung_up.poll(0):  # the parent died before we asked for the signal
        vanish()


def bind_to_cores(slot: Slot) -> None:
    """Bind the process to the slot's cores, before any library counts them."""
    if slot.pinned and hasattr(os, "sched_setaffinity"):
        try:
            os.sched_setaffinity(0, slot.cores)
        except OSError as error:
            sys.stderr.write(f"cannot bind {slot.name} to cores {slot.cores}: {error}\n")


def open_pipeline(opening: Open, parent: Parent) -> Pipeline:
    """Open the pipeline and say so; end the process if it cannot be opened."""
    try:
        factory: Factory = opening.factory.unpack()
        pipeline = factory.open(opening.slot)
        description = {str(key): str(value) for key, value in pipeline.describe().items()}
    except BaseException as error:
        message = str(error) if isinstance(error, GalleyError) else attempt.summarize(error)
        parent.tell(Unopened(type(error).__name__, message, attempt.format_traceback(error)))
        leave(1)
    parent.tell(Ready(description))
    return pipeline


# ---- work ---------------------------------------------------------------------------------------------------------


class Parent:
    """The parent as this process sees it: somebody to tell things, from any thread."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._speaking = threading.Lock()

    def tell(self, report: Report) -> None:
        """Send a report; return when the system has taken it."""
        self.tell_now(lambda: report)

    def tell_now(self, words: Callable[[], Report]) -> None:
        """As `tell`, what `words` gives when it is our turn, so that it is still true when it is said."""
        with self._speaking:
            try:
                self._channel.queue(words())
                self._channel.flush()
            except OSError:
                vanish()

    def tell_last(self, last_words: Callable[[], Report]) -> NoReturn:
        """Say what `last_words` gives and end the process, with no other thread saying anything in between."""
        with self._speaking:
            with contextlib.suppress(OSError):
                self._channel.queue(last_words())
                self._channel.flush()
            leave(0)


def follow_orders(orders: Iterator[Any], parent: Parent, tray: Tray) -> None:
    """Hear the parent until it is gone; then end at once, even in the middle of native code."""
    try:
        for order in orders:
            if isinstance(order, Work):
                tray.put(order)
            elif isinstance(order, Recall):
                # Not taken out before: last words of another thread would leave them out.
                parent.tell_now(lambda: Returned(tray.give_back()))
            elif isinstance(order, Stop):
                tray.close()
    except Exception as error:  # such as no memory for a page: a worker that hears nothing any more would never end
        sys.stderr.write(attempt.format_traceback(error))
    vanish()


def load_ahead(pipeline: Pipeline, parent: Parent, tray: Tray) -> None:
    """Load the pages in their order, each as soon as the one before it is loaded."""
    while True:
        work = tray.next_to_load()
        parent.tell(Started(work.seq))
        page = attempt.load(pipeline, work.seq, work.page)
        if isinstance(page, Rejected):
            # Said first: a worker that resigns in between would be taken to have died of the page.
            parent.tell(page)
            tray.loaded(None)
        else:
            tray.loaded(page)


def predict_all(pipeline: Pipeline, parent: Parent, tray: Tray, terms: Open) -> None:
    """Predict in as many threads as agreed, this one among them, until asked to stop or until time is served."""
    reasons: list[str] = []
    work = (pipeline, parent, tray, terms, reasons)
    others = [threading.Thread(target=predict_loaded, args=work, daemon=True) for _ in range(terms.concurrency - 1)]
    for other in others:
        other.start()
    predict_loaded(*work)
    for other in others:
        other.join()
    if reasons:
        parent.tell_last(lambda: Resigned(tray.give_up(), reasons[0]))


def predict_loaded(pipeline: Pipeline, parent: Parent, tray: Tray, terms: Open, reasons: list[str]) -> None:
    """Predict loaded pages until the tray is closed, here if need be: then `reasons` says why.

    An error that leaves no trust ends the process. Of a lost device's pages those that were only loaded are given
    back; one of those in work may be what it died of.
    """
    while pages := tray.next_to_predict(terms.batch_size):
        try:
            for answer in attempt.predict(pipeline, pages):
                parent.tell(answer)
                tray.answered(answer.seq)
        except DeviceLost as error:
            reason = attempt.summarize(error)
            parent.tell_last(lambda: Lost(tray.give_up(), reason))  # noqa: B023 - said at once
        except attempt.FATAL:
            parent.tell_last(lambda: Returned(tray.give_up_all()))
        served = reason_to_resign(terms, tray.handed_out)
        if served is not None:
            reasons.append(served)
            tray.close()


def reason_to_resign(terms: Open, served: int) -> str | None:
    """Why this process should make room for a fresh one by now; None if it should not."""
    if terms.recycle_after is not None and served >= terms.recycle_after:
        return f"{counted(served, 'page is', 'pages are')} done"
    if terms.max_memory is not None:
        used = resident_memory() / 1e6
        if used > terms.max_memory:
            return f"{used:.0f} MB of memory are used"
    return None


def resident_memory() -> int:
    """Bytes of this process in memory; where the system does not tell, the most there ever were."""
    try:
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - pathlib would slow every worker's start
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        import resource

        scale = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale


# ---- death --------------------------------------------------------------------------------------------------------


def leave(code: int) -> NoReturn:
    """End without the interpreter's own end, in which native libraries with living threads hang or crash."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    os._exit(code)


def vanish() -> NoReturn:
    """End together with every process that was started from here: nobody is left to do it."""
    if leads_group():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def leads_group() -> bool:
    """Whether the process group is ours, as it is when a parent of this package started us."""
    return os.getpgrp() == os.getpid()
