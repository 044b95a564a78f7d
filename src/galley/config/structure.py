"""The knobs of PPStructureV3.

Runs in: parent (built from flags or keywords) and worker (read only). Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from galley.config.checks import require_available
from galley.config.doc_preprocessor import (
    NO_PREPROCESSING,
    DocPreprocessorConfig,
    PreprocessingModels,
    PreprocessingOptions,
)
from galley.config.layout import LayoutOptions
from galley.config.networks import EngineConfig, ModelChoice
from galley.config.ocr import OcrConfig, OcrOptions, TextModels
from galley.config.seal import SEAL_DETECTION, SealTextOptions, given_detection
from galley.config.table import TableModels, TableReadingOptions

MARKDOWN_IGNORE_LABELS = ("number", "footnote", "header", "header_image", "footer", "footer_image", "aside_text")
"""Blocks that are left out of Markdown unless the user says otherwise."""


def _text_options() -> OcrOptions:
    """OCR as PP-StructureV3 has it: on pages that were preprocessed before, and scaled up where they are small."""
    return OcrOptions(preprocessing=NO_PREPROCESSING, text_det_limit_side_len=736)


@dataclass(frozen=True, slots=True)
class StructureOptions:
    """What may differ from page to page."""

    preprocessing: PreprocessingOptions = field(
        default_factory=lambda: PreprocessingOptions(use_doc_preprocessor=False, use_doc_unwarping=False)
    )
    """Off. Where it is switched on, pages are not flattened, unlike in PaddleOCR: on flat scans it costs text."""
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

    def model_settings(self) -> dict[str, Any]:
        """PaddleOCR's JSON fields, in its order."""
        return {
            "use_doc_preprocessor": self.preprocessing.use_doc_preprocessor,
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
    preprocessing: PreprocessingModels = field(default_factory=PreprocessingModels)
    text: TextModels = field(default_factory=TextModels)
    tables: TableModels = field(default_factory=TableModels)
    seal_detection_model: ModelChoice = field(default_factory=lambda: ModelChoice(SEAL_DETECTION))
    """As in `SealConfig`."""
    engine: EngineConfig = field(default_factory=EngineConfig)

    @property
    def doc_preprocessor(self) -> DocPreprocessorConfig:
        """The DocPreprocessor in this pipeline."""
        return DocPreprocessorConfig(self.options.preprocessing.steps, self.preprocessing, self.engine)

    @property
    def ocr(self) -> OcrConfig:
        """The OCR in this pipeline."""
        return OcrConfig(
            options=replace(self.options.ocr, preprocessing=NO_PREPROCESSING), text=self.text, engine=self.engine
        )

    def check_options(self, options: StructureOptions) -> None:
        """See `DocPreprocessorConfig.check_options`."""
        require_available(
            (self.options.preprocessing, options.preprocessing),
            (self.options, options),
            (self.options.ocr, options.ocr),
        )

    def models(self) -> dict[str, ModelChoice]:
        """The models this configuration needs, by the step they are for."""
        tables = self.tables.given() if self.options.use_table_recognition else {}
        seals = given_detection(self.seal_detection_model) if self.options.use_seal_recognition else {}
        return {**self.doc_preprocessor.models(), "layout": self.layout_model, **self.ocr.models(), **tables, **seals}
