"""Transposed convolutions as convolutions of 1x1: the same numbers, laid out once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import openvino
import pytest
from onnx import TensorProto, helper, numpy_helper

from galley.devices import Slot
from galley.engines import open_session
from galley.engines.upsampling import rewrite_upsampling

CHANNELS = 3


def save_graph(path: Path, *, edges: tuple[int, ...], stride: int | None = None, answers: int = 1) -> Path:
    """Transposed convolutions one after the other, each with a bias and a ReLU, and a sigmoid at the end."""
    rng = np.random.default_rng(1)
    nodes, weights, last = [], [], "x"
    for number, edge in enumerate(edges):
        outputs = answers if number == len(edges) - 1 else CHANNELS
        kernel = rng.normal(0, 1, (CHANNELS, outputs, edge, edge)).astype(np.float32)
        bias = rng.normal(0, 1, (1, outputs, 1, 1)).astype(np.float32)
        weights += [numpy_helper.from_array(kernel, f"w{number}"), numpy_helper.from_array(bias, f"b{number}")]
        steps = [edge if stride is None else stride] * 2
        nodes += [
            helper.make_node("ConvTranspose", [last, f"w{number}"], [f"c{number}"], strides=steps),
            helper.make_node("Add", [f"c{number}", f"b{number}"], [f"a{number}"]),
            helper.make_node("Relu", [f"a{number}"], [f"r{number}"]),
        ]
        last = f"r{number}"
    nodes.append(helper.make_node("Sigmoid", [last], ["y"]))
    source = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", CHANNELS, "height", "width"])
    answer = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", answers, None, None])
    graph = helper.make_graph(nodes, "upsampling", [source], [answer], weights)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(path))
    return path


def answer(graph: openvino.Model, picture: np.ndarray) -> np.ndarray:
    compiled = openvino.Core().compile_model(graph, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return np.array(compiled([picture])[0])


@pytest.mark.parametrize(("edges", "answers"), [((2,), 1), ((2,), 4), ((2, 2), 1), ((2, 3), 2), ((3, 1, 2), 1)])
def test_the_numbers_are_the_same(edges: tuple[int, ...], answers: int, tmp_path: Path) -> None:
    path = save_graph(tmp_path / "graph.onnx", edges=edges, answers=answers)
    original, rewritten = (openvino.Core().read_model(str(path)) for _ in range(2))
    assert rewrite_upsampling(rewritten) == len(edges)
    kinds = Counter(node.get_type_name() for node in rewritten.get_ops())
    assert kinds["ConvolutionBackpropData"] == 0
    assert kinds["DepthToSpace"] == 1
    picture = np.random.default_rng(2).normal(0, 1, (2, CHANNELS, 5, 7)).astype(np.float32)
    np.testing.assert_allclose(answer(rewritten, picture), answer(original, picture), atol=1e-6)


def test_overlapping_kernels_stay(tmp_path: Path) -> None:
    graph = openvino.Core().read_model(str(save_graph(tmp_path / "graph.onnx", edges=(3,), stride=2)))
    assert rewrite_upsampling(graph) == 0


def test_who_wants_the_pixels_gets_them(tmp_path: Path) -> None:
    """An output in the middle of the run is laid out for itself."""
    path = save_graph(tmp_path / "graph.onnx", edges=(2, 2))
    model = onnx.load(str(path))
    model.graph.output.append(helper.make_tensor_value_info("a0", TensorProto.FLOAT, ["n", CHANNELS, None, None]))
    onnx.save(model, str(path))
    original, rewritten = (openvino.Core().read_model(str(path)) for _ in range(2))
    rewrite_upsampling(rewritten)
    picture = np.random.default_rng(3).normal(0, 1, (1, CHANNELS, 4, 6)).astype(np.float32)
    config = {"INFERENCE_PRECISION_HINT": "f32"}
    expected, found = (openvino.Core().compile_model(each, "CPU", config)([picture]) for each in (original, rewritten))
    for name in ("y", "a0"):
        np.testing.assert_allclose(found[name], expected[name], atol=1e-6)


def test_sessions_keep_the_name_of_the_output(tmp_path: Path, slot: Slot) -> None:
    path = save_graph(tmp_path / "graph.onnx", edges=(2, 2))
    session = open_session(path, engine="openvino", slot=slot, precision="fp32")
    assert [each.name for each in session.outputs] == ["y"]
    (found,) = session.run(np.zeros((1, CHANNELS, 4, 6), np.float32))
    assert found.shape == (1, 1, 16, 24)
    session.close()
