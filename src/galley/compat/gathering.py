"""From the outcomes of a run to the results that a caller sees, with the failures said at the end.

Runs in: parent.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Generator, Iterator
from typing import Any, TypeVar

from galley.errors import PagesFailed
from galley.pages import Failed, Outcome

ResultT = TypeVar("ResultT")
_KEPT_FAILURES = 1000


def gather(
    outcomes: Generator[Outcome, None, None], present: Callable[[Any], ResultT], on_failure: str
) -> Iterator[ResultT]:
    """Every result as `present` shows it, and after the last one the failures.

    Args:
        outcomes: of a run; closed when the iterator is, so that an abandoned one ends the run.
        present: from what the worker sent to what the caller gets.
        on_failure: `raise`, or `skip` for a warning for each of the first thousand, and one for all others.

    Raises:
        PagesFailed: some pages have no result; all others were yielded before.
    """
    failures: list[Failed] = []
    count = 0
    try:
        for outcome in outcomes:
            if not isinstance(outcome, Failed):
                yield present(outcome.result)
                continue
            count += 1
            if len(failures) < _KEPT_FAILURES:
                failures.append(outcome)
    finally:
        outcomes.close()
    if not failures:
        return
    if on_failure == "raise":
        raise PagesFailed(failures, count)
    for failed in failures:
        warnings.warn(f"{failed.page}: {failed.message}", stacklevel=2)
    if count > len(failures):
        warnings.warn(f"{count - len(failures):,} more failed", stacklevel=2)


def collect(results: Iterator[ResultT]) -> list[ResultT]:
    """All results in a list; what was there is kept in the error when some pages failed."""
    collected: list[ResultT] = []
    try:
        collected.extend(results)
    except PagesFailed as error:
        error.results = tuple(collected)
        raise
    return collected
