"""Rewrites large 5x5 convolutions of an OpenVINO graph as one-dimensional Winograd convolutions F(4, 5).

Runs in: worker.

Along the height, four output rows are computed from eight input rows with 8 instead of 20 products for each
column of the kernel (Winograd 1980, after Toom and Cook; points 0, +-1, +-2, +-1/2 and infinity): the convolution
5x5 becomes eight convolutions 1x5 on a quarter of the rows. The arithmetic stays float32; results differ from the
direct convolution by rounding alone, about 1e-5 of the largest value.

Rows that are `dilation` apart belong together, so pictures are kept split while a run of convolutions of one
dilation lasts, with the additions and ReLUs between them: part `j` holds the rows `4*d*t + d*j + r` as an array
(d, channels, tiles, width) with index (r, :, t, :). Splitting and joining cost a copy each, once per run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from openvino import opset13 as ops

REWRITING = 2
"""To be raised when the rewriting changes, so that graphs compiled before are not taken again."""

PARTS = 4
"""Rows computed together."""

_POINTS = (0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5)
_LEAST_CHANNELS = 32
"""With fewer channels, moving the data costs more than the products saved."""

Node: TypeAlias = Any
Port: TypeAlias = Any
Parts: TypeAlias = list[Node]


def kernel_transform() -> NDArray[np.float64]:
    """The (8, 5) matrix that maps the 5 weights of a kernel's column to the weights of the eight products."""
    rows = []
    for point in _POINTS:
        scale = np.prod([point - other for other in _POINTS if other != point])
        rows.append([point**power / scale for power in range(5)])
    return np.array([*rows, [0, 0, 0, 0, 1]])


def rewrite_convolutions(graph: Any) -> int:
    """Rewrites every fitting convolution of `graph`, whose shapes must be static, in place; returns how many."""
    work = _Rewriting()
    order = graph.get_ordered_ops()
    for node in order:
        dilation = _find_dilation(node, work)
        if dilation is not None:
            work.dilations[node.get_friendly_name()] = dilation
    for node in order:
        name = node.get_friendly_name()
        if name in work.dilations:
            work.parts[name] = _rewrite(node, work.dilations[name], work)
            _join_for_others(node, work)
    graph.validate_nodes_and_infer_types()
    return sum(node.get_type_name() == "Convolution" and node.get_friendly_name() in work.parts for node in order)


@dataclass(slots=True)
class _Rewriting:
    """What is known while a graph is rewritten; nodes by their friendly names."""

    dilations: dict[str, int] = field(default_factory=dict)
    """Nodes that work on split pictures, and the dilation these are split by."""
    parts: dict[str, Parts] = field(default_factory=dict)
    splits: dict[tuple[str, int, int], Parts] = field(default_factory=dict)
    constants: dict[tuple[Any, ...], Node] = field(default_factory=dict)

    def constant(self, value: NDArray[Any]) -> Node:
        """A constant; equal small ones are shared, for their number decides how long compiling takes."""
        if value.size > 64:
            return ops.constant(value)
        key = (value.dtype.str, value.shape, value.tobytes())
        if key not in self.constants:
            self.constants[key] = ops.constant(value)
        return self.constants[key]

    def scalar(self, value: float) -> Node:
        return self.constant(np.array(value, np.float32))

    def take(self, source: Node, start: int, stop: int, step: int = 1) -> Node:
        """Rows `start` to `stop`."""
        bounds = [self.constant(np.array([each])) for each in (start, stop, step, 2)]
        return ops.slice(source, *bounds)

    def split(self, port: Port, dilation: int) -> Parts:
        """The parts of what `port` gives; in a run they are there, at its beginning they are made."""
        name = port.get_node().get_friendly_name()
        if self.dilations.get(name) == dilation:
            return self.parts[name]
        key = (name, port.get_index(), dilation)
        if key not in self.splits:
            self.splits[key] = _split(port, dilation, self)
        return self.splits[key]


def _shape(port: Port) -> list[int]:
    return [int(edge) for edge in port.get_partial_shape().to_shape()]


def _constant_of(port: Port) -> NDArray[Any] | None:
    """The value behind a port that is constant, also through a change of type or shape."""
    node = port.get_node()
    if node.get_type_name() == "Convert":
        return _constant_of(node.input_value(0))
    return node.data if node.get_type_name() == "Constant" else None


def _find_dilation(node: Node, work: _Rewriting) -> int | None:
    """The dilation of a convolution to rewrite, or of the run that an addition or ReLU belongs to."""
    kind = node.get_type_name()
    if kind == "Convolution":
        return _fitting_dilation(node)
    if kind not in ("Add", "Relu"):
        return None
    values = [port for port in node.input_values() if _constant_of(port) is None]
    runs = {work.dilations.get(port.get_node().get_friendly_name()) for port in values} - {None}
    biased = kind == "Relu" or len(values) == 2 or _is_bias(node.input_value(1), _shape(node.output(0)))
    same = all(_shape(port) == _shape(node.output(0)) for port in values)
    return runs.pop() if len(runs) == 1 and biased and same else None


def _is_bias(port: Port, shape: Sequence[int]) -> bool:
    return _constant_of(port) is not None and _shape(port) == [1, shape[1], 1, 1]


def _fitting_dilation(node: Node) -> int | None:
    settings, weights = node.get_attributes(), node.input_value(1)
    dilation = int(settings["dilations"][0])
    same_size = [2 * dilation, 2 * dilation]
    fits = (
        _constant_of(weights) is not None
        and _shape(weights)[2:] == [5, 5]
        and min(_shape(weights)[:2]) >= _LEAST_CHANNELS
        and _shape(node.input_value(0))[0] == 1
        and list(settings["strides"]) == [1, 1]
        and list(settings["dilations"]) == [dilation, dilation]
        and list(settings["pads_begin"]) == list(settings["pads_end"]) == same_size
    )
    return dilation if fits else None


def _tiles(height: int, dilation: int) -> int:
    return -(-height // (PARTS * dilation))


def _split(port: Port, dilation: int, work: _Rewriting) -> Parts:
    """Cuts a picture into its parts; rows below its end are zero."""
    height = _shape(port)[2]
    padded = _tiles(height, dilation) * PARTS * dilation
    picture = ops.convert(port, "f32")
    if padded > height:
        ends = [work.constant(np.array(pads)) for pads in ([0, 0, 0, 0], [0, 0, padded - height, 0])]
        picture = ops.pad(picture, *ends, "constant", work.scalar(0))
    parts = []
    for part in range(PARTS):
        starts = range(dilation * part, dilation * (part + 1))
        rows = [work.take(picture, start, padded, PARTS * dilation) for start in starts]
        parts.append(ops.concat(rows, 0) if len(rows) > 1 else rows[0])
    return parts


def _join(parts: Parts, height: int, dilation: int, kind: Any, work: _Rewriting) -> Node:
    """Puts the rows back in order; with channels last, side by side in the width is one after the other."""
    _, channels, tiles, width = _shape(parts[0].output(0))
    rows: list[Any] = []
    for part in parts:
        axis = work.constant(np.array(0))
        rows += ops.split(part, axis, dilation).outputs() if dilation > 1 else [part.output(0)]
    wide = ops.transpose(ops.concat(rows, 3), work.constant(np.array([0, 2, 3, 1])))
    shape = work.constant(np.array([1, tiles * PARTS * dilation, width, channels]))
    picture = ops.transpose(ops.reshape(wide, shape, False), work.constant(np.array([0, 3, 1, 2])))
    return ops.convert(work.take(picture, 0, height), kind)


def _join_for_others(node: Node, work: _Rewriting) -> None:
    """Gives those who use the node's answer, but do not belong to its run, the whole picture."""
    name, port = node.get_friendly_name(), node.output(0)
    dilation = work.dilations[name]
    others = [
        target
        for target in port.get_target_inputs()
        if work.dilations.get(target.get_node().get_friendly_name()) != dilation
    ]
    if others:
        joined = _join(work.parts[name], _shape(port)[2], dilation, port.get_element_type(), work).output(0)
        names = port.get_names()
        port.set_names(set())
        joined.set_names(names)
        for target in others:
            target.replace_source_output(joined)


def _rewrite(node: Node, dilation: int, work: _Rewriting) -> Parts:
    """The node's answer in parts, computed from its inputs in parts."""
    first = node.input_value(0)
    kind = node.get_type_name()
    if kind == "Relu":
        return [ops.relu(part) for part in work.split(first, dilation)]
    second = _constant_of(node.input_value(1))
    if kind == "Convolution":
        assert second is not None
        blank = _blank_rows(work.split(first, dilation), _shape(first)[2], dilation, work)
        return _convolve(blank, second, dilation, work)
    if second is not None:
        bias = ops.constant(second.astype(np.float32))
        return [ops.add(part, bias) for part in work.split(first, dilation)]
    pairs = zip(work.split(first, dilation), work.split(node.input_value(1), dilation), strict=True)
    return [ops.add(one, other) for one, other in pairs]


def _blank_rows(parts: Parts, height: int, dilation: int, work: _Rewriting) -> Parts:
    """Sets the rows below the picture's end to zero, as the direct convolution's padding is."""
    tiles = _tiles(height, dilation)
    rows = np.arange(tiles * PARTS * dilation).reshape(tiles, PARTS, dilation)
    inside = (rows < height).astype(np.float32)
    return [
        part
        if inside[:, index].all()
        else ops.multiply(part, work.constant(np.ascontiguousarray(inside[:, index].T)[:, None, :, None]))
        for index, part in enumerate(parts)
    ]


def _shift(part: Node, by: int, work: _Rewriting) -> Node:
    """The part one tile further up (`by` -1: tile t becomes t - 1) or down, with zeros beyond the picture."""
    splits, channels, tiles, width = _shape(part.output(0))
    zeros = ops.broadcast(work.scalar(0), work.constant(np.array([splits, channels, 1, width])))
    if tiles == 1:
        return zeros
    if by < 0:
        return ops.concat([zeros, work.take(part, 0, tiles - 1)], 2)
    return ops.concat([work.take(part, 1, tiles), zeros], 2)


def _convolve(parts: Parts, weights: NDArray[Any], dilation: int, work: _Rewriting) -> Parts:
    """A 5x5 convolution with 'same' padding; `weights` is (outputs, inputs, 5, 5)."""
    above = [_shift(part, -1, work) for part in parts[2:]]
    below = [_shift(part, 1, work) for part in parts[:2]]
    kernels = np.tensordot(kernel_transform(), weights.astype(np.float64), axes=(1, 2)).astype(np.float32)
    products = [
        ops.convolution(
            rows,
            ops.constant(np.ascontiguousarray(kernel[:, :, None, :])),
            *([1, 1], [0, 2 * dilation], [0, 2 * dilation], [1, dilation]),
        )
        for rows, kernel in zip(_transform_rows([*above, *parts, *below], work), kernels, strict=True)
    ]
    return _combine_products(products, work)


def _transform_rows(x: Sequence[Node], work: _Rewriting) -> list[Node]:
    """The inputs of the eight products from eight rows: coefficients of the polynomials of the other points."""
    add, subtract = ops.add, ops.subtract

    def scaled(factor: float, node: Node) -> Node:
        return ops.multiply(node, work.scalar(factor))

    def outer(low: Node, second: Node, third: Node, high: Node) -> Node:
        return add(subtract(high, low), scaled(5.25, subtract(second, third)))

    def inner(first: float, middle: float, start: int) -> Node:
        low = x[start] if first == 1 else scaled(first, x[start])
        return subtract(add(low, x[start + 4]), scaled(middle, x[start + 2]))

    pairs = []
    for first, middle, point in ((1.0, 4.25, 1.0), (0.25, 1.25, 2.0), (4.0, 5.0, 0.5)):
        even, odd = inner(first, middle, 2), inner(first, middle, 1)
        odd = odd if point == 1 else scaled(point, odd)
        pairs += [add(even, odd), subtract(even, odd)]
    return [outer(x[0], x[2], x[4], x[6]), *pairs, outer(x[1], x[3], x[5], x[7])]


def _combine_products(products: Sequence[Node], work: _Rewriting) -> Parts:
    """Four rows of the answer from the eight products: values of a polynomial at the points."""
    add = ops.add

    def scaled(factor: float, node: Node) -> Node:
        return ops.multiply(node, work.scalar(factor))

    zero, *middle, infinity = products
    sums = [add(middle[i], middle[i + 1]) for i in (0, 2, 4)]
    differences = [ops.subtract(middle[i], middle[i + 1]) for i in (0, 2, 4)]

    def weigh(terms: Sequence[Node], power: int) -> Node:
        second, third = scaled(2.0**power, terms[1]), scaled(0.5**power, terms[2])
        return add(add(terms[0], second), third)

    return [
        add(zero, add(add(sums[0], sums[1]), sums[2])),
        weigh(differences, 1),
        weigh(sums, 2),
        add(weigh(differences, 3), infinity),
    ]
