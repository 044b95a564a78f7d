"""Where and how a run is shown.

Runs in: parent.
"""

from __future__ import annotations

from functools import partial

from rich.console import Console

from galley.pages import PageRef, Unreadable
from galley.progress import LiveProgress, PlainProgress, Progress, SilentProgress
from galley.tally import Tally


def open_console() -> Console:
    """Standard error, where text is shown as it is: brackets in a file's name or an error are no markup."""
    return Console(stderr=True, highlight=False, markup=False, emoji=False)


def open_progress(quiet: bool, tally: Tally, console: Console) -> Progress:
    """A live picture on a terminal, plain lines elsewhere, nothing when `quiet`."""
    if quiet:
        return SilentProgress(tally)
    if console.is_terminal:
        return LiveProgress(tally, console)
    return PlainProgress(tally, partial(console.print, soft_wrap=True))


def count_listed(tally: Tally, page: PageRef | Unreadable) -> None:
    """Take a page that was found into account."""
    tally.count_listed(not isinstance(page, PageRef) or page.index in (None, 0))
