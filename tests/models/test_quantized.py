"""The int8 graphs' place in the store: what is damaged, missing or of other weights is named, with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from galley.errors import BadArguments, ModelError
from galley.models.quantized import find_quantized, place_quantized
from galley.models.rules import ClassifierRules, Model, Normalization, ResizeTo, Task
from galley.models.store import Store

RULES = ClassifierRules("BGR", ResizeTo(8, 8), None, Normalization(1, (0, 0, 0), (1, 1, 1)), ("a", "b"))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


@pytest.fixture
def model(tmp_path: Path) -> Model:
    path = tmp_path / "inference.onnx"
    path.write_bytes(b"weights")
    return Model("reader", Task.TEXT_RECOGNITION, path, RULES, "a wheel", tmp_path / "compiled")


def place(model: Model, store: Store) -> Path:
    built = store.home / "built"
    built.mkdir()
    (built / "graph.xml").write_text("<net/>")
    (built / "graph.bin").write_bytes(b"numbers")
    return place_quantized(model, built, {"lines": 30}, store)


def test_a_graph_that_was_placed_is_found(model: Model, store: Store) -> None:
    placed = place(model, store)
    assert find_quantized(model, store) == placed
    assert placed.read_text() == "<net/>"


def test_placing_again_replaces_it(model: Model, store: Store) -> None:
    assert place(model, store) == place(model, store) == find_quantized(model, store)


def test_a_missing_one_names_the_command(model: Model, store: Store) -> None:
    with pytest.raises(ModelError, match=r"no int8 graph of reader.*galley models quantize"):
        find_quantized(model, store)


def test_a_damaged_one_is_refused(model: Model, store: Store) -> None:
    place(model, store).with_suffix(".bin").write_bytes(b"other numbers")
    with pytest.raises(ModelError, match="damaged"):
        find_quantized(model, store)


def test_one_of_other_weights_is_refused(model: Model, store: Store) -> None:
    place(model, store)
    model.path.write_bytes(b"better weights")
    with pytest.raises(ModelError, match="other weights"):
        find_quantized(model, store)


def test_models_from_folders_are_refused(model: Model, store: Store) -> None:
    folder = Model("reader", Task.TEXT_RECOGNITION, model.path, RULES, "folder x")
    with pytest.raises(BadArguments, match="comes from folder x"):
        find_quantized(folder, store)
