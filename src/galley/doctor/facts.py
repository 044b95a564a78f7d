"""What was found on a machine, as values.

Runs in: pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_TAKES: Mapping[tuple[str, str], str] = {
    ("openvino", "cpu"): "CPU",
    ("onnxruntime", "cpu"): "CPUExecutionProvider",
    ("onnxruntime", "gpu"): "CUDAExecutionProvider",
    ("tensorrt", "gpu"): "TensorrtExecutionProvider",
}
"""(engine, kind of device) -> what an engine must see to use it."""


@dataclass(frozen=True, slots=True)
class Disk:
    """The file system of a folder. Sizes in bytes."""

    path: str
    free: int
    total: int
    writable: bool


@dataclass(frozen=True, slots=True)
class EngineFacts:
    """One engine, and what it said when a process of its own loaded it."""

    name: str
    package: str
    """What is imported for it."""
    version: str | None
    """None where its package is not installed."""
    serves: Mapping[str, str]
    """Kinds of devices for which Galley can use it -> how to install it for them."""
    sees: tuple[str, ...]
    """What the engine itself names: devices of OpenVINO, providers of ONNX Runtime."""
    error: str
    """Why it could not be loaded; empty if it could."""

    @property
    def usable(self) -> tuple[str, ...]:
        """The kinds of devices for which it serves and has what that takes."""
        return tuple(kind for kind in self.serves if _TAKES.get((self.name, kind)) in self.sees)


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """One model of the catalogue and what the store has of it."""

    name: str
    state: str
    """A `galley.models.store.State`."""
    detail: str
    size: int
    """Bytes that it has, or will have when it is fetched."""
    needed: bool
    """Whether the OCR pipeline with its defaults uses it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is used if nothing is asked for."""

    slot: str
    engine: str
    threads: int


@dataclass(frozen=True, slots=True)
class Trial:
    """A network that was opened as a worker would, in a process of its own."""

    model: str
    engine: str
    version: str
    device: str
    precision: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that raised an error of Galley."""

    message: str
    exit_code: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that was found. Sizes in bytes; None means that the system does not say."""

    galley: str
    python: str
    executable: str
    system: str
    cores: int
    """CPU cores of the machine."""
    usable_cores: tuple[int, ...]
    """Those this process may run on."""
    cpu_quota: float | None
    """Cores' worth of time that a control group allows; None for no limit."""
    memory: int | None
    memory_available: int | None
    memory_limit: int | None
    """What a control group allows; None for no limit."""
    open_files: int | None
    """Soft limit; None for no limit."""
    most_open_files: int | None
    """Hard limit."""
    processes: int | None
    """Soft limit; None for no limit."""
    store: Disk
    here: Disk
    devices: Mapping[str, int]
    engines: tuple[EngineFacts, ...]
    models: tuple[ModelFacts, ...]
    choice: Choice | Trouble
    trial: Trial | Trouble | None
    """None where there was nothing to try it with."""
