"""A tiny graph with known outputs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from galley.devices import Device, Slot

WEIGHTS = np.array([[1, -1], [2, 0], [0, 3]], dtype=np.float32)


@pytest.fixture(scope="session")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`product` = relu(x @ WEIGHTS) and `sum` = x + 1 for x of shape (n, 3)."""
    built = helper.make_graph(
        [
            helper.make_node("MatMul", ["x", "weights"], ["raw"]),
            helper.make_node("Relu", ["raw"], ["product"]),
            helper.make_node("Add", ["x", "one"], ["sum"]),
        ],
        "tiny",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3])],
        [
            helper.make_tensor_value_info("product", TensorProto.FLOAT, ["n", 2]),
            helper.make_tensor_value_info("sum", TensorProto.FLOAT, ["n", 3]),
        ],
        [
            numpy_helper.from_array(WEIGHTS, "weights"),
            numpy_helper.from_array(np.ones(1, np.float32), "one"),
        ],
    )
    model = helper.make_model(built, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path = tmp_path_factory.mktemp("graph") / "tiny.onnx"
    onnx.save(model, str(path))
    return path


@pytest.fixture
def slot() -> Slot:
    return Slot(Device("cpu"), 0, (0,), False)


@pytest.fixture
def gpu_slot() -> Slot:
    return Slot(Device("gpu"), 0, (0,), False)
