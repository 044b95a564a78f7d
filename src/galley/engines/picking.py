"""A graph that picks the best class of each position where the scores are, so that a GPU sends two numbers back.

Runs in: worker. Pure. The scores of 64 lines of text are half a gigabyte, what is asked of them some kilobytes.

Source of the format: the ONNX and Protocol Buffers specifications. Operators are of version 12: ONNX Runtime's list of
kernels has these for CUDA.
"""

from __future__ import annotations

SCORES, BEST, CERTAIN = "scores", "best", "certain"
"""Input (n, steps, classes) of float32; outputs (n, steps): the best class as int64, and its score."""

_OPERATORS, _FORMAT = 12, 7
_FLOAT, _INT64 = 1, 7  # TensorProto.DataType
_INT, _INTS = 2, 7  # AttributeProto.AttributeType


def picking_graph() -> bytes:
    """The graph as an ONNX model."""
    graph = b"".join(
        (
            _message(1, _node("ArgMax", BEST, _attribute("axis", 3, -1, _INT))),
            _message(1, _node("ReduceMax", CERTAIN, _attribute("axes", 8, -1, _INTS))),
            _message(2, b"picking"),
            _message(11, _value(SCORES, _FLOAT, 3)),
            _message(12, _value(BEST, _INT64, 2)),
            _message(12, _value(CERTAIN, _FLOAT, 2)),
        )
    )
    return _number(1, _FORMAT) + _message(7, graph) + _message(8, _number(2, _OPERATORS))


def _node(operator: str, output: str, attribute: bytes) -> bytes:
    given = _message(5, attribute) + _message(5, _attribute("keepdims", 3, 0, _INT))
    return _message(1, SCORES.encode()) + _message(2, output.encode()) + _message(4, operator.encode()) + given


def _attribute(name: str, field: int, value: int, kind: int) -> bytes:
    return _message(1, name.encode()) + _number(field, value) + _number(20, kind)


def _value(name: str, element: int, dimensions: int) -> bytes:
    shape = b"".join(_message(1, _message(2, f"{name}{index}".encode())) for index in range(dimensions))
    tensor = _number(1, element) + _message(2, shape)
    return _message(1, name.encode()) + _message(2, _message(1, tensor))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value & (1 << 64) - 1)


def _message(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    groups = []
    while value >= 0x80:
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*groups, value])
