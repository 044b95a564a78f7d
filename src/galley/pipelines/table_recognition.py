"""TableRecognition: find the tables of a page and read them, cell by cell.

Runs in: worker.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from galley.config import NO_PREPROCESSING
from galley.config.table import TableConfig, TableOptions
from galley.devices import Slot
from galley.engines import EngineInfo
from galley.inputs.names import page_stem
from galley.models.rules import Model
from galley.pages import PageRef
from galley.pipelines.doc_preprocessor import DocPreprocessor
from galley.pipelines.layout_detector import LayoutDetector, given_boxes
from galley.pipelines.ocr import Ocr
from galley.pipelines.table_networks import TableNetworks
from galley.pipelines.table_reader import TableReader, text_reader
from galley.results import UNKNOWN_ANGLE, Image, RecognizedPage, TextLine
from galley.results.layout import LayoutBox
from galley.results.structure import Box
from galley.results.table_page import TablePage

_TABLE = "table"
"""How layout models call tables."""


class TableRecognition:
    """The open pipeline: the networks of the steps that its configuration makes available."""

    def __init__(self, config: TableConfig, models: Mapping[str, Model], slot: Slot) -> None:
        """Open the networks.

        Args:
            config: which steps are available.
            models: the models at hand, by the steps of `TableConfig.models`; those of steps that are off may be
                missing.
            slot: whose device and cores to use.
        """
        self._preprocessor = DocPreprocessor(config.doc_preprocessor, models, slot)
        self._layout = (
            LayoutDetector(models["layout"], config.engine, slot) if config.options.use_layout_detection else None
        )
        self._ocr = Ocr(config.ocr, models, slot)
        self._networks = TableNetworks(models, config.engine, slot)
        self._tables = TableReader(self._ocr.recognizer, self._networks, text_reader(self._ocr, config.ocr.options))

    def networks(self) -> dict[str, EngineInfo]:
        """What each open network really runs on."""
        layout = {} if self._layout is None else {"layout": self._layout.info}
        return self._preprocessor.networks() | layout | self._ocr.networks() | self._networks.networks()

    def process(self, image: Image, page: PageRef, options: TableOptions) -> TablePage:
        """The tables of one page (h, w, 3), BGR. `options` may switch off steps, not on."""
        preprocessed = self._preprocessor.process(image, page, options.preprocessing.steps)
        flat = preprocessed.output_img
        layout = self._find_regions(flat, options)
        recognized = self._read_text(flat, page, options)
        height, width = flat.shape[:2]
        boxes = [(0, 0, width, height)] if layout is None else [_whole(box) for box in layout if box.label == _TABLE]
        tables = [
            self._tables.read(flat, box, recognized.lines, is_certain=layout is None, options=options.reading)
            for box in boxes
        ]
        return TablePage(
            input_path=page.path,
            page_index=page.index,
            name=page_stem(page),
            # PaddleOCR's nested results do not name their page.
            preprocessed=replace(preprocessed, input_path=None, page_index=None),
            options=options,
            layout=layout,
            recognized=replace(recognized, input_path=None, page_index=None),
            tables=tuple(table for table in tables if table is not None),
        )

    def _find_regions(self, image: Image, options: TableOptions) -> tuple[LayoutBox, ...] | None:
        if self._layout is not None and options.use_layout_detection:
            return tuple(self._layout.find(image, options.layout))
        if options.regions is None:
            return None
        return tuple(given_boxes(options.regions))

    def _read_text(self, image: Image, page: PageRef, options: TableOptions) -> RecognizedPage:
        text = replace(options.ocr, preprocessing=NO_PREPROCESSING, use_textline_orientation=False)
        if options.use_ocr_model or options.lines is None:
            return self._ocr.process(image, page, text)
        lines = (
            TextLine(np.array(each.polygon, np.int32), UNKNOWN_ANGLE, each.text, each.score) for each in options.lines
        )
        unchanged = self._preprocessor.process(image, page, NO_PREPROCESSING.steps)
        return RecognizedPage(None, None, page_stem(page), unchanged, text, tuple(lines))

    def close(self) -> None:
        """Release the networks."""
        self._preprocessor.close()
        self._ocr.close()
        self._networks.close()
        if self._layout is not None:
            self._layout.close()


def _whole(region: LayoutBox) -> Box:
    """The pixels that `region` touches."""
    left, top, right, bottom = region.box
    return int(np.floor(left)), int(np.floor(top)), int(np.ceil(right)), int(np.ceil(bottom))
