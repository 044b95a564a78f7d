"""The knobs of TableRecognition, and of reading tables wherever that is done.

Runs in: parent (built from flags or keywords) and worker (read only). Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace

from galley.config.checks import require_available
from galley.config.doc_preprocessor import (
    NO_PREPROCESSING,
    DocPreprocessorConfig,
    PreprocessingModels,
    PreprocessingOptions,
)
from galley.config.layout import GivenRegion, LayoutOptions
from galley.config.networks import EngineConfig, ModelChoice
from galley.config.ocr import OcrConfig, OcrOptions, TextModels
from galley.errors import BadArguments


@dataclass(frozen=True, slots=True)
class TableModels:
    """Networks for tables, in use where their folder is given: the store has none of them.

    Without them tables are read by their rules and by alignment.
    """

    classification: ModelChoice = field(default_factory=lambda: ModelChoice("PP-LCNet_x1_0_table_cls"))
    """Tells tables with walls from those without."""
    wired_structure: ModelChoice = field(default_factory=lambda: ModelChoice("SLANeXt_wired"))
    """Writes the structure of tables with walls."""
    wireless_structure: ModelChoice = field(default_factory=lambda: ModelChoice("SLANeXt_wireless"))
    """The same for those without."""
    wired_cells: ModelChoice = field(default_factory=lambda: ModelChoice("RT-DETR-L_wired_table_cell_det"))
    """Finds the cells of tables with walls."""
    wireless_cells: ModelChoice = field(default_factory=lambda: ModelChoice("RT-DETR-L_wireless_table_cell_det"))
    """The same for those without."""
    orientation: ModelChoice = field(default_factory=lambda: ModelChoice("PP-LCNet_x1_0_doc_ori"))
    """Says how tables are turned; without its folder, those whose lines stand are read both ways."""

    def given(self) -> dict[str, ModelChoice]:
        """The models that were asked for, by the step they are for: the field's name after `table_`.

        Another name than the default one, without a folder, counts too, so that the store can say that it has none.
        """
        choices = {item.name: getattr(self, item.name) for item in fields(self)}
        defaults = TableModels() if any(choice.folder is None for choice in choices.values()) else self
        return {
            f"table_{name}": choice
            for name, choice in choices.items()
            if choice.folder is not None or choice != getattr(defaults, name)
        }


@dataclass(frozen=True, slots=True)
class TableReadingOptions:
    """How tables are read. All but the first are about the networks of `TableModels` only."""

    use_table_orientation_classify: bool = True
    """Turn tables upright that lie on their side in an upright page."""
    use_ocr_results_with_table_cells: bool = True
    """Cut lines of text that run through several cells, and read the pieces anew."""
    use_e2e_wired_table_rec_model: bool = False
    """Take the cells' places from the network of the structure, not from that of the cells."""
    use_e2e_wireless_table_rec_model: bool = False
    use_wired_table_cells_trans_to_html: bool = False
    """Take the structure from the cells' places, without the network of the structure."""
    use_wireless_table_cells_trans_to_html: bool = False


@dataclass(frozen=True, slots=True)
class GivenLine:
    """A line of text that the caller knows already."""

    polygon: tuple[tuple[int, int], ...]
    """Corners, x and y, clockwise from where the text begins, in pixels of the preprocessed page."""
    text: str
    score: float


def _text_options() -> OcrOptions:
    """OCR of pages that were preprocessed before."""
    return OcrOptions(preprocessing=NO_PREPROCESSING, use_textline_orientation=False)


@dataclass(frozen=True, slots=True)
class TableOptions:
    """What may differ from page to page."""

    preprocessing: PreprocessingOptions = field(default_factory=lambda: PreprocessingOptions(use_doc_unwarping=False))
    """Pages are not flattened, unlike in PaddleOCR: on flat scans it costs text."""
    use_layout_detection: bool = True
    """Look for tables on the page; else the whole picture is one."""
    use_ocr_model: bool = True
    """Find and read the text; else it must be given."""
    layout: LayoutOptions = field(default_factory=LayoutOptions)
    """Which regions of the layout model count."""
    ocr: OcrOptions = field(default_factory=_text_options)
    """How text is found and read; its own preprocessing stays off."""
    reading: TableReadingOptions = field(default_factory=TableReadingOptions)
    lines: tuple[GivenLine, ...] | None = None
    """The text of the page, for where it is not to be read."""
    regions: tuple[GivenRegion, ...] | None = None
    """The regions of the page, for where they are not to be looked for."""


@dataclass(frozen=True, slots=True)
class TableConfig:
    """The TableRecognition pipeline: the tables of a page, their cells and what is in them."""

    options: TableOptions = field(default_factory=TableOptions)
    """Which steps are available, and what holds unless a call says otherwise."""
    layout_model: ModelChoice = field(default_factory=lambda: ModelChoice("PicoDet_LCNet_x1_0_layout_cdla"))
    preprocessing: PreprocessingModels = field(default_factory=PreprocessingModels)
    text: TextModels = field(default_factory=TextModels)
    tables: TableModels = field(default_factory=TableModels)
    engine: EngineConfig = field(default_factory=EngineConfig)

    @property
    def doc_preprocessor(self) -> DocPreprocessorConfig:
        """The DocPreprocessor in this pipeline."""
        return DocPreprocessorConfig(self.options.preprocessing.steps, self.preprocessing, self.engine)

    @property
    def ocr(self) -> OcrConfig:
        """The OCR in this pipeline."""
        return OcrConfig(
            options=replace(self.options.ocr, preprocessing=NO_PREPROCESSING, use_textline_orientation=False),
            text=self.text,
            engine=self.engine,
        )

    def check_options(self, options: TableOptions) -> None:
        """See `DocPreprocessorConfig.check_options`. Text is read in any case, since single cells are."""
        require_available(
            (self.options.preprocessing, options.preprocessing),
            (self.options, replace(options, use_ocr_model=self.options.use_ocr_model)),
        )
        if not options.use_ocr_model and options.lines is None:
            raise BadArguments("with use_ocr_model=False the text must be given as overall_ocr_res")

    def models(self) -> dict[str, ModelChoice]:
        """The models this configuration needs, by the step they are for."""
        layout = {"layout": self.layout_model} if self.options.use_layout_detection else {}
        return {**self.doc_preprocessor.models(), **layout, **self.ocr.models(), **self.tables.given()}
