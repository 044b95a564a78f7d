"""Runs a session of ONNX Runtime on a device's own buffers: one copy there, one copy back, whatever the batch.

Runs in: worker. It was written after ONNX Runtime's documentation of I/O binding and has not run on a GPU yet; tests
run it with the buffers of a CPU, where everything but the device's name is the same.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from galley.engines.picking import BEST, CERTAIN, SCORES

_BUFFERS_KEPT = 8
"""Input buffers on the device, one for each shape; the one used longest ago makes room."""


class BoundRun:
    """One session, its input buffers and, where only the best classes are wanted, what picks them."""

    def __init__(
        self, session: Any, inputs: Sequence[str], outputs: Sequence[str], device: str, picker: Any | None
    ) -> None:
        """Nothing is allocated yet.

        Args:
            session: the open session.
            inputs: names of its inputs.
            outputs: names of the outputs to compute.
            device: whose buffers to use, as ONNX Runtime names it: `cuda`, or `cpu` in tests.
            picker: an open session of `galley.engines.picking` on the same device; None for the outputs themselves.
        """
        self._session = session
        self._inputs, self._outputs = inputs, outputs
        self._device = device
        self._picker = picker
        self._buffers: OrderedDict[tuple[object, ...], Any] = OrderedDict()

    def run(self, arrays: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        """The outputs for `arrays`, or the best classes and their scores; arrays of the caller's own."""
        binding = self._session.io_binding()
        for name, array in zip(self._inputs, arrays, strict=True):
            binding.bind_ortvalue_input(name, self._buffer(name, array))
        for name in self._outputs:
            binding.bind_output(name, self._device, 0)
        self._session.run_with_iobinding(binding)
        return self._pick(binding.get_outputs()[0]) if self._picker is not None else _copies(binding)

    def _pick(self, scores: Any) -> list[NDArray[Any]]:
        assert self._picker is not None  # by the caller
        binding = self._picker.io_binding()
        binding.bind_ortvalue_input(SCORES, scores)
        for name in (BEST, CERTAIN):
            binding.bind_output(name, self._device, 0)
        self._picker.run_with_iobinding(binding)
        return _copies(binding)

    def _buffer(self, name: str, array: NDArray[Any]) -> Any:
        """A buffer on the device that holds `array`, one of an earlier run if there is one of that shape."""
        key = (name, array.shape, array.dtype.str)
        if key not in self._buffers:
            while len(self._buffers) >= _BUFFERS_KEPT:
                self._buffers.popitem(last=False)
            self._buffers[key] = onnxruntime.OrtValue.ortvalue_from_shape_and_type(
                array.shape, array.dtype.type, self._device, 0
            )
        self._buffers.move_to_end(key)
        buffer = self._buffers[key]
        buffer.update_inplace(np.ascontiguousarray(array))
        return buffer

    def close(self) -> None:
        """Release the buffers."""
        self._buffers.clear()


def _copies(binding: Any) -> list[NDArray[Any]]:
    return [np.array(array) for array in binding.copy_outputs_to_cpu()]
