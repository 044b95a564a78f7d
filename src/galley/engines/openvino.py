"""Runs ONNX graphs with OpenVINO on the CPU.

Runs in: worker.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openvino
from numpy.typing import NDArray

from galley.devices import Slot
from galley.engines import EngineInfo, TensorInfo
from galley.errors import DeviceError, ModelError

_TO_HINT = {"fp32": "f32", "bf16": "bf16", "fp16": "f16"}
_FROM_TYPE = {"f32": "fp32", "bf16": "bf16", "f16": "fp16"}


class OpenVinoSession:
    """One compiled graph and its one inference request."""

    def __init__(self, compiled: Any, info: EngineInfo) -> None:
        self._compiled = compiled
        self._request = compiled.create_infer_request()
        self.info = info
        self.inputs = tuple(_describe(port) for port in compiled.inputs)
        self.outputs = tuple(_describe(port) for port in compiled.outputs)

    def run(self, *arrays: NDArray[Any]) -> list[NDArray[Any]]:
        """See `galley.engines.Session`. Inputs are read in place; outputs are copied out of the request."""
        tensors = [
            openvino.Tensor(np.ascontiguousarray(array), shared_memory=True)
            for array, _ in zip(arrays, self.inputs, strict=True)
        ]
        self._request.infer(tensors, share_inputs=True)
        return [np.array(tensor.data) for tensor in self._request.output_tensors]

    def close(self) -> None:
        """See `galley.engines.Session`."""
        del self._request, self._compiled


def open_session(
    path: Path, *, slot: Slot, precision: str, outputs: Sequence[str] | None, cache: Path | None
) -> OpenVinoSession:
    """Opens a graph with OpenVINO; see `galley.engines.open_session`."""
    core = openvino.Core()
    graph = _read(core, path, outputs)
    properties: dict[str, Any] = {
        "INFERENCE_NUM_THREADS": slot.threads,
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": 1,
        "ENABLE_CPU_PINNING": False,
    }
    if precision != "auto":
        properties["INFERENCE_PRECISION_HINT"] = _TO_HINT[precision]
    if cache is not None:
        properties["CACHE_DIR"] = str(cache)
    try:
        compiled = core.compile_model(graph, "CPU", properties)
    except RuntimeError as error:
        raise ModelError(f"OpenVINO cannot compile {path}: {_last_line(error)}") from error
    return OpenVinoSession(compiled, _verify(compiled, core, precision))


def _read(core: Any, path: Path, outputs: Sequence[str] | None) -> Any:
    """The graph, cut down to `outputs`: what leads only to others is not computed."""
    if path.suffix != ".onnx":
        raise ModelError(f"{path} is no ONNX file: its name does not end in .onnx")
    if not path.is_file():
        raise ModelError(f"the model file {path} does not exist")
    try:
        graph = core.read_model(str(path))
    except RuntimeError as error:
        raise ModelError(f"OpenVINO cannot read {path}: {_last_line(error)}") from error
    if outputs is None:
        return graph
    by_name = {name: port for port in graph.outputs for name in port.get_names()}
    missing = [name for name in outputs if name not in by_name]
    if missing:
        raise ModelError(f"{path} has no output {', '.join(missing)}; it has {', '.join(sorted(by_name))}")
    return openvino.Model([by_name[name] for name in outputs], graph.get_parameters(), path.stem)


def _verify(compiled: Any, core: Any, precision: str) -> EngineInfo:
    devices = list(compiled.get_property("EXECUTION_DEVICES"))
    if devices != ["CPU"]:
        raise DeviceError(f"OpenVINO was asked for the CPU and runs on {', '.join(devices)}")
    effective = compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name()
    given = _FROM_TYPE.get(effective, effective)
    if precision not in ("auto", given):
        capable = ", ".join(core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"))
        raise DeviceError(
            f"precision {precision} was asked for, but OpenVINO computes in {given} on this CPU "
            f"(it can do: {capable}); ask for auto or {given}"
        )
    return EngineInfo("openvino", openvino.__version__.split("-")[0], "cpu", given)


def _describe(port: Any) -> TensorInfo:
    shape = tuple(
        int(dimension.get_length()) if dimension.is_static else None for dimension in port.get_partial_shape()
    )
    return TensorInfo(port.get_any_name(), np.dtype(port.get_element_type().to_dtype()).name, shape)


def _last_line(error: Exception) -> str:
    """OpenVINO's messages begin with places in its own sources; the last line says the reason."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else repr(error)
