"""What all PaddleOCR-compatible classes do alike: read keywords, predict, close.

Runs in: parent.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from galley.api import Runner
from galley.compat.interface import Interface, make_settings
from galley.compat.paddlex_yaml import dump
from galley.compat.results import Result
from galley.config import overlay
from galley.errors import PagesFailed
from galley.pages import Failed

_KEPT_FAILURES = 1000


class Session:
    """An open pipeline behind one of the compatible classes."""

    def __init__(self, owner: str, interface: Interface, given: Mapping[str, Any]) -> None:
        """Turn keywords into settings and open a runner on them.

        Raises:
            BadArguments, DeviceError, ModelError: the keywords are wrong, or ask for what is not there.
        """
        self._interface = interface
        self.settings = make_settings(interface, owner, given)
        self._runner = Runner(self.settings)

    def iterate(self, inputs: Any, options: Mapping[str, Any]) -> Iterator[Result]:
        """Results in input order; after the last one, the failures, as `on_failure` says.

        Raises:
            PagesFailed: some pages have no result; all others were yielded before.
        """
        base = self.settings.pipeline.options
        chosen = overlay(base, {name: value for name, value in options.items() if value is not None})
        failures: list[Failed] = []
        count = 0
        outcomes = self._runner.run(inputs, chosen)
        try:
            for outcome in outcomes:
                if not isinstance(outcome, Failed):
                    yield Result(outcome.result)
                    continue
                count += 1
                if len(failures) < _KEPT_FAILURES:
                    failures.append(outcome)
        finally:
            outcomes.close()
        if failures:
            self._report(failures, count)

    def _report(self, failures: list[Failed], count: int) -> None:
        if self.settings.on_failure == "raise":
            raise PagesFailed(failures, count)
        for failed in failures:
            warnings.warn(f"{failed.page}: {failed.message}", stacklevel=3)

    def export_yaml(self, path: Any) -> None:
        """Write the settings as a PaddleX pipeline YAML file."""
        rows = self._interface.rows
        values = {row.name: _at(self.settings, row.path) for row in rows if row.path is not None}
        Path(path).write_text(dump(self._interface.paddlex_name, rows, values), encoding="utf-8")

    def close(self) -> None:
        """End all workers."""
        self._runner.close()


def collect(results: Iterator[Result]) -> list[Result]:
    """All results in a list; what was there is kept in the error when some pages failed."""
    collected: list[Result] = []
    try:
        collected.extend(results)
    except PagesFailed as error:
        error.results = tuple(collected)
        raise
    return collected


def _at(settings: Any, path: str) -> Any:
    for part in path.split("."):
        settings = getattr(settings, part)
    return settings
