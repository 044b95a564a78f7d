"""What all PaddleOCR-compatible classes do alike: read keywords, predict, close.

Runs in: parent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from galley.api import Runner
from galley.compat.gathering import gather
from galley.compat.interface import Interface, make_settings
from galley.compat.paddlex_yaml import dump
from galley.compat.results import Result
from galley.config import overlay


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
        return gather(self._runner.run(inputs, chosen), Result, self.settings.on_failure)

    def export_yaml(self, path: Any) -> None:
        """Write the settings as a PaddleX pipeline YAML file."""
        rows = self._interface.rows
        values = {row.name: _at(self.settings, row.path) for row in rows if row.path is not None}
        Path(path).write_text(dump(self._interface.paddlex_name, rows, values), encoding="utf-8")

    def close(self) -> None:
        """End all workers."""
        self._runner.close()


def _at(settings: Any, path: str) -> Any:
    for part in path.split("."):
        settings = getattr(settings, part)
    return settings
