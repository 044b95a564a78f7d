"""Tensor runtimes behind one small face: which there are, which to take, and opening a graph with one.

Runs in: parent (choosing) and worker (opening). Importing this loads no runtime.

An engine never runs elsewhere than asked: after a session is open, its device and precision are read back
from the runtime, and a difference is an error.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from numpy.typing import NDArray

from galley.config import PRECISIONS
from galley.devices import Slot
from galley.errors import BadArguments, DeviceError


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What really runs, as read back from the runtime."""

    engine: str
    version: str
    device: str
    """Kind of device, as in a device string: `cpu` or `gpu`."""
    precision: str
    """`fp32`, `bf16`, `fp16` or `int8`."""


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """Name, numpy element type and shape of an input or output; None is a free dimension."""

    name: str
    dtype: str
    shape: tuple[int | None, ...]


Span: TypeAlias = tuple[Sequence[int], Sequence[int]]
"""The smallest and the largest shape of the only input of a graph."""


@dataclass(frozen=True, slots=True)
class Opening:
    """How a graph is to be opened."""

    slot: Slot
    """On which device, and with how many threads."""
    precision: str
    """One of `galley.config.PRECISIONS`."""
    outputs: Sequence[str] | None = None
    """The outputs to compute, in the order wanted; None for all."""
    shape: Sequence[int] | None = None
    """Promised: the only input always has this shape, which an engine may use to be faster."""
    cache: Path | None = None
    """A folder where an engine may keep compiled graphs; with None a graph is compiled every time."""
    blank: int | None = None
    """For a graph with one output, the probabilities of classes along its last axis: `run` gives the best class of
    each position (int64) and its probability (float32) instead, without that axis; the probability of class `blank`
    may be left out, as 0. `outputs` of the session still describes the graph's."""
    span: Span | None = None
    """Promised: no shape of the only input is smaller or larger."""


class Session(Protocol):
    """One graph, ready to run in this process, by one thread at a time."""

    @property
    def info(self) -> EngineInfo:
        """What really runs."""
        ...

    @property
    def inputs(self) -> tuple[TensorInfo, ...]:
        """In the order in which `run` takes them."""
        ...

    @property
    def outputs(self) -> tuple[TensorInfo, ...]:
        """In the order in which `run` gives them."""
        ...

    def run(self, *arrays: NDArray[Any]) -> list[NDArray[Any]]:
        """The outputs for these inputs; free dimensions may differ from call to call.

        The arrays returned are the caller's own: later runs leave them alone.
        """
        ...

    def close(self) -> None:
        """Release the graph and its memory."""
        ...


ENGINES: Mapping[str, str] = {
    "openvino": "galley.engines.openvino:open_session",
    "onnxruntime": "galley.engines.onnxruntime:open_session",
    "tensorrt": "galley.engines.onnxruntime:open_tensorrt_session",
}
"""Engine -> its opener, called with the path of a graph and an `Opening`."""

_PACKAGES = {"openvino": "openvino", "onnxruntime": "onnxruntime", "tensorrt": "onnxruntime"}
_GPU_DISTRIBUTION = "onnxruntime-gpu"
_EXTRAS = {
    ("openvino", "cpu"): "pip install openvino",
    ("onnxruntime", "cpu"): "pip install 'galley-ocr[onnxruntime]'",
    ("onnxruntime", "gpu"): "pip install 'galley-ocr[gpu]'",
    ("tensorrt", "gpu"): "pip install 'galley-ocr[gpu]'",
}
"""(engine, device kind) that work together -> how to get the engine; in order of preference for a device."""


def installed_engines() -> frozenset[str]:
    """The engines whose package is installed here; nothing is imported."""
    return frozenset(name for name, package in _PACKAGES.items() if importlib.util.find_spec(package) is not None)


def has_gpu_engine() -> bool:
    """Whether ONNX Runtime is installed as its package for GPUs; the plain one, of the same name, has CPUs only."""
    from importlib import metadata  # slow to import, and needed only where there is a GPU

    try:
        metadata.version(_GPU_DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return False
    return True


def package_of(engine: str) -> str:
    """The package whose import an engine needs; several engines may share one."""
    return _PACKAGES[engine]


def devices_of(engine: str) -> Mapping[str, str]:
    """The kinds of devices that an engine serves -> how to install it for them."""
    return {kind: advice for (name, kind), advice in _EXTRAS.items() if name == engine}


def choose_engine(name: str | None, device_kind: str, installed: Collection[str]) -> str:
    """The engine to use on a kind of device: `name` if given and possible, else the preferred one installed.

    Raises:
        BadArguments: `name` is no engine.
        DeviceError: the engine is not installed, or does not serve that kind of device.
    """
    if name is not None and name not in ENGINES:
        raise BadArguments(f"engine {name!r} is unknown; known engines: {', '.join(ENGINES)}")
    fitting = [engine for engine, kind in _EXTRAS if kind == device_kind]
    if not fitting:
        kinds = ", ".join(sorted({kind for _, kind in _EXTRAS}))
        raise DeviceError(f"no engine of Galley runs on {device_kind}; there are engines for: {kinds}")
    if name is not None and name not in fitting:
        raise DeviceError(f"engine {name} does not run on {device_kind}; there: {', '.join(fitting)}")
    for engine in fitting if name is None else [name]:
        if engine in installed:
            return engine
    wanted = fitting[0] if name is None else name
    found = ", ".join(sorted(installed)) if installed else "none"
    raise DeviceError(f"engine {wanted} is not installed (found: {found}); install it: {_EXTRAS[wanted, device_kind]}")


def open_session(
    path: Path,
    *,
    engine: str | None,
    slot: Slot,
    precision: str = "auto",
    outputs: Sequence[str] | None = None,
    shape: Sequence[int] | None = None,
    cache: Path | None = None,
    blank: int | None = None,
    span: Span | None = None,
) -> Session:
    """Open a graph on the slot's device: see `Opening` for what is asked; `engine` None takes the preferred one.

    Raises:
        BadArguments: `engine` or `precision` is unknown.
        DeviceError: the engine is missing, or cannot give the device or the precision asked for.
        ModelError: the file is no ONNX graph that the engine can load, or lacks one of `outputs`.
    """
    if precision not in PRECISIONS:
        raise BadArguments(f"precision {precision!r} is unknown; it may be {', '.join(PRECISIONS)}")
    chosen = choose_engine(engine, slot.device.kind, installed_engines())
    module, _, function = ENGINES[chosen].partition(":")
    opener: Callable[[Path, Opening], Session] = getattr(importlib.import_module(module), function)
    return opener(path, Opening(slot, precision, outputs, shape, cache, blank, span))
