"""Rows that are made alike: those of a model, and those of a pipeline inside another.

Runs in: parent. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from galley.compat.keywords import Keyword

OPTIONS = "pipeline.options."
"""How the paths of what may differ from page to page begin."""


def model_rows(
    step: str, path: str, section: str, what: str, *, name_note: str = "", folder_note: str = ""
) -> tuple[Keyword, Keyword]:
    """The keywords that choose a model: its name, and the folder that holds it.

    Args:
        step: how both names begin.
        path: of the `ModelChoice` in the pipeline's configuration.
        section: of PaddleX's YAML.
        what: the model, in words that follow "the".
        name_note: said besides of the name.
        folder_note: said besides of the folder.
    """
    return (
        Keyword(
            f"{step}_model_name",
            str,
            f"Name of the {what}. {name_note}".rstrip(),
            path=f"pipeline.{path}.name",
            yaml=f"{section}.model_name",
        ),
        Keyword(
            f"{step}_model_dir",
            str,
            f"PaddleX ONNX folder of the {what}. {folder_note}".rstrip(),
            path=f"pipeline.{path}.folder",
            yaml=f"{section}.model_dir",
        ),
    )


def within(rows: Iterable[Keyword], section: str, options: str = OPTIONS) -> dict[str, Keyword]:
    """The rows of a pipeline inside another one, by name.

    Args:
        rows: as they are where the pipeline stands alone.
        section: of the outer pipeline's YAML, where the inner one's begins.
        options: how the paths of the inner one's options begin.
    """
    return {
        row.name: replace(
            row,
            yaml=None if row.yaml is None else f"{section}.{row.yaml}",
            path=None if row.path is None else row.path.replace(OPTIONS, options),
        )
        for row in rows
    }


def options_of(rows: Iterable[Keyword]) -> tuple[Keyword, ...]:
    """Those that may differ from page to page: what `predict` takes too."""
    return tuple(row for row in rows if row.path is not None and row.path.startswith(OPTIONS))
