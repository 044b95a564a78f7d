"""What the parent and a worker say to each other, what a pipeline must offer, and what the fleet tells onlookers.

Runs in: parent and worker. Pure values. Messages are named tuples, which pickle three times faster than frozen
dataclasses: two of them travel for every page.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, NamedTuple, Protocol, TypeAlias

from galley.devices import Slot
from galley.errors import BadArguments
from galley.pages import FailureKind


class Pipeline(Protocol):
    """What a worker runs, seen from the fleet: pages in, results out; nothing else is known of it.

    A `galley.errors.BadInput` raised by `load` or `predict` makes that page unreadable, an `OutputError` not
    written, a `TimeoutError` timed out, any other exception rejected. After a `MemoryError` or `DeviceError` the
    worker is replaced. A `DeviceLost` raised by `predict`, or when the pipeline is opened, ends the worker as if it
    had died: the pages in work are tried elsewhere.
    """

    def describe(self) -> Mapping[str, str]:
        """What really runs, once open: engine, device, precision. For logs and progress."""
        ...

    def load(self, page: Any) -> Any:
        """The page made ready for `predict`: pixels decoded.

        Runs in a thread of its own, one page at a time, while `predict` works on earlier pages.
        """
        ...

    def predict(self, loaded: Sequence[Any]) -> Sequence[Any]:
        """The picklable results of one to `batch_size` loaded pages: as many, in the same order.

        When it raises for several pages, each is predicted again alone, so it must have no effect by then. Called
        from one thread, unless the fleet's limits ask for several calls at once.
        """
        ...

    def close(self) -> None:
        """Release what is held. Called once, at the end of a worker that is asked to stop."""
        ...


@dataclass(frozen=True, slots=True)
class Factory:
    """How a worker opens its pipeline: by name, so that the parent never imports it."""

    target: str
    """`package.module:name` of a callable, called as `name(slot=slot, **arguments)`."""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """Picklable keyword arguments."""

    def open(self, slot: Slot) -> Pipeline:
        """Import the target and call it.

        Raises:
            BadArguments: the target does not have the form `module:name`.
            Exception: whatever the import or the target raises.
        """
        module, colon, name = self.target.partition(":")
        if not (module and colon and name):
            raise BadArguments(f"pipeline {self.target!r} is not of the form package.module:name")
        pipeline: Pipeline = getattr(import_module(module), name)(slot=slot, **self.arguments)
        return pipeline


class Parcel(NamedTuple):
    """A pickled page or result. It is unpacked apart from the message that carries it, so that a page or result
    that cannot be unpickled costs that page only. Large buffers (array pixels) stay beside the pickle, uncopied.
    """

    pickled: bytes
    buffers: Sequence[Any]

    @classmethod
    def pack(cls, content: Any) -> Parcel:
        """Pickle `content`, which must not change until it is sent.

        Raises:
            Exception: whatever pickling raises for things that cannot be pickled.
        """
        buffers: list[pickle.PickleBuffer] = []

        def keep_inside(buffer: pickle.PickleBuffer) -> bool:
            small = buffer.raw().nbytes < _SMALL_BUFFER
            if not small:
                buffers.append(buffer)
            return small

        return cls(pickle.dumps(content, protocol=5, buffer_callback=keep_inside), buffers)

    def unpack(self) -> Any:
        """The content; its arrays are writable and own their memory."""
        return pickle.loads(self.pickled, buffers=self.buffers)


_SMALL_BUFFER = 1 << 16  # bytes; below, one copy is cheaper than one more element to send and to allocate

# ---- parent to worker ---------------------------------------------------------------------------------------------


class Open(NamedTuple):
    """The first message: which pipeline to open, where, and for how long."""

    factory: Parcel
    slot: Slot
    batch_size: int
    concurrency: int
    """Predict calls at once."""
    recycle_after: int | None
    """Pages after which the worker is to resign."""
    max_memory: int | None
    """Megabytes of resident memory above which it is to."""


class Work(NamedTuple):
    """One page to do, after those already sent."""

    seq: int
    page: Parcel


class Recall(NamedTuple):
    """Give back the pages that are not yet being predicted: another worker is idle. Answered by `Returned`."""


class Stop(NamedTuple):
    """Finish what is being predicted, close the pipeline and exit."""


# ---- worker to parent ---------------------------------------------------------------------------------------------


class Ready(NamedTuple):
    """The pipeline is open."""

    description: dict[str, str]


class Unopened(NamedTuple):
    """The factory raised; the worker exits."""

    error: str
    """Name of the exception's class."""
    message: str
    traceback: str


class Started(NamedTuple):
    """The page is being loaded: from now on it may be to blame for the worker's death."""

    seq: int


class Finished(NamedTuple):
    """The page has a result."""

    seq: int
    result: Parcel
    seconds: float
    """Spent on this page: loading, and its share of the predict call."""


class Rejected(NamedTuple):
    """The page has none, and would have none the next time."""

    seq: int
    kind: FailureKind
    message: str
    traceback: str
    seconds: float


class Returned(NamedTuple):
    """Pages given back untouched, whether `Started` or not."""

    seqs: list[int]


class Resigned(NamedTuple):
    """The worker's last words: it has served its time and exits. Pages given back untouched, and why."""

    seqs: list[int]
    reason: str


class Lost(NamedTuple):
    """The worker's last words: its device does not answer. Pages given back untouched, and what happened."""

    seqs: list[int]
    reason: str


Report: TypeAlias = Ready | Unopened | Started | Finished | Rejected | Returned | Resigned | Lost

# ---- fleet to onlookers -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WorkerStarting:
    """A process was started for the slot."""

    slot: str


@dataclass(frozen=True, slots=True)
class WorkerReady:
    """The slot's pipeline is open."""

    slot: str
    description: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class WorkerDied:
    """The slot's process ended without having been asked to."""

    slot: str
    reason: str
    will_restart: bool


@dataclass(frozen=True, slots=True)
class WorkerRecycled:
    """The slot's process ended as agreed, and a fresh one takes its place."""

    slot: str
    reason: str


@dataclass(frozen=True, slots=True)
class WorkerWrote:
    """Lines that the worker, or native code in it, wrote to its standard output or error."""

    slot: str
    text: str


@dataclass(frozen=True, slots=True)
class PageStarted:
    """The slot's worker began to load the page."""

    slot: str
    seq: int


@dataclass(frozen=True, slots=True)
class PageEnded:
    """The page has its outcome. `slot` is None where no worker had it in hand."""

    slot: str | None
    seq: int
    seconds: float
    ok: bool


FleetEvent: TypeAlias = (
    WorkerStarting | WorkerReady | WorkerDied | WorkerRecycled | WorkerWrote | PageStarted | PageEnded
)
