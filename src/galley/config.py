"""Every knob of a run, once: its name, type, default and help.

Runs in: parent (built from flags or keywords) and worker (read only). Pure.

All values are frozen dataclasses without a "not given": the edges resolve what the user left out. An unknown
field cannot be set (`overlay` says which exist), and `fingerprint` tells two configurations apart.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from typing import Any, TypeVar

from galley.errors import BadArguments

PRECISIONS = ("auto", "fp32", "bf16", "fp16")
ConfigT = TypeVar("ConfigT")
OptionsT = TypeVar("OptionsT", bound="DocPreprocessorOptions")


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
    """Arithmetic of the networks: one of `PRECISIONS`; auto lets the engine take its fastest faithful one."""

    def __post_init__(self) -> None:
        if self.precision not in PRECISIONS:
            raise BadArguments(f"precision {self.precision!r} is unknown; choose from {', '.join(PRECISIONS)}")


@dataclass(frozen=True, slots=True)
class DocPreprocessorOptions:
    """What may differ from page to page."""

    use_doc_orientation_classify: bool = True
    """Find out how the page is turned, and turn it upright."""
    use_doc_unwarping: bool = True
    """Flatten the page."""


@dataclass(frozen=True, slots=True)
class DocPreprocessorConfig:
    """The DocPreprocessor pipeline: turn pages upright and flatten them."""

    options: DocPreprocessorOptions = field(default_factory=DocPreprocessorOptions)
    """Which steps are available, and done unless a call says otherwise."""
    orientation_model: ModelChoice = field(default_factory=lambda: ModelChoice("PP-LCNet_x1_0_doc_ori"))
    unwarping_model: ModelChoice = field(default_factory=lambda: ModelChoice("UVDoc"))
    engine: EngineConfig = field(default_factory=EngineConfig)

    def check_options(self, options: DocPreprocessorOptions) -> None:
        """Refuse per-page options that ask for a step whose network this configuration does not open.

        Raises:
            BadArguments: naming the step.
        """
        require_available(self.options, options)

    def models(self) -> dict[str, ModelChoice]:
        """The models this configuration needs, by the step they are for."""
        steps = {
            "orientation": (self.options.use_doc_orientation_classify, self.orientation_model),
            "unwarping": (self.options.use_doc_unwarping, self.unwarping_model),
        }
        return {step: model for step, (wanted, model) in steps.items() if wanted}


def require_available(available: OptionsT, wanted: OptionsT) -> None:
    """Refuse switches that are on in `wanted` but off in `available`, which decided what networks were opened.

    Raises:
        BadArguments: naming the switches.
    """
    names = [item.name for item in fields(wanted) if item.name.startswith("use_")]
    missing = [name for name in names if getattr(wanted, name) and not getattr(available, name)]
    if missing:
        raise BadArguments(f"{', '.join(missing)} cannot be switched on here: the pipeline was made without it")


def overlay(config: ConfigT, values: Mapping[str, Any]) -> ConfigT:
    """`config` with some values replaced; keys are dotted paths such as `engine.precision`.

    Raises:
        BadArguments: a path names no field; the nearest names are given.
    """
    result = config
    for path, value in values.items():
        result = _replace_at(result, path.split("."), value, path)
    return result


def _replace_at(config: ConfigT, parts: list[str], value: Any, path: str) -> ConfigT:
    if not is_dataclass(config) or isinstance(config, type):
        raise BadArguments(f"{path!r} leads into a value that has no fields")
    known = [item.name for item in fields(config)]
    if parts[0] not in known:
        raise BadArguments(f"unknown option {path!r}{suggest(parts[0], known)}")
    if len(parts) > 1:
        value = _replace_at(getattr(config, parts[0]), parts[1:], value, path)
    return replace(config, **{parts[0]: value})


def suggest(name: str, known: list[str]) -> str:
    """The end of an error message: near matches of `name` among `known`, or all of a short list."""
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.6)
    if near:
        return f"; did you mean {' or '.join(near)}?"
    return f"; known: {', '.join(sorted(known))}" if len(known) <= 40 else ""


def fingerprint(config: Any) -> str:
    """16 hexadecimal digits that change whenever any value in the frozen dataclass `config` does."""
    text = json.dumps(asdict(config), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
