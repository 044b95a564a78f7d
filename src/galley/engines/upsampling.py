"""Rewrites transposed convolutions of an OpenVINO graph whose products do not overlap, as convolutions of 1x1.

Runs in: worker, and in the parent for `galley models quantize`.

With a kernel as large as its stride, every pixel becomes a cell of edge x edge pixels of its own: the same products as
those of a convolution of 1x1 with edge x edge times the channels, whose answer is then laid out (Shi et al., "Real-Time
Single Image and Video Super-Resolution Using an Efficient Sub-Pixel Convolutional Neural Network", 2016). The sums are
the same, to the last bit of float32. OpenVINO computes transposed convolutions in float32 whatever it is told, and what
follows them on memory padded to sixteen channels; convolutions of 1x1 are what it does best.

What follows is computed before the layout as far as it treats pixels alike, also a second such convolution: so a
network that ends in two of them is laid out once, with the one channel it answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from openvino import opset13 as ops

Node: TypeAlias = Any
Port: TypeAlias = Any

_ALIKE = {"Relu": ops.relu, "Sigmoid": ops.sigmoid}
_WITH_CONSTANT = {"Add": ops.add, "Multiply": ops.multiply}


@dataclass(frozen=True, slots=True)
class _Cells:
    """What a port gives, not laid out yet."""

    port: Port
    """(n, edge * edge * channels, height, width): channel (i * edge + j) * channels + c is pixel (i, j) of its cell."""
    edge: int


def rewrite_upsampling(graph: Any) -> int:
    """Rewrites every fitting transposed convolution of `graph`, in place; returns how many."""
    cells: dict[str, _Cells] = {}
    order = graph.get_ordered_ops()
    count = 0
    for node in order:
        made = _in_cells(node, cells)
        if made is not None:
            cells[node.get_friendly_name()] = made
            count += node.get_type_name() == "ConvolutionBackpropData"
    for node in order:
        if node.get_friendly_name() in cells:
            _lay_out(node, cells)
    graph.validate_nodes_and_infer_types()
    return count


def _in_cells(node: Node, cells: dict[str, _Cells]) -> _Cells | None:
    """What `node` answers, in cells; None if it is neither a fitting convolution nor treats pixels alike."""
    kind = node.get_type_name()
    if kind == "ConvolutionBackpropData":
        return _convolve(node, cells)
    known = [cells.get(port.get_node().get_friendly_name()) for port in node.input_values()]
    source = next((each for each in known if each is not None), None)
    if source is None:
        return None
    if kind == "Identity":
        return source
    if kind in _ALIKE:
        return _Cells(_ALIKE[kind](source.port).output(0), source.edge)
    if kind in _WITH_CONSTANT:
        (constant,) = (port for port, each in zip(node.input_values(), known, strict=True) if each is not source)
        value, channels = _constant(constant), node.output(0).get_partial_shape()[1].get_max_length()
        if value is not None and value.size in (1, channels):
            spread = np.tile(np.broadcast_to(value.reshape(-1), channels), source.edge**2).reshape(1, -1, 1, 1)
            return _Cells(_WITH_CONSTANT[kind](source.port, ops.constant(spread)).output(0), source.edge)
    return None


def _convolve(node: Node, cells: dict[str, _Cells]) -> _Cells | None:
    weights = _constant(node.input_value(1)) if node.get_input_size() == 2 else None
    if weights is None or weights.dtype != np.float32 or not _apart(node.get_attributes(), weights.shape):
        return None
    port = node.input_value(0)
    source = cells.get(port.get_node().get_friendly_name(), _Cells(port, 1))
    kernel = _kernel(weights, source.edge)
    convolved = ops.convolution(source.port, ops.constant(kernel), [1, 1], [0, 0], [0, 0], [1, 1])
    return _Cells(convolved.output(0), source.edge * weights.shape[2])


def _apart(attributes: dict[str, Any], shape: tuple[int, ...]) -> bool:
    """Whether each input pixel has output pixels of its own: a square kernel, as large as the stride."""
    edge = shape[2]
    fitting = {"strides": [edge, edge], "dilations": [1, 1], "pads_begin": [0, 0], "pads_end": [0, 0]}
    fitting["output_padding"] = [0, 0]
    return shape[3] == edge and all(list(attributes[name]) == value for name, value in fitting.items())


def _kernel(weights: NDArray[np.float32], edge: int) -> NDArray[np.float32]:
    """The 1x1 kernel on cells of `edge` that does what `weights` (in, out, k, k) do: each pixel has its own block."""
    inputs, outputs, finer, _ = weights.shape
    kernel = np.zeros((edge, finer, edge, finer, outputs, edge, edge, inputs), np.float32)
    for row in range(edge):
        for column in range(edge):
            kernel[row, :, column, :, :, row, column] = weights.transpose(2, 3, 1, 0)
    return kernel.reshape((edge * finer) ** 2 * outputs, edge**2 * inputs, 1, 1)


def _lay_out(node: Node, cells: dict[str, _Cells]) -> None:
    """Gives the consumers of `node` that want pixels their pixels."""
    port = node.output(0)
    wanting = [each for each in port.get_target_inputs() if each.get_node().get_friendly_name() not in cells]
    if wanting:
        own = cells[node.get_friendly_name()]
        pixels = ops.depth_to_space(own.port, "blocks_first", own.edge).output(0)
        pixels.get_tensor().set_names(port.get_names())
        for each in wanting:
            each.replace_source_output(pixels)


def _constant(port: Port) -> NDArray[Any] | None:
    """The value behind a port that is constant, also through a change of type."""
    node = port.get_node()
    if node.get_type_name() in ("Convert", "Identity"):
        return _constant(node.input_value(0))
    return np.array(node.get_data()) if node.get_type_name() == "Constant" else None
