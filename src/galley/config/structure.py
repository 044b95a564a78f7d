"""The knobs of PPStructureV3.

Runs in: parent (built from flags or keywords) and worker (read only). Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from galley.config.checks import require_available, require_range
from galley.config.doc_preprocessor import DocPreprocessorConfig, DocPreprocessorOptions
from galley.config.layout import LayoutOptions
from galley.config.networks import EngineConfig, ModelChoice
from galley.config.ocr import OcrConfig, OcrOptions
from galley.config.seal import SealTextOptions
from galley.config.table import TableModels, TableReadingOptions

MARKDOWN_IGNORE_LABELS = ("number", "footnote", "header", "header_image", "footer", "footer_image", "aside_text")
"""Blocks that are left out of Markdown unless the user says otherwise."""


def _text_options() -> OcrOptions:
    """OCR as PP-StructureV3 has it: on pages that were preprocessed before, and scaled up where they are small."""
    return OcrOptions(
        use_doc_preprocessor=False,
        use_doc_orientation_classify=False,
        use_doc_unwarping=False,
        text_det_limit_side_len=736,
    )


@dataclass(frozen=True, slots=True)
class StructureOptions:
    """What may differ from page to page."""

    use_doc_preprocessor: bool = False
    """Turn pages upright and flatten them, as far as the next two say."""
    use_doc_orientation_classify: bool = True
    use_doc_unwarping: bool = False
    """Off where pages are preprocessed, unlike PaddleOCR: on flat scans it costs text."""
    use_seal_recognition: bool = False
    use_table_recognition: bool = True
    use_formula_recognition: bool = True
    use_chart_recognition: bool = False
    use_region_detection: bool = True
    format_block_content: bool = False
    """Write the content of text blocks as Markdown."""
    markdown_ignore_labels: tuple[str, ...] = MARKDOWN_IGNORE_LABELS
    layout: LayoutOptions = field(default_factory=LayoutOptions)
    """Which regions of the layout model count."""
    ocr: OcrOptions = field(default_factory=_text_options)
    """How text is found and read; its own preprocessing stays off."""
    seal: SealTextOptions = field(default_factory=SealTextOptions)
    """Which text of seals counts."""
    tables: TableReadingOptions = field(
        default_factory=lambda: TableReadingOptions(use_e2e_wireless_table_rec_model=True)
    )
    """How tables are turned and networks for them used; PaddleOCR's defaults for this pipeline."""

    @property
    def preprocessing(self) -> DocPreprocessorOptions:
        """The same for the DocPreprocessor in this pipeline."""
        return DocPreprocessorOptions(
            self.use_doc_preprocessor and self.use_doc_orientation_classify,
            self.use_doc_preprocessor and self.use_doc_unwarping,
        )

    def model_settings(self) -> dict[str, Any]:
        """PaddleOCR's JSON fields, in its order."""
        return {
            "use_doc_preprocessor": self.use_doc_preprocessor,
            "use_seal_recognition": self.use_seal_recognition,
            "use_table_recognition": self.use_table_recognition,
            "use_formula_recognition": self.use_formula_recognition,
            "use_chart_recognition": self.use_chart_recognition,
            "use_region_detection": self.use_region_detection,
            "format_block_content": self.format_block_content,
            "markdown_ignore_labels": list(self.markdown_ignore_labels),
        }


@dataclass(frozen=True, slots=True)
class StructureConfig:
    """The PPStructureV3 pipeline: the parts of a page, what they hold, and the order in which they are read."""

    options: StructureOptions = field(default_factory=StructureOptions)
    """Which steps are available, and what holds unless a call says otherwise."""
    layout_model: ModelChoice = field(default_factory=lambda: ModelChoice("PicoDet_LCNet_x1_0_layout_cdla"))
    orientation_model: ModelChoice = field(default_factory=lambda: ModelChoice("PP-LCNet_x1_0_doc_ori"))
    unwarping_model: ModelChoice = field(default_factory=lambda: ModelChoice("UVDoc"))
    detection_model: ModelChoice = field(default_factory=lambda: ModelChoice("PP-OCRv6_small_det"))
    line_orientation_model: ModelChoice = field(
        default_factory=lambda: ModelChoice("MobileNetV3_small_x0_35_textline_ori")
    )
    recognition_model: ModelChoice = field(default_factory=lambda: ModelChoice("PP-OCRv6_small_rec"))
    recognition_batch: int = 6
    """As in `OcrConfig`."""
    tables: TableModels = field(default_factory=TableModels)
    engine: EngineConfig = field(default_factory=EngineConfig)

    def __post_init__(self) -> None:
        require_range("text_recognition_batch_size", self.recognition_batch, 1, 1024)

    @property
    def preprocessing(self) -> DocPreprocessorConfig:
        """The DocPreprocessor in this pipeline."""
        return DocPreprocessorConfig(
            self.options.preprocessing, self.orientation_model, self.unwarping_model, self.engine
        )

    @property
    def ocr(self) -> OcrConfig:
        """The OCR in this pipeline."""
        return OcrConfig(
            options=replace(self.options.ocr, use_doc_preprocessor=False),
            detection_model=self.detection_model,
            line_orientation_model=self.line_orientation_model,
            recognition_model=self.recognition_model,
            recognition_batch=self.recognition_batch,
            engine=self.engine,
        )

    def check_options(self, options: StructureOptions) -> None:
        """See `DocPreprocessorConfig.check_options`."""
        require_available(self.options, options)
        require_available(self.options.ocr, options.ocr)

    def models(self) -> dict[str, ModelChoice]:
        """The models this configuration needs, by the step they are for."""
        tables = self.tables.given() if self.options.use_table_recognition else {}
        return {**self.preprocessing.models(), "layout": self.layout_model, **self.ocr.models(), **tables}
