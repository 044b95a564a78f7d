"""Runs ONNX graphs with OpenVINO on the CPU.

Runs in: worker.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import openvino
from numpy.typing import NDArray

from galley.engines import EngineInfo, Opening, TensorInfo
from galley.engines.best import take_best, take_best_of_logits
from galley.engines.compiled import name_compiled, read_compiled, write_compiled
from galley.engines.upsampling import rewrite_upsampling
from galley.engines.winograd import REWRITING, rewrite_convolutions
from galley.errors import DeviceError, ModelError

MOST_THREADS_TO_REWRITE = 4
"""With more, the many small steps of a rewritten convolution wait for each other."""

_TO_HINT = {"fp32": "f32", "bf16": "bf16", "fp16": "f16"}
_FROM_TYPE = {"f32": "fp32", "bf16": "bf16", "f16": "fp16"}
_KERNELS_KEPT, _INT8_KERNELS_KEPT = 300, 1000
"""Compiled kernels kept for shapes that come again: of the text recogniser those of some fifteen and fifty widths.
With OpenVINO's own limit of 5,000, lines of all widths would fill gigabytes. In float arithmetic more than 300 gain no
time; in int8, whose kernels take longer to make and some 8 MB for each width, 300 would cost a tenth of it."""


Choice: TypeAlias = Callable[[NDArray[Any]], list[NDArray[Any]]]


class OpenVinoSession:
    """One compiled graph and its one inference request."""

    def __init__(self, compiled: Any, info: EngineInfo, choose: Choice | None) -> None:
        """`choose` answers for the only output, instead of a copy of it."""
        self._compiled = compiled
        self._choose = choose
        self._request = compiled.create_infer_request()
        self.info = info
        self.inputs = tuple(_describe(port) for port in compiled.inputs)
        self.outputs = tuple(_describe(port) for port in compiled.outputs)

    def run(self, *arrays: NDArray[Any]) -> list[NDArray[Any]]:
        """See `galley.engines.Session`. Inputs are read in place; outputs are copied out of the request, or read there.

        The second matters for text: a line's scores of 18,710 classes are some ten megabytes.
        """
        tensors = [
            openvino.Tensor(np.ascontiguousarray(array), shared_memory=True)
            for array, _ in zip(arrays, self.inputs, strict=True)
        ]
        self._request.infer(tensors, share_inputs=True)
        answers = [tensor.data for tensor in self._request.output_tensors]
        return [np.array(answer) for answer in answers] if self._choose is None else self._choose(answers[0])

    def close(self) -> None:
        """See `galley.engines.Session`."""
        del self._request, self._compiled


def open_session(path: Path, opening: Opening) -> OpenVinoSession:
    """Open a graph with OpenVINO; see `galley.engines.Opening`. It gains nothing by `span`.

    With a fixed shape, few threads and float32 arithmetic, large convolutions are rewritten: see
    `galley.engines.winograd`. With many threads or lower precision the direct ones are as fast.
    """
    precision, shape, blank = opening.precision, opening.shape, opening.blank
    core = _core()
    properties: dict[str, Any] = {
        "INFERENCE_NUM_THREADS": opening.slot.threads,
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": 1,
        "ENABLE_CPU_PINNING": False,
        "CPU_RUNTIME_CACHE_CAPACITY": _INT8_KERNELS_KEPT if precision == "int8" else _KERNELS_KEPT,
    }
    if precision in _TO_HINT:
        properties["INFERENCE_PRECISION_HINT"] = _TO_HINT[precision]
    rewrite = shape is not None and blank is None and _is_fp32(core, precision)
    rewrite = rewrite and opening.slot.threads <= MOST_THREADS_TO_REWRITE
    choose: Choice | None = None
    if not rewrite or opening.cache is None:
        graph = _read(core, path, opening.outputs, ".xml" if precision == "int8" else ".onnx")
        if blank is not None:
            graph, choose = _choosing(graph, blank)
        compiled = _compile(core, path, graph, shape, properties, rewrite)
    else:
        compiled = _compile_once(core, path, opening.outputs, shape, properties, opening.cache)
    return OpenVinoSession(compiled, _verify(compiled, core, precision), choose)


@functools.cache
def _core() -> Any:
    """The one of this process, never given up.

    Each `Core` has a stack for signals set up, and at its end puts back that of the one before, which may be gone by
    then: the next signal that Python hears, such as Ctrl-C in a serial run, would end the process with a crash.
    """
    return openvino.Core()


def _compile_once(
    core: Any,
    path: Path,
    outputs: Sequence[str] | None,
    shape: Sequence[int] | None,
    properties: Mapping[str, Any],
    cache: Path,
) -> Any:
    """A rewritten graph takes seconds to compile, and a third of that to load from the disk."""
    _require_graph(path, ".onnx")
    machine = (core.get_property("CPU", "FULL_DEVICE_NAME"), core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"))
    facts = [REWRITING, openvino.__version__, machine, sorted(properties.items()), outputs, shape]
    file = cache / name_compiled(path, facts)
    content = read_compiled(file)
    if content is not None:
        with contextlib.suppress(RuntimeError):
            return core.import_model(content, "CPU", dict(properties))
    compiled = _compile(core, path, _read(core, path, outputs, ".onnx"), shape, properties, rewrite=True)
    write_compiled(file, compiled.export_model().getvalue())
    return compiled


def _compile(
    core: Any,
    path: Path,
    graph: Any,
    shape: Sequence[int] | None,
    properties: Mapping[str, Any],
    rewrite: bool,
) -> Any:
    try:
        rewrite_upsampling(graph)
        if shape is not None:
            graph.reshape(list(shape))
        if rewrite:
            rewrite_convolutions(graph)
        return core.compile_model(graph, "CPU", dict(properties))
    except RuntimeError as error:
        raise ModelError(f"OpenVINO cannot compile {path}: {_last_line(error)}") from error


def _choosing(graph: Any, blank: int) -> tuple[Any, Choice]:
    """`graph` without the softmax that it ends with, if it does, and how to answer the best class of its output.

    A softmax would compute and write a probability for every class, where one of each position is wanted.
    """
    (result,) = graph.get_results()
    last = result.input_value(0).get_node()
    while last.get_type_name() in ("Identity", "Convert"):
        last = last.input_value(0).get_node()
    if last.get_type_name() != "Softmax":
        return graph, take_best
    logits = openvino.Model([last.input_value(0)], graph.get_parameters(), graph.get_friendly_name())
    return logits, partial(take_best_of_logits, blank=blank)


def _is_fp32(core: Any, precision: str) -> bool:
    """Whether the graph will be computed in float32: `auto` takes bfloat16 or float16 where the CPU has them."""
    lower = {"BF16", "FP16"} & set(core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"))
    return precision == "fp32" or (precision == "auto" and not lower)


def _require_graph(path: Path, suffix: str) -> None:
    if path.suffix != suffix:
        kind = "ONNX file" if suffix == ".onnx" else "quantised graph"
        raise ModelError(f"{path} is no {kind}: its name does not end in {suffix}")
    if not path.is_file():
        raise ModelError(f"the model file {path} does not exist")


def _read(core: Any, path: Path, outputs: Sequence[str] | None, suffix: str) -> Any:
    """The graph, cut down to `outputs`: what leads only to others is not computed."""
    _require_graph(path, suffix)
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
    if precision == "int8":
        return EngineInfo("openvino", openvino.__version__.split("-")[0], "cpu", _verify_int8(compiled))
    effective = compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name()
    given = _FROM_TYPE.get(effective, effective)
    if precision not in ("auto", given):
        capable = ", ".join(core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"))
        raise DeviceError(
            f"precision {precision} was asked for, but OpenVINO computes in {given} on this CPU "
            f"(it can do: {capable}); ask for auto or {given}"
        )
    return EngineInfo("openvino", openvino.__version__.split("-")[0], "cpu", given)


def _verify_int8(compiled: Any) -> str:
    """`int8`, if any layer really runs in it."""
    layers = compiled.get_runtime_model().get_ops()
    kinds = {str(layer.get_rt_info()["runtimePrecision"].astype(str)) for layer in layers if layer.get_rt_info()}
    if not {"i8", "u8"} & kinds:
        raise DeviceError(f"precision int8 was asked for, but OpenVINO computes in {', '.join(sorted(kinds))} here")
    return "int8"


def _describe(port: Any) -> TensorInfo:
    shape = tuple(
        int(dimension.get_length()) if dimension.is_static else None for dimension in port.get_partial_shape()
    )
    return TensorInfo(port.get_any_name(), np.dtype(port.get_element_type().to_dtype()).name, shape)


def _last_line(error: Exception) -> str:
    """OpenVINO's messages begin with places in its own sources; the last line says the reason."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else repr(error)
