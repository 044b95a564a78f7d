from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from benchmarks.network_cost import count_flops, flops_of


def test_convolution_counts_every_multiplication_and_addition() -> None:
    # 8 output planes of 10 x 12, each value from a window of 3 x 3 in 4 planes
    assert flops_of("Convolution", [[1, 4, 10, 12], [8, 4, 3, 3]], [1, 8, 10, 12]) == 2 * 8 * 10 * 12 * 4 * 9


def test_groups_see_only_their_own_planes() -> None:
    assert flops_of("GroupConvolution", [[1, 4, 5, 5], [4, 1, 1, 3, 3]], [1, 4, 5, 5]) == 2 * 4 * 25 * 9


def test_transposed_convolution_counts_from_its_input() -> None:
    assert flops_of("ConvolutionBackpropData", [[1, 4, 5, 5], [4, 8, 2, 2]], [1, 8, 10, 10]) == 2 * 4 * 25 * 8 * 4


@pytest.mark.parametrize("weights", [[7, 3], [3, 7]])
def test_product_does_not_depend_on_transposition(weights: list[int]) -> None:
    assert flops_of("MatMul", [[5, 7], weights], [5, 3]) == 2 * 5 * 7 * 3


def test_other_operations_are_refused() -> None:
    with pytest.raises(ValueError, match="Relu"):
        flops_of("Relu", [[1]], [1])


def test_only_what_leads_to_the_outputs_is_counted(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    helper, numbers = onnx.helper, onnx.numpy_helper
    value = helper.make_tensor_value_info
    weights = [
        numbers.from_array(np.ones((8, 3, 3, 3), np.float32), "w"),
        numbers.from_array(np.ones((5, 3, 1, 1), np.float32), "v"),
    ]
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["y"], pads=[1, 1, 1, 1]),
        helper.make_node("Conv", ["x", "v"], ["z"]),
    ]
    outputs = [value("y", 1, ["n", 8, 6, 4]), value("z", 1, ["n", 5, 6, 4])]
    graph = helper.make_graph(nodes, "two", [value("x", 1, ["n", 3, 6, 4])], outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    path = tmp_path / "two.onnx"
    path.write_bytes(model.SerializeToString())
    first, second = 2 * 8 * 24 * 3 * 9, 2 * 5 * 24 * 3
    assert count_flops(path, ["y"], (1, 3, 6, 4)) == first
    assert count_flops(path, None, (1, 3, 6, 4)) == first + second
