"""Which weights a step uses, and how networks are run.

Runs in: parent (built from flags or keywords) and worker (read only). Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from galley.errors import BadArguments

PRECISIONS = ("auto", "fp32", "bf16", "fp16", "int8")


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """Which weights a step uses."""

    name: str
    """Name in the catalogue, or the name that a folder's `inference.yml` must carry."""
    folder: str | None = None
    """A PaddleX ONNX model folder (`inference.onnx` and `inference.yml`); None takes the store's."""


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """How networks are run."""

    engine: str | None = None
    """openvino, onnxruntime or tensorrt; None takes the best that is installed for the device."""
    precision: str = "auto"
    """Arithmetic of the networks: one of `PRECISIONS`; auto lets the engine take its fastest faithful one.
    int8 is for reading text on a CPU; see `galley models quantize`."""

    def __post_init__(self) -> None:
        if self.precision not in PRECISIONS:
            raise BadArguments(f"precision {self.precision!r} is unknown; choose from {', '.join(PRECISIONS)}")
