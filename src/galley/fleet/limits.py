"""How much a fleet does at once, how often it tries, and how long it waits.

Runs in: pure. A value that the edges set and the dispatcher keeps to.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from galley.errors import BadArguments


@dataclass(frozen=True, slots=True)
class Limits:
    """How much, how often and how long. Times are seconds."""

    depth: int = 2
    """Pages in a worker at once: those in work, and others being decoded ahead. At least `batch_size` for each of
    `concurrency` calls."""
    batch_size: int = 1
    """Most pages given to one predict call."""
    concurrency: int = 1
    """Predict calls at once in one worker, each in a thread: for pipelines that wait for answers from elsewhere."""
    max_tries: int = 2
    """Times a page may kill the worker it is alone in before it is given up."""
    page_timeout: float = 600.0
    """Longest time for one page; a worker that is silent for longer (times `batch_size`) is killed."""
    start_timeout: float = 600.0
    """Longest time for a worker to open its pipeline."""
    max_deaths: int = 3
    """Deaths in a row without any page to blame after which a slot is given up."""
    max_crashes: int = 20
    """Deaths in a row with pages in work, and none finished between, after which a slot is given up."""
    restart_delay: float = 0.5
    """Pause before the second restart in a row without a page to blame; doubled for each further one."""
    recycle_after: int | None = None
    """Pages after which a worker is replaced by a fresh one, for pipelines that leak; None for never."""
    max_worker_memory: int | None = None
    """Megabytes of resident memory above which a worker is replaced once its page is done; None for no limit."""
    window: int = 1024
    """Pages taken from the source counting from the oldest one without an outcome: what an ordered reader may
    have to hold back. Should be several times the number of slots."""

    def __post_init__(self) -> None:
        for name in ("depth", "batch_size", "concurrency", "max_tries", "max_deaths", "max_crashes", "window"):
            _require_count(name, getattr(self, name))
        for name in ("recycle_after", "max_worker_memory"):
            if getattr(self, name) is not None:
                _require_count(name, getattr(self, name))
        for name in ("page_timeout", "start_timeout"):
            if not getattr(self, name) > 0:
                raise BadArguments(f"{name} is {getattr(self, name)!r}; it must be a number of seconds above 0")
        if not 0 <= self.restart_delay < math.inf:
            raise BadArguments(f"restart_delay is {self.restart_delay!r}; it must be 0 or more seconds")
        least = self.batch_size * self.concurrency
        if self.depth < least:
            raise BadArguments(f"depth is {self.depth}; it must be at least batch_size x concurrency, which is {least}")

    def with_batches(self, size: int) -> Limits:
        """These limits with `size` pages in one predict call. While those are predicted, as many others are loaded.

        Raises:
            BadArguments: `size` is under 1.
        """
        _require_count("batch_size", size)
        return replace(self, batch_size=size, depth=max(self.depth, 2 * size))


def _require_count(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise BadArguments(f"{name} is {value!r}; it must be a whole number of at least 1")
