"""Every knob of a run, once: its name, type, default and help.

Runs in: parent (built from flags or keywords) and worker (read only). Pure.

All values are frozen dataclasses without a "not given": the edges resolve what the user left out. An unknown
field cannot be set (`overlay` says which exist), and `fingerprint` tells two configurations apart.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from typing import Any, Protocol, TypeVar

from galley.errors import BadArguments

PRECISIONS = ("auto", "fp32", "bf16", "fp16")
LIMIT_TYPES = ("min", "max")
ConfigT = TypeVar("ConfigT")


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


@dataclass(frozen=True, slots=True)
class OcrOptions:
    """What may differ from page to page."""

    use_doc_preprocessor: bool = True
    """Turn pages upright and flatten them, as far as the next two say."""
    use_doc_orientation_classify: bool = True
    use_doc_unwarping: bool = True
    use_textline_orientation: bool = True
    """Turn lines that stand on their heads."""
    text_det_limit_side_len: int = 64
    """Pixels of the side that `text_det_limit_type` is about."""
    text_det_limit_type: str = "min"
    """min: the page is scaled up until its short side has that many pixels; max: down until its long side has."""
    text_det_max_side_limit: int = 4000
    """No side of what the detector sees is longer."""
    text_det_thresh: float = 0.3
    """Pixels with a higher probability are text."""
    text_det_box_thresh: float = 0.6
    """Regions with a lower mean probability are dropped."""
    text_det_unclip_ratio: float = 1.5
    """How far regions are grown: this times area by circumference."""
    text_rec_score_thresh: float = 0.0
    """Lines that were read with a lower score are dropped."""
    return_word_box: bool = False
    """Say where each word of a line is."""

    def __post_init__(self) -> None:
        if self.text_det_limit_type not in LIMIT_TYPES:
            raise BadArguments(
                f"text_det_limit_type={self.text_det_limit_type!r} is unknown; choose from {', '.join(LIMIT_TYPES)}"
            )
        for name in ("text_det_limit_side_len", "text_det_max_side_limit"):
            require_range(name, getattr(self, name), 1, 100_000)
        for name in ("text_det_thresh", "text_det_box_thresh", "text_rec_score_thresh"):
            require_range(name, getattr(self, name), 0, 1)
        require_range("text_det_unclip_ratio", self.text_det_unclip_ratio, 0.01, 100)

    @property
    def preprocessing(self) -> DocPreprocessorOptions:
        """The same for the DocPreprocessor in this pipeline."""
        return DocPreprocessorOptions(
            self.use_doc_preprocessor and self.use_doc_orientation_classify,
            self.use_doc_preprocessor and self.use_doc_unwarping,
        )


@dataclass(frozen=True, slots=True)
class OcrConfig:
    """The OCR pipeline: find the lines of text on a page and read them."""

    options: OcrOptions = field(default_factory=OcrOptions)
    """Which steps are available, and what holds unless a call says otherwise."""
    orientation_model: ModelChoice = field(default_factory=lambda: ModelChoice("PP-LCNet_x1_0_doc_ori"))
    unwarping_model: ModelChoice = field(default_factory=lambda: ModelChoice("UVDoc"))
    detection_model: ModelChoice = field(default_factory=lambda: ModelChoice("PP-OCRv6_small_det"))
    line_orientation_model: ModelChoice = field(
        default_factory=lambda: ModelChoice("MobileNetV3_small_x0_35_textline_ori")
    )
    recognition_model: ModelChoice = field(default_factory=lambda: ModelChoice("PP-OCRv6_small_rec"))
    recognition_batch: int = 6
    """So many lines, next to each other by their proportions, are padded to one width."""
    detection_shape: tuple[int, int, int] | None = None
    """Channels, height and width that every page is scaled to for detection; None: by the options."""
    recognition_shape: tuple[int, int, int] | None = None
    """Channels, height and width that every line is scaled to; None: by its proportions."""
    engine: EngineConfig = field(default_factory=EngineConfig)

    def __post_init__(self) -> None:
        require_range("text_recognition_batch_size", self.recognition_batch, 1, 1024)
        for name, shape in (
            ("text_det_input_shape", self.detection_shape),
            ("text_rec_input_shape", self.recognition_shape),
        ):
            if shape is not None and (len(shape) != 3 or shape[0] != 3 or min(shape) < 1 or max(shape) > 10_000):
                raise BadArguments(f"{name}={shape!r}; give 3 channels, a height and a width, such as 3 48 320")

    @property
    def preprocessing(self) -> DocPreprocessorConfig:
        """The DocPreprocessor in this pipeline."""
        return DocPreprocessorConfig(
            self.options.preprocessing, self.orientation_model, self.unwarping_model, self.engine
        )

    def check_options(self, options: OcrOptions) -> None:
        """See `DocPreprocessorConfig.check_options`."""
        require_available(self.options, options)

    def models(self) -> dict[str, ModelChoice]:
        """The models this configuration needs, by the step they are for."""
        needed = self.preprocessing.models()
        needed["detection"] = self.detection_model
        if self.options.use_textline_orientation:
            needed["line_orientation"] = self.line_orientation_model
        needed["recognition"] = self.recognition_model
        return needed


class PipelineConfig(Protocol):
    """What every pipeline's configuration offers."""

    @property
    def options(self) -> Any:
        """What holds for a page unless a call says otherwise."""
        ...

    @property
    def engine(self) -> EngineConfig:
        """How networks are run."""
        ...

    def check_options(self, options: Any) -> None:
        """Refuse per-page options that this configuration cannot serve."""
        ...

    def models(self) -> dict[str, ModelChoice]:
        """The models this configuration needs, by the step they are for."""
        ...


def require_range(name: str, value: Any, least: float, most: float) -> None:
    """Refuse a number that is not between `least` and `most`, NaN too.

    Raises:
        BadArguments: naming the option and its range.
    """
    if isinstance(value, str) or not math.isfinite(value) or not least <= value <= most:
        raise BadArguments(f"{name}={value!r} is out of range; give a number from {least} to {most}")


def require_available(available: Any, wanted: Any) -> None:
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
