from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import openvino
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from galley.devices import Device, Slot
from galley.engines import Opening
from galley.engines.openvino import MOST_THREADS_TO_REWRITE, OpenVinoSession, open_session
from galley.engines.winograd import PARTS, kernel_transform, rewrite_convolutions

CHANNELS = 32


def convolution(name: str, source: str, dilation: int, **changes: Any) -> list[onnx.NodeProto]:
    settings: dict[str, Any] = {"dilations": [dilation] * 2, "pads": [2 * dilation] * 4, "strides": [1, 1]}
    inputs = [source, f"{name}.weight", f"{name}.bias"]
    return [helper.make_node("Conv", inputs, [name], name=name, **{**settings, **changes})]


def relu(name: str, source: str) -> list[onnx.NodeProto]:
    return [helper.make_node("Relu", [source], [name], name=name)]


def add(name: str, one: str, other: str) -> list[onnx.NodeProto]:
    return [helper.make_node("Add", [one, other], [name], name=name)]


def save_graph(path: Path, nodes: list[onnx.NodeProto], dtype: int = TensorProto.FLOAT) -> Path:
    """A graph from `x` to `y` on (1, CHANNELS, height, width) with random weights."""
    rng = np.random.default_rng(0)
    element = helper.tensor_dtype_to_np_dtype(dtype)
    weights = []
    for node in nodes:
        if node.op_type == "Conv":
            kernel = rng.standard_normal((CHANNELS, CHANNELS, 5, 5)) / np.sqrt(CHANNELS * 25)
            weights.append(numpy_helper.from_array(kernel.astype(element), f"{node.name}.weight"))
            weights.append(numpy_helper.from_array(rng.standard_normal(CHANNELS).astype(element), f"{node.name}.bias"))
    ends = [helper.make_tensor_value_info(name, dtype, [1, CHANNELS, None, None]) for name in ("x", "y")]
    graph = helper.make_graph(nodes, "block", ends[:1], ends[1:], weights)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(path))
    return path


BLOCK = [
    *convolution("a", "x", 1),
    *relu("b", "a"),
    *convolution("c", "b", 1),
    *add("d", "c", "x"),
    *relu("e", "d"),
    *convolution("f", "e", 3),
    *relu("g", "f"),
    *convolution("h", "g", 3),
    *add("i", "h", "e"),
    *relu("y", "i"),
]
"""Two residual blocks of dilation 1 and 3, as in UVDoc."""


def open_both(path: Path, shape: tuple[int, ...]) -> tuple[OpenVinoSession, OpenVinoSession]:
    """The graph as it is, and rewritten."""
    slot = Slot(Device("cpu"), 0, (0,), False)
    return (
        open_session(path, Opening(slot, "fp32")),
        open_session(path, Opening(slot, "fp32", shape=shape)),
    )


def picture(height: int, width: int) -> NDArray[np.float32]:
    return np.random.default_rng(1).standard_normal((1, CHANNELS, height, width)).astype(np.float32)


@pytest.mark.parametrize("size", [(24, 10), (23, 9), (13, 5), (3, 7), (1, 1)])
def test_answers_are_those_of_the_direct_convolution(tmp_path: Path, size: tuple[int, int]) -> None:
    x = picture(*size)
    direct, rewritten = open_both(save_graph(tmp_path / "block.onnx", BLOCK), x.shape)
    expected, given = direct.run(x)[0], rewritten.run(x)[0]
    np.testing.assert_allclose(given, expected, atol=3e-5 * np.abs(expected).max())
    assert rewritten.outputs[0].name == "y"
    assert not np.array_equal(given, expected), "nothing was rewritten"


def test_float16_graphs_are_computed_in_float32(tmp_path: Path) -> None:
    x = picture(23, 9).astype(np.float16)
    direct, rewritten = open_both(save_graph(tmp_path / "half.onnx", BLOCK, TensorProto.FLOAT16), x.shape)
    expected, given = direct.run(x)[0], rewritten.run(x)[0]
    assert given.dtype == np.float16
    np.testing.assert_allclose(given, expected, atol=2 * np.spacing(np.abs(expected).max()))
    assert (given != expected).mean() < 0.02


def test_the_kernel_transform_is_exact_on_polynomials() -> None:
    """Each finite point's row is the kernel's polynomial there, divided by the point's distances to the others."""
    ones = kernel_transform() @ np.ones(5)
    assert ones[1] == pytest.approx(5 / ((1 - 0) * (1 + 1) * (1 - 2) * (1 + 2) * (1 - 0.5) * (1 + 0.5)))
    assert kernel_transform().shape == (PARTS + 4, 5)


@pytest.mark.parametrize(
    ("nodes", "count"),
    [
        (BLOCK, 4),
        (convolution("y", "x", 1), 1),
        (convolution("y", "x", 1, strides=[2, 2]), 0),
        (convolution("y", "x", 2, pads=[2] * 4), 0),
        (convolution("y", "x", 1, dilations=[1, 2], pads=[2, 4, 2, 4]), 0),
        (relu("y", "x"), 0),
    ],
)
def test_only_fitting_convolutions_are_rewritten(tmp_path: Path, nodes: list[onnx.NodeProto], count: int) -> None:
    graph = openvino.Core().read_model(str(save_graph(tmp_path / "graph.onnx", nodes)))
    graph.reshape([1, CHANNELS, 20, 20])
    assert rewrite_convolutions(graph) == count
    assert graph.outputs[0].get_names() == {"y"}


def test_many_threads_keep_the_direct_convolution(tmp_path: Path) -> None:
    x = picture(23, 9)
    path = save_graph(tmp_path / "block.onnx", BLOCK)
    slot = Slot(Device("cpu"), 0, tuple(range(MOST_THREADS_TO_REWRITE + 1)), False)
    kept = open_session(path, Opening(slot, "fp32", shape=x.shape))
    direct, _ = open_both(path, x.shape)
    np.testing.assert_allclose(kept.run(x)[0], direct.run(x)[0], rtol=0, atol=1e-6)


def test_a_compiled_graph_is_taken_again(tmp_path: Path) -> None:
    x = picture(23, 9)
    path = save_graph(tmp_path / "block.onnx", BLOCK)
    slot = Slot(Device("cpu"), 0, (0,), False)

    def answer() -> NDArray[Any]:
        session = open_session(path, Opening(slot, "fp32", outputs=["y"], shape=x.shape, cache=tmp_path / "cache"))
        assert session.info.precision == "fp32"
        assert session.outputs[0].name == "y"
        return session.run(x)[0]

    first = answer()
    (file,) = (tmp_path / "cache").iterdir()
    stamp = file.stat().st_mtime_ns
    np.testing.assert_array_equal(answer(), first)
    assert file.stat().st_mtime_ns == stamp
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    np.testing.assert_array_equal(answer(), first)
    assert bytes(content) != file.read_bytes(), "a damaged file was not replaced"
