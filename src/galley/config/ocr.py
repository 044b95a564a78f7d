"""The knobs of OCR.

Runs in: parent (built from flags or keywords) and worker (read only). Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from galley.config.checks import require_available, require_range
from galley.config.doc_preprocessor import DocPreprocessorConfig, PreprocessingModels, PreprocessingOptions
from galley.config.networks import EngineConfig, ModelChoice
from galley.errors import BadArguments

LIMIT_TYPES = ("min", "max")
PDF_TEXT = ("never", "auto", "always")
"""never: every page is recognised; auto: those whose text cannot be trusted; always: those without any text."""


@dataclass(frozen=True, slots=True)
class OcrOptions:
    """What may differ from page to page."""

    preprocessing: PreprocessingOptions = field(default_factory=PreprocessingOptions)
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
    pdf_text: str = "never"
    """Whether a page of a PDF file that brings its text along is not recognised: one of `PDF_TEXT`."""

    def __post_init__(self) -> None:
        if self.text_det_limit_type not in LIMIT_TYPES:
            raise BadArguments(
                f"text_det_limit_type={self.text_det_limit_type!r} is unknown; choose from {', '.join(LIMIT_TYPES)}"
            )
        if self.pdf_text not in PDF_TEXT:
            raise BadArguments(f"pdf_text={self.pdf_text!r} is unknown; choose from {', '.join(PDF_TEXT)}")
        for name in ("text_det_limit_side_len", "text_det_max_side_limit"):
            require_range(name, getattr(self, name), 1, 100_000)
        for name in ("text_det_thresh", "text_det_box_thresh", "text_rec_score_thresh"):
            require_range(name, getattr(self, name), 0, 1)
        require_range("text_det_unclip_ratio", self.text_det_unclip_ratio, 0.01, 100)


@dataclass(frozen=True, slots=True)
class TextModels:
    """The networks that find and read text. Which of them a pipeline opens is said by its options."""

    detection: ModelChoice = field(default_factory=lambda: ModelChoice("PP-OCRv6_small_det"))
    """Finds lines of text."""
    line_orientation: ModelChoice = field(default_factory=lambda: ModelChoice("MobileNetV3_small_x0_35_textline_ori"))
    """Sees which lines stand on their heads."""
    recognition: ModelChoice = field(default_factory=lambda: ModelChoice("PP-OCRv6_small_rec"))
    """Reads lines."""
    recognition_batch: int = 6
    """So many lines, next to each other by their proportions, are padded to one width; in lower precision than
    float32 each is padded by itself, whatever this says."""
    detection_shape: tuple[int, int, int] | None = None
    """Channels, height and width that every page is scaled to for detection; None: by the options."""
    recognition_shape: tuple[int, int, int] | None = None
    """Channels, height and width that every line is scaled to; None: by its proportions."""

    def __post_init__(self) -> None:
        require_range("text_recognition_batch_size", self.recognition_batch, 1, 1024)
        for name, shape in (
            ("text_det_input_shape", self.detection_shape),
            ("text_rec_input_shape", self.recognition_shape),
        ):
            if shape is not None and (len(shape) != 3 or shape[0] != 3 or min(shape) < 1 or max(shape) > 10_000):
                raise BadArguments(f"{name}={shape!r}; give 3 channels, a height and a width, such as 3 48 320")


@dataclass(frozen=True, slots=True)
class OcrConfig:
    """The OCR pipeline: find the lines of text on a page and read them."""

    options: OcrOptions = field(default_factory=OcrOptions)
    """Which steps are available, and what holds unless a call says otherwise."""
    preprocessing: PreprocessingModels = field(default_factory=PreprocessingModels)
    text: TextModels = field(default_factory=TextModels)
    engine: EngineConfig = field(default_factory=EngineConfig)

    @property
    def doc_preprocessor(self) -> DocPreprocessorConfig:
        """The DocPreprocessor in this pipeline."""
        return DocPreprocessorConfig(self.options.preprocessing.steps, self.preprocessing, self.engine)

    def check_options(self, options: OcrOptions) -> None:
        """See `DocPreprocessorConfig.check_options`."""
        require_available((self.options.preprocessing, options.preprocessing), (self.options, options))

    def models(self) -> dict[str, ModelChoice]:
        """The models this configuration needs, by the step they are for."""
        needed = self.doc_preprocessor.models()
        needed["detection"] = self.text.detection
        if self.options.use_textline_orientation:
            needed["line_orientation"] = self.text.line_orientation
        needed["recognition"] = self.text.recognition
        return needed
