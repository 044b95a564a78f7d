from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from galley.devices import Slot
from galley.engines import open_session
from galley.engines.quantize import quantize_graph
from galley.errors import DeviceError, ModelError

pytest.importorskip("nncf", reason="the extra int8 is not installed")

CHANNELS = 32


@pytest.fixture(scope="module")
def convolution(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two convolutions of pictures (1, 3, 8, any width)."""
    numbers = np.random.default_rng(0)
    weights = [
        numpy_helper.from_array(numbers.standard_normal(shape).astype(np.float32) / 5, name)
        for name, shape in (("first", (CHANNELS, 3, 3, 3)), ("second", (CHANNELS, CHANNELS, 3, 3)))
    ]
    nodes = [
        helper.make_node("Conv", ["x", "first"], ["a"], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("Conv", ["b", "second"], ["y"], pads=[1, 1, 1, 1]),
    ]
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, channels, 8, "width"])
        for name, channels in (("x", 3), ("y", CHANNELS))
    ]
    graph = helper.make_graph(nodes, "convolutions", ends[:1], ends[1:], weights)
    path = tmp_path_factory.mktemp("graph") / "convolutions.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(path))
    return path


def test_an_int8_graph_answers_nearly_the_same(convolution: Path, slot: Slot, tmp_path: Path) -> None:
    numbers = np.random.default_rng(1)
    examples = [numbers.standard_normal((1, 3, 8, 16 + 8 * n)).astype(np.float32) for n in range(12)]
    versions = quantize_graph(convolution, examples, tmp_path / "graph.xml")
    assert set(versions) == {"nncf", "openvino"}
    assert {path.name for path in tmp_path.iterdir()} == {"graph.xml", "graph.bin"}
    exact = open_session(convolution, engine="openvino", slot=slot, precision="fp32")
    quantized = open_session(tmp_path / "graph.xml", engine="openvino", slot=slot, precision="int8")
    assert quantized.info.precision == "int8"
    (expected,), (given,) = exact.run(examples[3]), quantized.run(examples[3])
    assert not np.array_equal(given, expected)
    assert np.abs(given - expected).mean() < 0.05 * np.abs(expected).mean()


def test_a_graph_that_is_not_quantised_does_not_pass_for_int8(convolution: Path, slot: Slot, tmp_path: Path) -> None:
    import openvino

    openvino.save_model(openvino.Core().read_model(str(convolution)), str(tmp_path / "graph.xml"))
    with pytest.raises(DeviceError, match="precision int8 was asked for, but OpenVINO computes in"):
        open_session(tmp_path / "graph.xml", engine="openvino", slot=slot, precision="int8")


def test_what_is_no_graph_is_named(slot: Slot, tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"this is no graph")
    with pytest.raises(ModelError, match=r"cannot read .*broken\.onnx"):
        quantize_graph(broken, [], tmp_path / "graph.xml")
