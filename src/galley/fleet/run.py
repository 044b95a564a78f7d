"""The fleet as its users see it: workers that start when needed, serve run after run, and never outlive us.

Runs in: parent.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from galley.devices import Slot
from galley.errors import BadArguments, GalleyError
from galley.fleet.limits import Limits
from galley.fleet.loop import Loop, Observer
from galley.fleet.messages import Factory, FleetEvent
from galley.fleet.process import Process, stop_all
from galley.pages import Outcome

_PATIENCE = (5.0, 2.0)  # seconds for an idle worker to close its pipeline; then to obey SIGTERM
_HURRY = (0.0, 1.0)  # the same when a run is broken off


class Fleet:
    """Worker processes, one per slot, that serve one run after the other.

    The processes start with the first run, or with `open`. They end with `close`, with a run that is broken off (an
    exception, Ctrl-C, an abandoned iterator), with this object, and with the program, however it ends. A run after
    that starts new ones. Use it from any thread, but from one at a time.
    """

    def __init__(
        self,
        factory: Factory,
        slots: Sequence[Slot],
        limits: Limits | None = None,
        observe: Observer | None = None,
    ) -> None:
        """Start nothing yet. `observe` is called for every event in the middle of the run, so it must be quick.

        Raises:
            BadArguments: no slot, or two of the same name.
        """
        self._slots = {slot.name: slot for slot in slots}
        if not self._slots:
            raise BadArguments("a fleet needs at least one slot")
        if len(self._slots) < len(slots):
            raise BadArguments(f"two slots have the same name: {', '.join(slot.name for slot in slots)}")
        self._factory = factory
        self._limits = Limits() if limits is None else limits
        self._observe = _ignore if observe is None else observe
        self._processes: dict[str, Process] = {}
        self._loop: Loop | None = None
        self._busy = False
        self._finalizer = weakref.finalize(self, _stop_own, self._processes, os.getpid())

    def open(self) -> None:
        """Start all workers and wait until each is ready or given up. Not needed: `run` starts them as well.

        Raises:
            NoWorkerLeft: every slot was given up.
            GalleyError: the pipeline cannot be opened; of the class that was raised in the worker.
        """
        with self._broken_off_by_errors() as loop:
            loop.open()

    def run(self, pages: Iterable[Any]) -> Generator[tuple[int, Outcome], None, None]:
        """0-based number and outcome of every page, in order of completion; `pages` is read as workers need it.

        A page must not be changed before its outcome is there. Each outcome holds the very page handed in.

        Raises:
            NoWorkerLeft: every slot was given up; raised when each page has its outcome.
            GalleyError: the pipeline cannot be opened; of the class that was raised in the worker.
            Exception: whatever `pages` raises, once the workers are stopped.
        """
        with self._broken_off_by_errors() as loop:
            yield from loop.run(pages)

    def close(self) -> None:
        """Stop all workers and return when they are gone."""
        self._stop(_PATIENCE)

    @property
    def pids(self) -> dict[str, int]:
        """Process id of each slot's worker, where there is one."""
        return {name: process.pid for name, process in self._processes.items()}

    def __enter__(self) -> Fleet:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _broken_off_by_errors(self) -> Iterator[Loop]:
        if self._busy:
            raise GalleyError("the fleet is in the middle of another run")
        self._busy = True
        try:
            if self._loop is None or self._loop.stranded:
                stop_all(self._processes, _HURRY)  # those of a stop that was interrupted
                self._loop = Loop(self._factory, self._slots, self._limits, self._observe, self._processes)
            yield self._loop
        except BaseException:
            self._stop(_HURRY)
            raise
        finally:
            self._busy = False

    def _stop(self, patience: tuple[float, float]) -> None:
        loop, self._loop = self._loop, None
        if loop is not None:
            loop.stop(patience)


def _ignore(event: FleetEvent) -> None:
    pass


def _stop_own(processes: dict[str, Process], owner: int) -> None:
    """Stop what is left when the fleet's object or the interpreter ends; not in a fork of the interpreter."""
    if os.getpid() == owner:
        stop_all(processes, _HURRY)
