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
from galley.pipelines.page_notes import page_notes
from galley.pipelines.seal_reader import SealReader, open_seal_detector, with_margin
from galley.pipelines.table_networks import TableNetworks
from galley.pipelines.table_reader import TableReader, text_reader
from galley.results import Image, PreprocessedPage, RecognizedPage, StructuredPage, TextLine
from galley.results.layout import LayoutBox
from galley.results.seal import ReadSeal
from galley.results.structure import Block, Box
from galley.results.table import Table
from galley.vision.boxes import as_boxes
from galley.vision.gutters import cut_line, find_bridges
from galley.vision.labels import PageFacts, looks_like_code, relabel
from galley.vision.markers import attach_markers
from galley.vision.missed_pictures import with_missed_pictures
from galley.vision.missed_tables import with_missed_tables
from galley.vision.paragraphs import find_rows
from galley.vision.pieces import Piece, closes_paragraph, make_pieces, opens_paragraph
from galley.vision.reading_order import order_regions
from galley.vision.regions import (
    KEPT_WITHOUT_TEXT,
    Region,
    drop_nested,
    find_regions,
    group_loose_lines,
    is_page_itself,
    line_height,
)
from galley.vision.side_by_side import split_side_by_side
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


class Structure:
    """The open pipeline: the networks of the steps that its configuration makes available."""

    def __init__(self, config: StructureConfig, models: Mapping[str, Model], slot: Slot) -> None:
        """Open the networks.

        Args:
            config: which steps are available.
            models: the models at hand, by the steps of `StructureConfig.models`.
            slot: whose device and cores to use.
        """
        self._preprocessor = DocPreprocessor(config.doc_preprocessor, models, slot)
        self._layout = LayoutDetector(models["layout"], config.engine, slot)
        self._ocr = Ocr(config.ocr, models, slot)
        self._table_networks = TableNetworks(models, config.engine, slot)
        self._tables = TableReader(
            self._ocr.recognizer, self._table_networks, text_reader(self._ocr, config.options.ocr)
        )
        self._seal_detector = open_seal_detector(models, config.engine, slot)
        self._seals = SealReader(self._ocr.detector, self._ocr.recognizer, self._seal_detector)

    def networks(self) -> dict[str, EngineInfo]:
        """What each open network really runs on."""
        own = {"layout": self._layout, "seal_detection": self._seal_detector}
        infos = {name: step.info for name, step in own.items() if step is not None}
        return self._preprocessor.networks() | infos | self._ocr.networks() | self._table_networks.networks()

    def process(self, image: Image, page: PageRef, options: StructureOptions) -> StructuredPage:
        """The result of one page (h, w, 3), BGR. `options` may switch off steps, not on."""
        return self.arrange(*self.read(image, page, options), page, options)

    def read(self, image: Image, page: PageRef, options: StructureOptions) -> tuple[PreprocessedPage, RecognizedPage]:
        """The upright page and the lines of text on it: what OCR alone would find."""
        preprocessed = self._preprocessor.process(image, page, options.preprocessing.steps)
        return preprocessed, self._ocr.process(preprocessed.output_img, page, options.ocr)

    def arrange(
        self, preprocessed: PreprocessedPage, recognized: RecognizedPage, page: PageRef, options: StructureOptions
    ) -> StructuredPage:
        """The parts of a page that was read, in their order."""
        upright = preprocessed.output_img
        seen = self._layout.find(upright, options.layout)
        recognized = self._cut_at_gutters(upright, recognized, seen)
        facts = _facts(recognized, upright, page)
        found = find_regions([*_regions(seen), *self._stamps(upright, seen, options)], facts.lines)
        opened = _open_whole_pages(found, facts)
        complete = with_missed_pictures(with_missed_tables(opened, facts), upright, facts)
        marked = attach_markers(split_side_by_side(complete, facts), facts)
        regions = relabel([_without_false_table(region, upright, facts) for region in marked], facts)
        regions, tables = self._read_tables(upright, order_regions(regions, facts), _texts(recognized), options)
        seals = self._read_seals(upright, regions, options)
        pieces = make_pieces(regions, facts)
        contents = {table.box: table.html for table in tables} | {seal.box: "\n".join(seal.texts) for seal in seals}
        blocks = _blocks(pieces, upright, contents, options)
        notes = page_notes(blocks, seals, recognized, options, opened=opened != found)
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
            tables=tuple(tables),
            seals=tuple(seals),
            blocks=blocks,
            continues=(opens_paragraph(pieces), closes_paragraph(pieces)),
            notes=notes,
            metadata={"notes": notes} if notes else {},
        )

    def _cut_at_gutters(self, image: Image, page: RecognizedPage, seen: Sequence[LayoutBox]) -> RecognizedPage:
        """`page` with lines that were found across two columns cut; their parts are read where that is not certain."""
        lines = as_boxes([line.box for line in page.found])
        bridges = find_bridges(lines, drop_nested(_regions(seen)))
        parts = {bridge.line: cut_line(image, page.found[bridge.line], bridge) for bridge in bridges}
        unread = [part.corners for each in parts.values() for part in each if part.line is None]
        read = {line.polygon.tobytes(): line for line in self._ocr.read(image, unread, page.options)}
        found: list[TextLine] = []
        for index, line in enumerate(page.found):
            texts = [
                part.line if part.line is not None else read.get(part.corners.tobytes())
                for part in parts.get(index, ())
            ]
            certain = [each for each in texts if each is not None and each.score > _LEAST_SCORE]
            found += certain if certain else [line]
        return replace(page, found=tuple(found))

    def _stamps(self, image: Image, seen: Sequence[LayoutBox], options: StructureOptions) -> list[Region]:
        """Seals by their colour, unless the layout model knows seals."""
        if not options.use_seal_recognition or "seal" in self._layout.rules.labels:
            return []
        return [Region("seal", place.ellipse.box, place.score) for place in self._seals.find(image)]

    def _read_tables(
        self, image: Image, regions: Sequence[Region], lines: Sequence[TextLine], options: StructureOptions
    ) -> tuple[list[Region], list[Table]]:
        """The tables, and `regions` in which those are text that turned out to be none."""
        kept, tables = [], []
        for region in regions:
            if region.label == "table" and options.use_table_recognition:
                # A caption or heading close by is no row of the table: its lines are spoken for.
                others = {line for other in regions if other is not region for line in other.lines}
                free = [line for index, line in enumerate(lines) if index not in others]
                table = self._tables.read(image, _pixels(region.box, image), free, options=options.tables)
                if table is None:
                    region = replace(region, label="text")
                else:
                    tables.append(table)
            kept.append(region)
        return kept, tables

    def _read_seals(self, image: Image, regions: Sequence[Region], options: StructureOptions) -> list[ReadSeal]:
        if not options.use_seal_recognition:
            return []
        boxes = [_pixels(region.box, image) for region in regions if region.label == "seal"]
        return [replace(self._seals.read(image, with_margin(box), options.seal), box=box) for box in boxes]

    def close(self) -> None:
        """Release the networks."""
        for step in (self._preprocessor, self._layout, self._ocr, self._table_networks, self._seal_detector):
            if step is not None:
                step.close()


def _regions(seen: Sequence[LayoutBox]) -> list[Region]:
    return [Region(_NAMES.get(each.label, each.label), each.box, each.score, each.order) for each in seen]


def _texts(recognized: RecognizedPage) -> list[TextLine]:
    """The lines that say something: those that regions speak of."""
    return [line for line in recognized.lines if line.text.strip()]


def _facts(recognized: RecognizedPage, image: Image, page: PageRef) -> PageFacts:
    lines = _texts(recognized)
    boxes = as_boxes([line.box for line in lines])
    return PageFacts(
        lines=boxes,
        texts=[line.text.strip() for line in lines],
        width=float(image.shape[1]),
        height=float(image.shape[0]),
        letter=line_height(boxes, range(len(boxes))) if len(boxes) else 1.0,
        opens=page.index in (None, 0),
    )


def _open_whole_pages(regions: Sequence[Region], page: PageFacts) -> list[Region]:
    """`regions` in which a picture that is the page itself is the text on it."""
    frame = (0.0, 0.0, page.width, page.height)
    opened: list[Region] = []
    for region in regions:
        whole = is_page_itself(region, page.lines, frame)
        opened += group_loose_lines(page.lines, region.lines, "text") if whole else [region]
    return opened


def _without_false_table(region: Region, image: Image, page: PageFacts) -> Region:
    """`region`, called something else where it is called a table and cannot be one."""
    if region.label != "table":
        return region
    if not region.lines:
        return replace(region, label="image")
    left, top, right, bottom = _pixels(region.box, image)
    grey = np.asarray(cv2.cvtColor(image[top:bottom, left:right], cv2.COLOR_BGR2GRAY), np.uint8)
    rows, code = (
        find_rows(page.lines - np.array([left, top, left, top]), region.lines),
        looks_like_code(page.text(region)),
    )
    if looks_like_table(grey, rows, code):
        return region
    return replace(region, label="algorithm" if code else "text")


def _blocks(
    pieces: Sequence[Piece], image: Image, contents: Mapping[Box, str], options: StructureOptions
) -> tuple[Block, ...]:
    blocks: list[Block] = []
    order = 0
    for index, piece in enumerate(pieces):
        ordered = piece.label in _ORDERED and piece.label not in options.markdown_ignore_labels
        order += ordered
        box = _pixels(piece.box, image)
        read = piece.label in ("table", "seal") and box in contents
        pictured = piece.label in KEPT_WITHOUT_TEXT and not (read and piece.label == "table")
        blocks.append(
            Block(
                label=piece.label,
                content=contents[box] if read else piece.text,
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
