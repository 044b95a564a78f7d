"""The best class and its probability instead of all of them: the same with every engine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from onnx import TensorProto, helper

from galley.devices import Slot
from galley.engines import open_session
from galley.engines.best import take_best, take_best_of_logits

BLANK = 2


@given(arrays(np.float32, (2, 3, 5), elements=st.floats(-20, 20, width=32)))
def test_logits_and_their_softmax_give_the_same(logits: np.ndarray) -> None:
    exponentials = np.exp(logits - logits.max(-1, keepdims=True))
    best, scores = take_best_of_logits(logits, BLANK)
    best_of_softmax, scores_of_softmax = take_best(exponentials / exponentials.sum(-1, keepdims=True))
    # Logits that differ by their last bit may have equal probabilities.
    same = (best == best_of_softmax) & (best != BLANK)
    np.testing.assert_allclose(scores[same], scores_of_softmax[same], rtol=1e-5)
    assert not scores[best == BLANK].any()
    assert best.shape == scores.shape == (2, 3)
    np.testing.assert_array_equal(np.take_along_axis(logits, best[..., np.newaxis], -1)[..., 0], logits.max(-1))


@pytest.mark.parametrize("engine", ["openvino", "onnxruntime"])
@pytest.mark.parametrize("last", ["Softmax", "Sigmoid"])
def test_engines_answer_the_best_class(engine: str, last: str, tmp_path: Path, slot: Slot) -> None:
    attributes = {"axis": -1} if last == "Softmax" else {}
    graph = helper.make_graph(
        [helper.make_node(last, ["x"], ["scores"], **attributes)],
        "classes",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", "steps", 40])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", "steps", 40])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(tmp_path / "classes.onnx"))
    scores = np.random.default_rng(4).normal(0, 4, (2, 7, 40)).astype(np.float32)
    path = tmp_path / "classes.onnx"
    session = open_session(path, engine=engine, slot=slot, precision="fp32", blank=BLANK)
    whole = open_session(path, engine=engine, slot=slot, precision="fp32")
    best, values = session.run(scores)
    (everything,) = whole.run(scores)
    assert session.outputs[0].shape[-1] == 40
    np.testing.assert_array_equal(best, everything.argmax(-1))
    told = best != BLANK
    np.testing.assert_allclose(values[told], everything.max(-1)[told], atol=1e-5)
    for opened in (session, whole):
        opened.close()
