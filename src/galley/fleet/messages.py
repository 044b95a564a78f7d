"""What travels on the pipe between the parent and one worker, and how.

Runs in: parent and worker.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from galley.devices import Slot
from galley.pages import FailureKind


class Pipeline(Protocol):
    """What a worker runs, seen from the fleet: it turns pages into results, and nothing else is known of it."""

    def describe(self) -> Mapping[str, str]:
        """What really runs, once open: engine, device, precision. For logs and progress."""
        ...

    def predict(self, page: Any) -> Any:
        """The picklable result of one page. A `galley.errors.GalleyError` is a clear rejection of that page."""
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
