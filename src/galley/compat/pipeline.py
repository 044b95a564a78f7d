"""What all PaddleOCR-compatible classes are: keywords in, results out, workers ended at the close.

Runs in: parent.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, TypeVar

from galley.api import Runner
from galley.compat.gathering import collect, gather
from galley.compat.interface import Interface, make_settings
from galley.compat.keyword_tables.composing import OPTIONS
from galley.compat.keyword_tables.doc_preprocessor import SWITCH
from galley.compat.keywords import by_position, check_keywords, settings_values, shown_with, signature
from galley.compat.paddlex_yaml import dump
from galley.compat.results import Result
from galley.config import overlay

PipelineT = TypeVar("PipelineT", bound="CompatiblePipeline")


class CompatiblePipeline:
    """A pipeline with PaddleOCR's interface; a class of that kind is this one with an `Interface`."""

    interface: ClassVar[Interface]

    def __init_subclass__(cls, interface: Interface) -> None:
        """Let `help()` and editors see the keywords that the constructor and `predict` take."""
        cls.interface = interface
        cls.__signature__ = signature(interface.rows, interface.positional)  # type: ignore[attr-defined]
        for name in ("predict", "predict_iter"):
            setattr(cls, name, shown_with(getattr(cls, name), "input", interface.call_rows))

    def __init__(self, *values: Any, **keywords: Any) -> None:
        """Open the pipeline: PaddleOCR's keywords, and Galley's own; the signature shows them.

        Raises:
            BadArguments: an unknown keyword, or a value that it cannot have (also a ValueError).
            DeviceError: a device, engine or server that is not there.
            ModelError: a model that is missing and cannot be fetched.
        """
        name, positional = type(self).__name__, self.interface.rows[: self.interface.positional]
        self._settings = make_settings(self.interface, name, by_position(name, positional, values, keywords))
        self._runner = Runner(self._settings)

    def predict(self, input: Any, **options: Any) -> list[Result]:  # noqa: A002 - PaddleOCR's name
        """The results of all pages, in input order.

        Args:
            input: a path, folder, glob, PDF, URL or BGR array (h, w, 3), or a list that mixes them.
            options: for these pages, what the constructor's keyword of the same name says for all.

        Raises:
            BadArguments: an unknown option, or one that asks for a step that the constructor left out.
            PagesFailed: some pages have no result; `failures` says which and why, `results` holds all others.
        """
        return collect(self.predict_iter(input, **options))

    def predict_iter(self, input: Any, **options: Any) -> Iterator[Result]:  # noqa: A002 - PaddleOCR's name
        """As `predict`, but each result as soon as it and all before it are there, in bounded memory."""
        rows = self.interface.call_rows
        check_keywords(f"{type(self).__name__}.predict", rows, options)
        values = settings_values((*rows, SWITCH), self.interface.translate_call(options))
        chosen = overlay(
            self._settings.pipeline.options, {path.removeprefix(OPTIONS): value for path, value in values.items()}
        )
        return gather(self._runner.run(input, chosen), Result, self._settings.on_failure)

    def export_paddlex_config_to_yaml(self, yaml_path: Any) -> None:
        """Write the settings as a PaddleX pipeline YAML file."""
        rows = self.interface.rows
        values = {row.name: _at(self._settings, row.path) for row in rows if row.path is not None}
        Path(yaml_path).write_text(dump(self.interface.paddlex_name, rows, values), encoding="utf-8")

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
