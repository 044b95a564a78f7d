"""Runs ONNX graphs with ONNX Runtime: on the CPU, and on NVIDIA GPUs with its CUDA and TensorRT providers.

Runs in: worker. The GPU parts follow ONNX Runtime's documentation; they have not been run on a GPU yet.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from galley.devices import Slot
from galley.engines import EngineInfo, Opening, Span, TensorInfo
from galley.engines.best import take_best
from galley.engines.bound import BoundRun
from galley.engines.picking import picking_graph
from galley.errors import DeviceError, ModelError

_CPU, _CUDA, _TENSORRT = "CPUExecutionProvider", "CUDAExecutionProvider", "TensorrtExecutionProvider"

_DTYPES = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(double)": "float64",
    "tensor(int64)": "int64",
    "tensor(int32)": "int32",
    "tensor(uint8)": "uint8",
    "tensor(bool)": "bool",
}


class OnnxRuntimeSession:
    """One graph in one ONNX Runtime session."""

    def __init__(
        self, session: Any, outputs: Sequence[str] | None, info: EngineInfo, best: bool, picker: Any | None = None
    ) -> None:
        self._session = session
        self._best = best
        self.info = info
        self.inputs = tuple(_describe(node) for node in session.get_inputs())
        by_name = {node.name: node for node in session.get_outputs()}
        self.outputs = tuple(_describe(by_name[name]) for name in (by_name if outputs is None else outputs))
        self._input_names = [each.name for each in self.inputs]
        self._output_names = [each.name for each in self.outputs]
        self._bound = (
            BoundRun(session, self._input_names, self._output_names, "cuda", picker) if info.device == "gpu" else None
        )
        self._picks = picker is not None

    def run(self, *arrays: NDArray[Any]) -> list[NDArray[Any]]:
        """See `galley.engines.Session`. ONNX Runtime allocates new outputs for each run."""
        if self._bound is not None:
            answers = self._bound.run(arrays)
        else:
            feed = {name: np.ascontiguousarray(array) for name, array in zip(self._input_names, arrays, strict=True)}
            answers = [np.asarray(array) for array in self._session.run(self._output_names, feed)]
        return take_best(answers[0]) if self._best and not self._picks else answers

    def close(self) -> None:
        """See `galley.engines.Session`."""
        if self._bound is not None:
            self._bound.close()
        del self._session, self._bound


def open_session(path: Path, opening: Opening) -> OnnxRuntimeSession:
    """Open a graph on the CPU or, for a GPU slot, with CUDA; see `galley.engines.Opening`.

    These providers compute in fp32, so other precisions are refused; they
    gain nothing by `shape` or `span` and compile nothing that `cache` could keep.
    """
    if opening.precision not in ("auto", "fp32"):
        raise DeviceError(
            f"precision {opening.precision} was asked for, but engine onnxruntime computes in fp32 only; "
            "ask for auto or fp32, or take engine openvino (CPU) or tensorrt (GPU)"
        )
    slot = opening.slot
    info = EngineInfo("onnxruntime", _version(), slot.device.kind, "fp32")
    providers = [(_CPU, dict[str, str]())] if slot.device.kind == "cpu" else [(_CUDA, cuda_options(slot))]
    return _open(path, providers, opening, info)


def open_tensorrt_session(path: Path, opening: Opening) -> OnnxRuntimeSession:
    """Open a graph with the TensorRT provider; see `galley.engines.Opening`. `auto` is fp16 here.

    What TensorRT cannot run is left to CUDA. Without `span`, an engine is built anew, in minutes, for each shape that
    is smaller or larger than all before.
    """
    slot, precision, cache = opening.slot, opening.precision, opening.cache
    if precision in ("bf16", "int8"):
        raise DeviceError(f"engine tensorrt computes in fp32 or fp16, not in {precision}")
    given = "fp16" if precision == "auto" else precision
    options = tensorrt_options(slot, given, cache)
    if cache is not None:
        with contextlib.suppress(OSError):
            cache.mkdir(parents=True, exist_ok=True)
    if opening.span is not None:
        options |= _profile(path, opening.span)
    providers = [(_TENSORRT, options), (_CUDA, cuda_options(slot))]
    return _open(path, providers, opening, EngineInfo("tensorrt", _version(), "gpu", given))


def cuda_options(slot: Slot) -> dict[str, str]:
    """What the CUDA provider is told.

    Shapes of pages and lines vary, so no time is spent on finding the fastest convolution for each; and the arena
    grows by what is needed, since several instances may share the device.
    """
    options = {
        "device_id": "0",  # the process sees no other
        "arena_extend_strategy": "kSameAsRequested",
        "cudnn_conv_algo_search": "HEURISTIC",
    }
    if slot.memory_limit is not None:
        options["gpu_mem_limit"] = str(slot.memory_limit * 1_000_000)
    return options


def tensorrt_options(slot: Slot, precision: str, cache: Path | None) -> dict[str, str]:
    """What the TensorRT provider is told; engines, and what was timed to build them, are kept in `cache`."""
    options = {"device_id": "0", "trt_fp16_enable": str(precision == "fp16")}
    if slot.memory_limit is not None:
        options["trt_max_workspace_size"] = str(slot.memory_limit * 1_000_000)
    if cache is not None:
        options |= {
            "trt_engine_cache_enable": "True",
            "trt_engine_cache_path": str(cache),
            "trt_timing_cache_enable": "True",
            "trt_timing_cache_path": str(cache),
        }
    return options


def _profile(path: Path, span: Span) -> dict[str, str]:
    """The range of shapes that one engine is built for, and tuned to its largest."""
    (name,) = (node.name for node in onnxruntime.InferenceSession(str(path), providers=[_CPU]).get_inputs())
    least, most = (f"{name}:{'x'.join(map(str, shape))}" for shape in span)
    return {"trt_profile_min_shapes": least, "trt_profile_opt_shapes": most, "trt_profile_max_shapes": most}


def _open(
    path: Path, providers: Sequence[tuple[str, dict[str, str]]], opening: Opening, info: EngineInfo
) -> OnnxRuntimeSession:
    slot, outputs, best = opening.slot, opening.outputs, opening.blank is not None
    if not path.is_file():
        raise ModelError(f"the model file {path} does not exist")
    provider = providers[0][0]
    available = onnxruntime.get_available_providers()
    if provider not in available:
        raise DeviceError(
            f"this onnxruntime ({_version()}) has no {provider}, only {', '.join(available)}; "
            "install: pip install 'galley-ocr[gpu]' (and uninstall onnxruntime, which hides it)"
        )
    try:
        session = onnxruntime.InferenceSession(str(path), _options(slot), providers=list(providers))
    except Exception as error:  # its exceptions have no common base but Exception
        if provider != _CPU:
            raise DeviceError(f"{provider} cannot open {path}: {error}") from error
        raise ModelError(f"ONNX Runtime cannot load {path}: {error}") from error
    given = session.get_providers()[0]
    if given != provider:
        raise DeviceError(f"{provider} was asked for, but ONNX Runtime runs {path.name} with {given}")
    session.disable_fallback()
    names = [node.name for node in session.get_outputs()]
    missing = [name for name in outputs if name not in names] if outputs is not None else []
    if missing:
        raise ModelError(f"{path} has no output {', '.join(missing)}; it has {', '.join(sorted(names))}")
    picks = best and provider != _CPU and session.get_outputs()[0].type == "tensor(float)"
    picker = open_picker(slot, providers[-1]) if picks else None
    return OnnxRuntimeSession(session, outputs, info, best, picker)


def open_picker(slot: Slot, provider: tuple[str, dict[str, str]]) -> Any:
    """An open session of `galley.engines.picking`."""
    return onnxruntime.InferenceSession(picking_graph(), _options(slot), providers=[provider])


def _options(slot: Slot) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = slot.threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def _version() -> str:
    return str(onnxruntime.__version__)


def _describe(node: Any) -> TensorInfo:
    shape = tuple(edge if isinstance(edge, int) else None for edge in node.shape)
    return TensorInfo(node.name, _DTYPES.get(node.type, node.type), shape)
