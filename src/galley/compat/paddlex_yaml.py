"""PaddleX's pipeline YAML: what of it can be taken over, and writing one.

Runs in: parent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from galley.compat.keywords import Keyword, check_keywords
from galley.config import suggest
from galley.errors import BadArguments


def read_keywords(config: Any, pipeline_name: str, rows: Sequence[Keyword]) -> dict[str, Any]:
    """The keywords that a PaddleX configuration stands for.

    Args:
        config: a path of a YAML file, a mapping of the same form, or the name of the built-in pipeline.
        pipeline_name: PaddleX's name of the pipeline, which the configuration must carry.
        rows: the pipeline's keywords; those with a `yaml` path are looked up.

    Raises:
        BadArguments: it cannot be read, is of another pipeline, or holds a value that the keyword cannot have.
    """
    if config == pipeline_name:
        return {}
    tree = config if isinstance(config, Mapping) else _read(str(config), pipeline_name)
    name = tree.get("pipeline_name", pipeline_name)
    if name != pipeline_name:
        raise BadArguments(f"paddlex_config is of the pipeline {name!r}, not {pipeline_name!r}")
    found = {row.name: _lookup(tree, row.yaml) for row in rows if row.yaml is not None}
    keywords = {name: value for name, value in found.items() if value is not None}
    check_keywords("paddlex_config", rows, keywords)
    return keywords


def _read(path: str, pipeline_name: str) -> Mapping[str, Any]:
    if not path.endswith((".yaml", ".yml")):
        raise BadArguments(f"paddlex_config {path!r} is no YAML file{suggest(path, [pipeline_name])}")
    try:
        tree = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadArguments(f"paddlex_config {path!r} cannot be read: {error}") from error
    if not isinstance(tree, Mapping):
        raise BadArguments(f"paddlex_config {path!r} does not hold a mapping")
    return tree


def _lookup(tree: Any, path: str) -> Any:
    for part in path.split("."):
        if not isinstance(tree, Mapping):
            return None
        tree = tree.get(part)
    return tree


def dump(pipeline_name: str, rows: Sequence[Keyword], values: Mapping[str, Any]) -> str:
    """A PaddleX configuration that stands for `values` by keyword."""
    tree: dict[str, Any] = {"pipeline_name": pipeline_name}
    for row in rows:
        if row.yaml is not None:
            *parents, leaf = row.yaml.split(".")
            branch = tree
            for parent in parents:
                branch = branch.setdefault(parent, {})
            branch[leaf] = values.get(row.name)
    return yaml.safe_dump(tree, sort_keys=False, allow_unicode=True)
