from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from galley.engines.best import take_best
from galley.engines.picking import BEST, CERTAIN, SCORES, picking_graph


@pytest.fixture(scope="module")
def picker() -> Any:
    return onnxruntime.InferenceSession(picking_graph(), providers=["CPUExecutionProvider"])


def test_the_graph_is_a_valid_onnx_model() -> None:
    model = onnx.load_from_string(picking_graph())
    onnx.checker.check_model(model, full_check=True)
    assert [node.op_type for node in model.graph.node] == ["ArgMax", "ReduceMax"]


@given(
    arrays(
        np.float32,
        st.tuples(st.integers(1, 3), st.integers(1, 5), st.integers(1, 300)),
        elements=st.floats(0, 1, width=32),
    )
)
def test_it_picks_what_is_picked_without_it(picker: Any, scores: NDArray[np.float32]) -> None:
    given = picker.run([BEST, CERTAIN], {SCORES: scores})
    for one, other in zip(given, take_best(scores), strict=True):
        np.testing.assert_array_equal(one, other)
        assert one.dtype == other.dtype
