"""PPStructureV3: the parts of a page, what they hold, and the order in which they are read.

Runs in: worker.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import cv2
import numpy as np

from galley.config import StructureConfig, StructureOptions
from galley.devices import Slot
from galley.engines import EngineInfo
from galley.inputs.names import page_stem
from galley.models.rules import Model
from galley.pages import PageRef
from galley.pipelines.doc_preprocessor import DocPreprocessor
from galley.pipelines.layout_detector import LayoutDetector
from galley.pipelines.ocr import Ocr
from galley.results import Image, RecognizedPage, TextLine
from galley.results.structure import Block, Box, LayoutBox, StructuredPage
from galley.vision.boxes import as_boxes
from galley.vision.gutters import cut_line, find_bridges
from galley.vision.labels import PageFacts, looks_like_code, relabel
from galley.vision.paragraphs import find_rows
from galley.vision.pieces import Piece, closes_paragraph, make_pieces, opens_paragraph
from galley.vision.reading_order import order_regions
from galley.vision.regions import KEPT_WITHOUT_TEXT, Region, drop_nested, find_regions, line_height
from galley.vision.tabular import looks_like_table

_NAMES: Mapping[str, str] = {
    "title": "paragraph_title",
    "figure": "image",
    "figure_caption": "figure_title",
    "table_caption": "table_title",
    "equation": "formula",
    "display_formula": "formula",
    "figure_table_chart_title": "figure_title",
}
"""Labels of layout models -> those of PP-DocLayout, where they differ."""
_LEAST_SCORE = 0.5
"""Of the pieces of a line that was cut at a gutter."""
_ORDERED = frozenset(
    {
        *("text", "formula", "algorithm", "reference", "content", "abstract", "paragraph_title", "doc_title"),
        *("number", "footnote", "header", "header_image", "footer", "footer_image", "aside_text"),
    }
)
"""Labels that have a `block_order` in PaddleOCR, unless Markdown leaves them out."""
_WITHOUT_MODEL = {
    "formula": "formulas are kept as pictures: Galley has no model that reads them",
    "chart": "charts are kept as pictures: Galley has no model that reads them",
}


class Structure:
    """The open pipeline: the networks of the steps that its configuration makes available."""

    def __init__(self, config: StructureConfig, models: Mapping[str, Model], slot: Slot) -> None:
        """Open the networks.

        Args:
            config: which steps are available.
            models: the models at hand, by the steps of `StructureConfig.models`.
            slot: whose device and cores to use.
        """
        self._preprocessor = DocPreprocessor(config.preprocessing, models, slot)
        self._layout = LayoutDetector(models["layout"], config.engine, slot)
        self._ocr = Ocr(config.ocr, models, slot)

    def networks(self) -> dict[str, EngineInfo]:
        """What each open network really runs on."""
        return self._preprocessor.networks() | {"layout": self._layout.info} | self._ocr.networks()

    def process(self, image: Image, page: PageRef, options: StructureOptions) -> StructuredPage:
        """The result of one page (h, w, 3), BGR. `options` may switch off steps, not on."""
        preprocessed = self._preprocessor.process(image, page, options.preprocessing)
        upright = preprocessed.output_img
        seen = self._layout.find(upright, options.layout)
        recognized = self._ocr.process(upright, page, replace(options.ocr, use_doc_preprocessor=False))
        recognized = self._cut_at_gutters(upright, recognized, seen)
        lines = [line for line in recognized.lines if line.text.strip()]
        facts = _facts(lines, upright)
        regions = [_checked(region, upright, facts) for region in find_regions(_regions(seen), facts.lines)]
        pieces = make_pieces(order_regions(relabel(regions, facts), facts), facts)
        blocks = _blocks(pieces, upright, options)
        return StructuredPage(
            input_path=page.path,
            page_index=page.index,
            page_count=page.count,
            name=page_stem(page),
            # PaddleOCR's nested results do not name their page.
            preprocessed=replace(preprocessed, input_path=None, page_index=None),
            options=options,
            layout=tuple(seen),
            recognized=replace(recognized, input_path=None, page_index=None),
            tables=(),
            seals=(),
            blocks=blocks,
            continues=(opens_paragraph(pieces), closes_paragraph(pieces)),
            notes=_notes(blocks, options),
        )

    def _cut_at_gutters(self, image: Image, page: RecognizedPage, seen: Sequence[LayoutBox]) -> RecognizedPage:
        """`page` with lines that were found across two columns cut and read again."""
        lines = as_boxes([line.box for line in page.found])
        bridges = find_bridges(lines, drop_nested(_regions(seen)))
        if not bridges:
            return page
        found: list[TextLine] = []
        bridge_of = {bridge.line: bridge for bridge in bridges}
        for index, line in enumerate(page.found):
            pieces = []
            if index in bridge_of:
                corners = cut_line(image, lines[index], bridge_of[index])
                pieces = [each for each in self._ocr.read(image, corners, page.options) if each.score > _LEAST_SCORE]
            found += pieces if pieces else [line]
        return replace(page, found=tuple(found))

    def close(self) -> None:
        """Release the networks."""
        for step in (self._preprocessor, self._layout, self._ocr):
            step.close()


def _regions(seen: Sequence[LayoutBox]) -> list[Region]:
    return [Region(_NAMES.get(each.label, each.label), each.box, each.score, each.order) for each in seen]


def _facts(lines: Sequence[TextLine], image: Image) -> PageFacts:
    boxes = as_boxes([line.box for line in lines])
    letter = line_height(boxes, range(len(boxes))) if len(boxes) else 1.0
    return PageFacts(boxes, [line.text.strip() for line in lines], float(image.shape[0]), letter)


def _checked(region: Region, image: Image, page: PageFacts) -> Region:
    """`region`, called something else where it is called a table and cannot be one."""
    if region.label != "table":
        return region
    if not region.lines:
        return replace(region, label="image")
    left, top, right, bottom = _pixels(region.box, image)
    grey = cv2.cvtColor(image[top:bottom, left:right], cv2.COLOR_BGR2GRAY)
    rows = find_rows(page.lines - np.array([left, top, left, top]), region.lines)
    if looks_like_table(np.asarray(grey, np.uint8), rows):
        return region
    return replace(region, label="algorithm" if looks_like_code(page.text(region)) else "text")


def _blocks(pieces: Sequence[Piece], image: Image, options: StructureOptions) -> tuple[Block, ...]:
    blocks: list[Block] = []
    order = 0
    for index, piece in enumerate(pieces):
        ordered = piece.label in _ORDERED and piece.label not in options.markdown_ignore_labels
        order += ordered
        box = _pixels(piece.box, image)
        pictured = piece.label in KEPT_WITHOUT_TEXT
        blocks.append(
            Block(
                label=piece.label,
                content=piece.text,
                box=box,
                id=index,
                order=order if ordered else None,
                level=piece.level,
                joins=piece.joins,
                image=image[box[1] : box[3], box[0] : box[2]].copy() if pictured else None,
            )
        )
    return tuple(blocks)


def _pixels(box: Sequence[float], image: Image) -> Box:
    """`box` in whole pixels, at least one of them, within the page."""
    height, width = image.shape[:2]
    left, top = min(max(0, int(box[0])), width - 1), min(max(0, int(box[1])), height - 1)
    right, bottom = max(min(width, math.ceil(box[2])), left + 1), max(min(height, math.ceil(box[3])), top + 1)
    return left, top, right, bottom


def _notes(blocks: Sequence[Block], options: StructureOptions) -> tuple[str, ...]:
    """What was asked for and left undone."""
    asked = {"formula": options.use_formula_recognition, "chart": options.use_chart_recognition}
    there = {block.label for block in blocks}
    return tuple(_WITHOUT_MODEL[label] for label, wanted in asked.items() if wanted and label in there)
