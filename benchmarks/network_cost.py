"""What a network costs and what a core can do: floating-point operations, and how many of them per second.

Runs in: worker (`Core`, opened by name) and pure (`flops_of`).
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.simulated import Echo
from galley.devices import Slot

COUNTED = frozenset({"Convolution", "GroupConvolution", "ConvolutionBackpropData", "MatMul"})
"""OpenVINO's names of the operations that make up a network's cost; the others are left out."""

_MATRIX = 1536
_REPETITIONS = 12


def flops_of(kind: str, inputs: Sequence[Sequence[int]], output: Sequence[int]) -> int:
    """Floating-point operations of one node, a multiplication and an addition counting as two.

    Args:
        kind: one of `COUNTED`.
        inputs: shapes of the inputs: data first, then weights.
        output: shape of the output.

    Raises:
        ValueError: another kind.
    """
    if kind == "Convolution":  # weights: out, in, window
        return 2 * math.prod(output) * math.prod(inputs[1][1:])
    if kind == "GroupConvolution":  # weights: groups, out per group, in per group, window
        return 2 * math.prod(output) * math.prod(inputs[1][2:])
    if kind == "ConvolutionBackpropData":  # weights: in, out, window
        return 2 * math.prod(inputs[0]) * math.prod(inputs[1][1:])
    if kind == "MatMul":
        # Whichever side is transposed, the length summed over is what both inputs have beyond the output.
        summed = math.sqrt(math.prod(inputs[0][-2:]) * math.prod(inputs[1][-2:]) / math.prod(output[-2:]))
        return 2 * math.prod(output) * round(summed)
    raise ValueError(f"operations of {kind} are not counted")


def count_flops(path: Path, outputs: Sequence[str] | None, shape: Sequence[int]) -> int:
    """Operations of the graph at `path` for an input of `shape`, as far as `outputs` need them."""
    import openvino

    graph = openvino.Core().read_model(str(path))
    if outputs is not None:
        by_name = {name: port for port in graph.outputs for name in port.get_names()}
        graph = openvino.Model([by_name[name] for name in outputs], graph.get_parameters(), path.stem)
    graph.reshape(list(shape))
    return sum(_flops_of_node(node) for node in graph.get_ops() if node.get_type_name() in COUNTED)


def _flops_of_node(node: Any) -> int:
    inputs = [list(node.input(index).get_shape()) for index in range(node.get_input_size())]
    return flops_of(node.get_type_name(), inputs, list(node.output(0).get_shape()))


def measure_peak() -> float:
    """Operations per second of this process in numpy's product of float32 matrices: the best of some repetitions."""
    import numpy as np

    matrix = np.random.default_rng(0).random((_MATRIX, _MATRIX), dtype=np.float32)
    target = np.empty_like(matrix)
    best = math.inf
    for _ in range(_REPETITIONS):
        start = time.perf_counter()
        np.matmul(matrix, matrix, out=target)
        best = min(best, time.perf_counter() - start)
    return 2 * _MATRIX**3 / best


class Core(Echo):
    """Answers each page, whatever it is, with the peak of its own core and the operations of each network."""

    def __init__(self, slot: Slot, networks: Mapping[str, tuple[Path, Sequence[str] | None, Sequence[int]]]) -> None:
        """`networks`: name -> file, outputs and input shape, as `count_flops` takes them."""
        super().__init__(slot)
        self._networks = networks

    def predict(self, loaded: Sequence[Any]) -> list[dict[str, float]]:
        """Operations per second under `peak`, and operations by the name of the network."""
        flops = {name: float(count_flops(*network)) for name, network in self._networks.items()}
        return [{"peak": measure_peak(), **flops} for _ in loaded]
