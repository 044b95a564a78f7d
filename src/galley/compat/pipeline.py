"""What all PaddleOCR-compatible classes are: keywords in, results out, workers ended at the close.

Runs in: parent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from galley.api import Runner
from galley.compat.gathering import gather
from galley.compat.interface import Interface, make_settings
from galley.compat.paddlex_yaml import dump
from galley.compat.results import Result
from galley.config import overlay

PipelineT = TypeVar("PipelineT", bound="CompatiblePipeline")


class CompatiblePipeline:
    """A pipeline with PaddleOCR's interface; each class of that kind adds what it takes and its `predict`."""

    def __init__(self, interface: Interface, given: Mapping[str, Any]) -> None:
        """Turn keywords into settings and open a runner on them.

        Raises:
            BadArguments, DeviceError, ModelError: the keywords are wrong, or ask for what is not there.
        """
        self._interface = interface
        self._settings = make_settings(interface, type(self).__name__, given)
        self._runner = Runner(self._settings)

    def _iterate(self, inputs: Any, options: Mapping[str, Any]) -> Iterator[Result]:
        """Results in input order; after the last one, the failures, as `on_failure` says.

        Raises:
            PagesFailed: some pages have no result; all others were yielded before.
        """
        base = self._settings.pipeline.options
        chosen = overlay(base, {name: value for name, value in options.items() if value is not None})
        return gather(self._runner.run(inputs, chosen), Result, self._settings.on_failure)

    def export_paddlex_config_to_yaml(self, yaml_path: Any) -> None:
        """Write the settings as a PaddleX pipeline YAML file."""
        rows = self._interface.rows
        values = {row.name: _at(self._settings, row.path) for row in rows if row.path is not None}
        Path(yaml_path).write_text(dump(self._interface.paddlex_name, rows, values), encoding="utf-8")

    def close(self) -> None:
        """End all workers. The pipeline can be used again; it then starts new ones."""
        self._runner.close()

    def __enter__(self: PipelineT) -> PipelineT:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _at(settings: Any, path: str) -> Any:
    for part in path.split("."):
        settings = getattr(settings, part)
    return settings
