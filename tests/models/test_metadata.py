from __future__ import annotations

from pathlib import Path

import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper

from galley.errors import ModelError
from galley.models.metadata import read_metadata


def save(path: Path, metadata: dict[str, str], doc: str = "") -> None:
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    other = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "same", [value], [other])
    model = helper.make_model(graph, doc_string=doc)
    helper.set_model_props(model, metadata)
    onnx.save(model, str(path))


@given(metadata=st.dictionaries(st.text(max_size=20), st.text(max_size=300), max_size=5))
def test_what_was_written_is_read(tmp_path_factory: pytest.TempPathFactory, metadata: dict[str, str]) -> None:
    path = tmp_path_factory.mktemp("model") / "model.onnx"
    save(path, metadata)
    assert read_metadata(path) == metadata


def test_long_values_are_read_and_other_fields_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    characters = "\n".join(chr(code) for code in range(0x4E00, 0x9000))
    save(path, {"character": characters}, doc="x" * 3_000_000)
    assert read_metadata(path) == {"character": characters}


def test_what_is_no_model_is_an_error(tmp_path: Path) -> None:
    whole = tmp_path / "whole.onnx"
    save(whole, {"character": "a\nb"})
    for name, content in {
        "empty": b"",
        "noise": b"\xff" * 100,
        "truncated": whole.read_bytes()[:-1],
        "text": b"no model\n",
    }.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(ModelError, match=name):
            read_metadata(path)
    with pytest.raises(ModelError, match="missing"):
        read_metadata(tmp_path / "missing")
