"""What TableRecognition answers for one page: its tables.

Runs in: parent and worker. Values only: they can be pickled, and know neither files nor drawing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from galley.config.table import TableOptions
from galley.results.layout import LayoutBox
from galley.results.preprocessed import PreprocessedPage
from galley.results.recognized import RecognizedPage
from galley.results.table import Table


@dataclass(frozen=True, slots=True, eq=False)
class TablePage:
    """The result of TableRecognition for one page."""

    input_path: str | None
    page_index: int | None
    name: str
    """As in `PreprocessedPage`."""
    preprocessed: PreprocessedPage
    """The page whose pixels all boxes are about, `output_img`."""
    options: TableOptions
    layout: tuple[LayoutBox, ...] | None
    """The regions of the page; None where the whole picture counts as one table."""
    recognized: RecognizedPage
    """All text of the page."""
    tables: tuple[Table, ...]
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """As in `PreprocessedPage`."""

    def json(self) -> dict[str, Any]:
        """PaddleOCR's JSON fields, in its order."""
        options = self.options
        fields: dict[str, Any] = {
            "input_path": self.input_path,
            "page_index": self.page_index,
            "model_settings": {
                "use_doc_preprocessor": options.preprocessing.use_doc_preprocessor,
                "use_layout_detection": options.use_layout_detection,
                "use_ocr_model": options.use_ocr_model,
            },
        }
        if options.preprocessing.use_doc_preprocessor:
            fields["doc_preprocessor_res"] = self.preprocessed.json()
        if self.layout is not None:
            boxes = [box.json() for box in self.layout]
            fields["layout_det_res"] = {"input_path": None, "page_index": None, "boxes": boxes}
        fields["overall_ocr_res"] = self.recognized.json()
        fields["table_res_list"] = [table.json() for table in self.tables]
        return fields

    def arrays(self) -> dict[str, Any]:
        """The fields that are arrays in PaddleOCR's result in memory, and lists in JSON or not there at all."""
        preprocessed = self.preprocessed.json() | self.preprocessed.arrays()
        return {
            "doc_preprocessor_res": preprocessed,
            "overall_ocr_res": self.recognized.json() | self.recognized.arrays(),
        }
