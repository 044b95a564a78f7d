"""The knobs of SealRecognition, and of reading seals wherever that is done.

Runs in: parent (built from flags or keywords) and worker (read only). Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from galley.config.checks import require_available, require_range
from galley.config.doc_preprocessor import DocPreprocessorConfig, DocPreprocessorOptions
from galley.config.layout import LayoutOptions, MergeMode, Threshold, UnclipRatio
from galley.config.networks import EngineConfig, ModelChoice
from galley.config.ocr import LIMIT_TYPES, OcrOptions
from galley.errors import BadArguments


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
            use_doc_preprocessor=False,
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

    use_doc_preprocessor: bool = True
    """Turn pages upright and flatten them, as far as the next two say."""
    use_doc_orientation_classify: bool = True
    use_doc_unwarping: bool = False
    """Off unless asked for: flattening bends the round edges of seals on pages that are flat."""
    use_layout_detection: bool = True
    """Look for seals on the page; otherwise the whole picture is one."""
    layout_threshold: Threshold | None = None
    """This and the next three as in `LayoutOptions`; for a layout network given by folder."""
    layout_nms: bool | None = None
    layout_unclip_ratio: UnclipRatio | None = None
    layout_merge_bboxes_mode: MergeMode | None = None
    seal_det_limit_side_len: int = 736
    """This and the next five as in `SealTextOptions`."""
    seal_det_limit_type: str = "min"
    seal_det_thresh: float = 0.2
    seal_det_box_thresh: float = 0.6
    seal_det_unclip_ratio: float = 0.5
    seal_rec_score_thresh: float = 0.0

    def __post_init__(self) -> None:
        # Both refuse values that their knobs cannot have.
        _ = self.layout, self.text

    @property
    def preprocessing(self) -> DocPreprocessorOptions:
        """The same for the DocPreprocessor in this pipeline."""
        return DocPreprocessorOptions(
            self.use_doc_preprocessor and self.use_doc_orientation_classify,
            self.use_doc_preprocessor and self.use_doc_unwarping,
        )

    @property
    def layout(self) -> LayoutOptions:
        """The same for the layout network."""
        return LayoutOptions(**{item.name: getattr(self, item.name) for item in fields(LayoutOptions)})

    @property
    def text(self) -> SealTextOptions:
        """The same for reading one seal."""
        return SealTextOptions(**{item.name: getattr(self, item.name) for item in fields(SealTextOptions)})

    def model_settings(self) -> dict[str, Any]:
        """PaddleOCR's JSON fields, in its order."""
        return {"use_doc_preprocessor": self.use_doc_preprocessor, "use_layout_detection": self.use_layout_detection}


@dataclass(frozen=True, slots=True)
class SealConfig:
    """The SealRecognition pipeline: find seals on pages and read them."""

    options: SealOptions = field(default_factory=SealOptions)
    """Which steps are available, and what holds unless a call says otherwise."""
    orientation_model: ModelChoice = field(default_factory=lambda: ModelChoice("PP-LCNet_x1_0_doc_ori"))
    unwarping_model: ModelChoice = field(default_factory=lambda: ModelChoice("UVDoc"))
    layout_model: ModelChoice = field(default_factory=lambda: ModelChoice("PP-DocLayout-L"))
    """Used where its folder is given; otherwise seals are found by their colour."""
    detection_model: ModelChoice = field(default_factory=lambda: ModelChoice("PP-OCRv6_small_det"))
    """Finds lines on the unrolled edge and inside of it."""
    seal_detection_model: ModelChoice = field(default_factory=lambda: ModelChoice("PP-OCRv4_server_seal_det"))
    """Used besides where its folder is given."""
    recognition_model: ModelChoice = field(default_factory=lambda: ModelChoice("PP-OCRv6_small_rec"))
    recognition_batch: int = 1
    """So many lines, next to each other by their proportions, are padded to one width."""
    engine: EngineConfig = field(default_factory=EngineConfig)

    def __post_init__(self) -> None:
        require_range("text_recognition_batch_size", self.recognition_batch, 1, 1024)

    @property
    def preprocessing(self) -> DocPreprocessorConfig:
        """The DocPreprocessor in this pipeline."""
        return DocPreprocessorConfig(
            self.options.preprocessing, self.orientation_model, self.unwarping_model, self.engine
        )

    def check_options(self, options: SealOptions) -> None:
        """See `DocPreprocessorConfig.check_options`; seals can be looked for in any case."""
        require_available(self.options.preprocessing, options.preprocessing)

    def models(self) -> dict[str, ModelChoice]:
        """The models this configuration needs, by the step they are for."""
        given = {"layout": self.layout_model, "seal_detection": self.seal_detection_model}
        return self.preprocessing.models() | {
            "detection": self.detection_model,
            **{step: model for step, model in given.items() if model.folder is not None},
            "recognition": self.recognition_model,
        }
