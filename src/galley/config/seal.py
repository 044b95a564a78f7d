"""The knobs of SealRecognition, and of reading seals wherever that is done.

Runs in: parent (built from flags or keywords) and worker (read only). Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from galley.config.checks import require_available, require_range
from galley.config.doc_preprocessor import (
    NO_PREPROCESSING,
    DocPreprocessorConfig,
    PreprocessingModels,
    PreprocessingOptions,
)
from galley.config.layout import GivenRegion, LayoutOptions
from galley.config.networks import EngineConfig, ModelChoice
from galley.config.ocr import LIMIT_TYPES, OcrOptions, TextModels
from galley.errors import BadArguments

SEAL_DETECTION = "PP-OCRv4_server_seal_det"
"""Finds the text of seals, curved or not; PaddleOCR's default."""


def given_detection(model: ModelChoice) -> dict[str, ModelChoice]:
    """The network that finds the text of seals, by its step, where its folder is given: the store has none."""
    return {} if model.folder is None else {"seal_detection": model}


@dataclass(frozen=True, slots=True)
class SealTextOptions:
    """How the text of a seal is found and which of it counts. The `seal_det` ones are for networks given by folder."""

    seal_det_limit_side_len: int = 736
    """Pixels of the side that `seal_det_limit_type` is about."""
    seal_det_limit_type: str = "min"
    """min: the seal is scaled up until its short side has that many pixels; max: down until its long side has."""
    seal_det_thresh: float = 0.2
    """Pixels with a higher probability are text."""
    seal_det_box_thresh: float = 0.6
    """Regions with a lower mean probability are dropped."""
    seal_det_unclip_ratio: float = 0.5
    """How far regions are grown: this times area by circumference."""
    seal_rec_score_thresh: float = 0.0
    """Lines that were read with a lower score are dropped."""

    def __post_init__(self) -> None:
        if self.seal_det_limit_type not in LIMIT_TYPES:
            raise BadArguments(
                f"seal_det_limit_type={self.seal_det_limit_type!r} is unknown; choose from {', '.join(LIMIT_TYPES)}"
            )
        require_range("seal_det_limit_side_len", self.seal_det_limit_side_len, 1, 100_000)
        for name in ("seal_det_thresh", "seal_det_box_thresh", "seal_rec_score_thresh"):
            require_range(name, getattr(self, name), 0, 1)
        require_range("seal_det_unclip_ratio", self.seal_det_unclip_ratio, 0.01, 100)

    @property
    def ocr(self) -> OcrOptions:
        """The same by the names of OCR, with the steps off that seals do not need."""
        return OcrOptions(
            preprocessing=NO_PREPROCESSING,
            use_textline_orientation=False,
            text_det_limit_side_len=self.seal_det_limit_side_len,
            text_det_limit_type=self.seal_det_limit_type,
            text_det_thresh=self.seal_det_thresh,
            text_det_box_thresh=self.seal_det_box_thresh,
            text_det_unclip_ratio=self.seal_det_unclip_ratio,
            text_rec_score_thresh=self.seal_rec_score_thresh,
        )


@dataclass(frozen=True, slots=True)
class SealOptions:
    """What may differ from page to page."""

    preprocessing: PreprocessingOptions = field(default_factory=lambda: PreprocessingOptions(use_doc_unwarping=False))
    """Pages are not flattened unless asked for: it bends the round edges of seals on pages that are flat."""
    use_layout_detection: bool = True
    """Look for seals on the page; otherwise the whole picture is one."""
    layout: LayoutOptions = field(default_factory=LayoutOptions)
    """Which regions count of a layout network given by folder."""
    seal: SealTextOptions = field(default_factory=SealTextOptions)
    """Which text of seals counts."""
    regions: tuple[GivenRegion, ...] | None = None
    """The regions of the page, for where they are not to be looked for."""

    @property
    def looks_at_regions(self) -> bool:
        """Whether the page is taken for one with seals on it, and not for a picture of one seal."""
        return self.use_layout_detection or self.regions is not None

    def model_settings(self) -> dict[str, Any]:
        """PaddleOCR's JSON fields, in its order."""
        return {
            "use_doc_preprocessor": self.preprocessing.use_doc_preprocessor,
            "use_layout_detection": self.use_layout_detection,
        }


@dataclass(frozen=True, slots=True)
class SealConfig:
    """The SealRecognition pipeline: find seals on pages and read them."""

    options: SealOptions = field(default_factory=SealOptions)
    """Which steps are available, and what holds unless a call says otherwise."""
    preprocessing: PreprocessingModels = field(default_factory=PreprocessingModels)
    layout_model: ModelChoice = field(default_factory=lambda: ModelChoice("PP-DocLayout-L"))
    """Used where its folder is given; otherwise seals are found by their colour."""
    text: TextModels = field(default_factory=lambda: TextModels(recognition_batch=1))
    """The detector looks at the unrolled edge, and inside of it."""
    seal_detection_model: ModelChoice = field(default_factory=lambda: ModelChoice(SEAL_DETECTION))
    """Used besides where its folder is given."""
    engine: EngineConfig = field(default_factory=EngineConfig)

    @property
    def doc_preprocessor(self) -> DocPreprocessorConfig:
        """The DocPreprocessor in this pipeline."""
        return DocPreprocessorConfig(self.options.preprocessing.steps, self.preprocessing, self.engine)

    def check_options(self, options: SealOptions) -> None:
        """See `DocPreprocessorConfig.check_options`; seals can be looked for in any case."""
        require_available((self.options.preprocessing.steps, options.preprocessing.steps))

    def models(self) -> dict[str, ModelChoice]:
        """The models this configuration needs, by the step they are for."""
        return self.doc_preprocessor.models() | {
            **({} if self.layout_model.folder is None else {"layout": self.layout_model}),
            "detection": self.text.detection,
            **given_detection(self.seal_detection_model),
            "recognition": self.text.recognition,
        }
