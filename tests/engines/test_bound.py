"""Running by I/O binding, with the buffers of the CPU."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper

from galley.engines.best import take_best
from galley.engines.bound import _BUFFERS_KEPT, BoundRun
from galley.engines.picking import picking_graph

CPU = ["CPUExecutionProvider"]


@pytest.fixture
def session(graph: Path) -> Any:
    return onnxruntime.InferenceSession(str(graph), providers=CPU)


def test_answers_are_those_of_the_session_for_any_batch(session: Any) -> None:
    bound = BoundRun(session, ["x"], ["sum", "product"], "cpu", None)
    numbers = np.random.default_rng(0)
    for count in (1, 5, 2, 5, 1):
        x = numbers.standard_normal((count, 3)).astype(np.float32)
        for given, expected in zip(bound.run([x]), session.run(["sum", "product"], {"x": x}), strict=True):
            np.testing.assert_array_equal(given, expected)


def test_neither_the_callers_input_nor_earlier_answers_change(session: Any) -> None:
    bound = BoundRun(session, ["x"], ["sum"], "cpu", None)
    x = np.ones((2, 3), np.float32)
    (first,) = bound.run([x])
    bound.run([np.zeros((2, 3), np.float32)])
    np.testing.assert_array_equal(x, 1)
    np.testing.assert_array_equal(first, 2)


def test_an_input_in_pieces_is_taken(session: Any) -> None:
    bound = BoundRun(session, ["x"], ["sum"], "cpu", None)
    wide = np.arange(12, dtype=np.float32).reshape(2, 6)
    np.testing.assert_array_equal(bound.run([wide[:, ::2]])[0], wide[:, ::2] + 1)


def test_few_buffers_are_kept(session: Any) -> None:
    bound = BoundRun(session, ["x"], ["sum"], "cpu", None)
    for count in range(1, 3 * _BUFFERS_KEPT):
        bound.run([np.zeros((count, 3), np.float32)])
    assert len(bound._buffers) == _BUFFERS_KEPT
    bound.close()
    assert not bound._buffers


def test_only_the_best_classes_leave_the_device() -> None:
    scores = np.random.default_rng(0).random((3, 4, 50), np.float32)
    picker = onnxruntime.InferenceSession(picking_graph(), providers=CPU)
    bound = BoundRun(echo(), ["x"], ["y"], "cpu", picker)
    for given, expected in zip(bound.run([scores]), take_best(scores), strict=True):
        np.testing.assert_array_equal(given, expected)


def echo() -> Any:
    """An open graph whose output is its input."""
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", "t", "c"]) for name in ("x", "y")]
    built = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "echo", ends[:1], ends[1:])
    model = helper.make_model(built, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=CPU)
