"""What PPStructureV3 answers for one page: blocks of content in reading order.

Runs in: parent and worker. Values only: they can be pickled, and know neither files nor drawing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from galley.config.structure import StructureOptions
from galley.results.image import Image
from galley.results.layout import LayoutBox
from galley.results.preprocessed import PreprocessedPage
from galley.results.recognized import RecognizedPage
from galley.results.seal import ReadSeal
from galley.results.table import Table

Box = tuple[int, int, int, int]
"""Left, top, right and bottom, in pixels of the preprocessed page."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """One piece of a page: a paragraph, heading, table, figure, header …"""

    label: str
    content: str
    """Text; HTML for tables; empty for pictures."""
    box: Box
    id: int
    """Place in the page's list of blocks, from 0."""
    order: int | None
    """Place in the reading order, from 1; None for what is not part of it, such as headers."""
    level: int | None = None
    """Level of a heading on this page, from 1; None for everything else."""
    joins: bool = False
    """Goes on with the paragraph of the last text block before it: in the next column, or behind a figure."""
    image: Image | None = None
    """The pixels of a figure, and of whatever is kept as a picture."""

    def json(self) -> dict[str, Any]:
        """PaddleOCR's JSON fields, in its order."""
        return {
            "block_label": self.label,
            "block_content": self.content,
            "block_bbox": list(self.box),
            "block_id": self.id,
            "block_order": self.order,
        }


@dataclass(frozen=True, slots=True, eq=False)
class StructuredPage:
    """The result of PPStructureV3 for one page."""

    input_path: str | None
    page_index: int | None
    page_count: int | None
    name: str
    """As in `PreprocessedPage`."""
    preprocessed: PreprocessedPage
    """The page whose pixels all boxes are about, `output_img`."""
    options: StructureOptions
    layout: tuple[LayoutBox, ...]
    recognized: RecognizedPage
    tables: tuple[Table, ...]
    seals: tuple[ReadSeal, ...]
    blocks: tuple[Block, ...]
    """In reading order; those without an order stand where they are on the page."""
    continues: tuple[bool, bool]
    """Whether the first block starts a paragraph, and whether the last one ends one."""
    notes: tuple[str, ...] = ()
    """What was left undone and why, such as formulas without a model."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """As in `PreprocessedPage`."""

    def json(self) -> dict[str, Any]:
        """PaddleOCR's JSON fields, in its order."""
        height, width = self.preprocessed.output_img.shape[:2]
        place = {"input_path": None, "page_index": None}
        fields: dict[str, Any] = {
            "input_path": self.input_path,
            "page_index": self.page_index,
            "page_count": self.page_count,
            "width": width,
            "height": height,
            "model_settings": self.options.model_settings(),
            "parsing_res_list": [block.json() for block in self.blocks],
        }
        if self.options.preprocessing.use_doc_preprocessor:
            fields["doc_preprocessor_res"] = self.preprocessed.json()
        fields["layout_det_res"] = place | {"boxes": [box.json() for box in self.layout]}
        fields["overall_ocr_res"] = self.recognized.json()
        if self.tables:
            fields["table_res_list"] = [table.json() for table in self.tables]
        if self.seals:
            fields["seal_res_list"] = [seal.json() for seal in self.seals]
        return fields

    def arrays(self) -> dict[str, Any]:
        """The fields that are arrays in PaddleOCR's result in memory, and lists in JSON or not there at all."""
        fields: dict[str, Any] = {
            "doc_preprocessor_res": self.preprocessed.json() | self.preprocessed.arrays(),
            "overall_ocr_res": self.recognized.json() | self.recognized.arrays(),
        }
        if self.seals:
            fields["seal_res_list"] = [seal.json() | seal.arrays() for seal in self.seals]
        return fields
