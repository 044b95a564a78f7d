"""What the dispatcher decides, for the loop to carry out.

Runs in: pure. Values only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from galley.pages import FailureKind


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
