from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from galley.errors import BadArguments, ModelError
from galley.models import hub
from galley.models.catalog import ModelSpec, find_spec
from galley.models.rules import UnwarpForm, UnwarpRules
from galley.models.store import State, Store, ensure_models, locate, verify_models

if TYPE_CHECKING:
    from tests.models.conftest import Recorder, Server

GRAPH = b"a graph" * 1000
RULES = b"Global:\n  model_name: UVDoc\n"
FOLDER = "/PaddlePaddle/UVDoc_onnx/resolve/main"


@pytest.fixture
def published(server: Server) -> Server:
    """Serves a folder as hubs do: the graph by a redirect that states its hash and size."""
    server.answer(
        f"{FOLDER}/inference.onnx",
        code=302,
        Location="/blobs/graph",
        X_Linked_Etag=f'"{hashlib.sha256(GRAPH).hexdigest()}"',
        X_Linked_Size=str(len(GRAPH)),
    )
    server.answer("/blobs/graph", GRAPH, ETag='"of-the-file-server"')
    server.answer(f"{FOLDER}/inference.yml", RULES, ETag='"' + "a" * 40 + '"')
    return server


@pytest.fixture
def hub_store(published: Server, tmp_path: Path) -> Store:
    return Store(tmp_path / "home", "hub", published.url)


def test_a_folder_is_fetched_with_its_rules(hub_store: Store, published: Server, recorder: Recorder) -> None:
    model = ensure_models(["UVDoc"], recorder, hub_store)["UVDoc"]
    assert model.path.read_bytes() == GRAPH
    assert isinstance(model.rules, UnwarpRules)
    assert model.rules.form is UnwarpForm.IMAGE
    assert recorder.events == ["begin UVDoc", "end"]
    assert ("UVDoc", len(GRAPH), len(GRAPH)) in recorder.steps
    published.asked.clear()
    assert ensure_models(["UVDoc"], recorder, hub_store)["UVDoc"] == model
    assert published.asked == []


def test_what_was_fetched_is_checked_later(hub_store: Store) -> None:
    path = ensure_models(["UVDoc"], None, hub_store)["UVDoc"].path
    path.with_name("inference.yml").write_bytes(RULES.replace(b"UVDoc", b"UVDok"))
    states = {status.spec.name: status.state for status in verify_models(hub_store)}
    assert states["UVDoc"] is State.ALTERED
    with pytest.raises(ModelError, match=r"inference\.yml"):
        locate("UVDoc", hub_store)


@pytest.mark.parametrize(
    ("path", "answer", "reason"),
    [
        ("/blobs/graph", {"body": b"gone", "code": 404}, "answered 404"),
        (f"{FOLDER}/inference.yml", {"body": b"broken", "code": 500}, "answered 500"),
        ("/blobs/graph", {"body": GRAPH[:-1]}, f"has {len(GRAPH) - 1} bytes instead of {len(GRAPH)}"),
        ("/blobs/graph", {"body": bytes(len(GRAPH))}, "has the SHA-256"),
        (f"{FOLDER}/inference.yml", {"body": RULES, "length": len(RULES) + 1}, "bytes instead of|broke off"),
        (f"{FOLDER}/inference.yml", {"body": RULES, "ETag": '"' + "a" * 64 + '"'}, "has the SHA-256"),
    ],
)
def test_whatever_is_wrong_nothing_is_kept(
    hub_store: Store, published: Server, path: str, answer: dict[str, Any], reason: str
) -> None:
    published.answer(path, **answer)
    with pytest.raises(ModelError, match=reason):
        ensure_models(["UVDoc"], None, hub_store)
    assert not hub_store.folder(find_spec("UVDoc")).exists()
    assert list((hub_store.home / "fetching").iterdir()) == []


def test_a_hub_that_does_not_listen_is_named(server: Server, tmp_path: Path) -> None:
    url = server.url
    server.close()
    with pytest.raises(ModelError, match=f"cannot be reached for {url}/PaddlePaddle/UVDoc_onnx/"):
        ensure_models(["UVDoc"], None, Store(tmp_path, "hub", url))


def test_a_hub_that_says_nothing_is_given_up(
    published: Server, hub_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "SECONDS", 0.2)
    published.answer(f"{FOLDER}/inference.onnx", code=302, Location="/slow")
    with pytest.raises(ModelError, match="timed out"):
        ensure_models(["UVDoc"], None, hub_store)


def test_a_model_that_no_hub_has_is_named(hub_store: Store, spec: ModelSpec) -> None:
    with pytest.raises(ModelError, match="GALLEY_MODEL_SOURCE=wheel"):
        ensure_models([replace(spec, hub=None)], None, hub_store)


def test_an_endpoint_must_be_a_web_address(tmp_path: Path) -> None:
    with pytest.raises(BadArguments, match="no http or https URL"):
        ensure_models(["UVDoc"], None, Store(tmp_path, "hub", "file:///etc"))
