"""OCR: find the lines of text on a page and read them.

Runs in: worker.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from galley.config import OcrConfig, OcrOptions
from galley.devices import Slot
from galley.engines import EngineInfo
from galley.inputs.names import page_stem
from galley.models.rules import Model
from galley.pages import PageRef
from galley.pipelines.classifier import Classifier
from galley.pipelines.detector import Detector
from galley.pipelines.doc_preprocessor import DocPreprocessor
from galley.pipelines.recognizer import ReadLine, Recognizer
from galley.results import UNKNOWN_ANGLE, Image, PreprocessedPage, RecognizedPage, TextLine
from galley.results.text_layer import LayerVerdict, TextLayer
from galley.vision.crop import crop_lines
from galley.vision.orientation import turn
from galley.vision.text_layer import LayerLine, cut_lines, judge
from galley.vision.words import is_vertical, place_words

_UPSIDE_DOWN = "180"
_TURNED_SURELY = 0.9
"""A line that was turned and is read with a smaller score is read as it stood, too. What stood on its head is
read with more as a rule, and what was turned by mistake with less."""
_CERTAIN = 1.0
"""The score of what a page says itself."""


@dataclass(frozen=True, slots=True)
class CutLine:
    """A line cut out of its page."""

    box: NDArray[np.int32]
    """Its corners on the page, (4, 2)."""
    angle: int
    """1 if it stood on its head; `UNKNOWN_ANGLE` if nobody looked."""
    pixels: Image
    """Upright."""


class Ocr:
    """The open pipeline: the networks of the steps that its configuration makes available."""

    def __init__(self, config: OcrConfig, models: Mapping[str, Model], slot: Slot) -> None:
        """Open the networks.

        Args:
            config: which steps are available.
            models: the models at hand, by the steps of `OcrConfig.models`; those of steps that are off may be missing.
            slot: whose device and cores to use.
        """
        self._preprocessor = DocPreprocessor(config.doc_preprocessor, models, slot)
        shape = None if config.text.detection_shape is None else config.text.detection_shape[1:]
        self.detector = Detector(models["detection"], config.engine, slot, shape)
        self._orientation = (
            Classifier(models["line_orientation"], config.engine, slot)
            if config.options.use_textline_orientation
            else None
        )
        self.recognizer = Recognizer(
            models["recognition"],
            config.engine,
            slot,
            batch=config.text.recognition_batch,
            shape=None if config.text.recognition_shape is None else config.text.recognition_shape[1:],
        )

    def networks(self) -> dict[str, EngineInfo]:
        """What each open network really runs on."""
        own = {
            "detection": self.detector,
            "line_orientation": self._orientation,
            "recognition": self.recognizer,
        }
        return self._preprocessor.networks() | {name: step.info for name, step in own.items() if step is not None}

    def process(self, image: Image, page: PageRef, options: OcrOptions) -> RecognizedPage:
        """The result of one page (h, w, 3), BGR. `options` may switch off steps, not on."""
        return self.process_together([(image, page, options)])[0]

    def process_together(self, pages: Sequence[tuple[Image, PageRef, OcrOptions]]) -> list[RecognizedPage]:
        """The results of several pages. On a GPU their lines are read together; otherwise it is as one by one."""
        flat = [self._preprocessor.process(image, page, options.preprocessing.steps) for image, page, options in pages]
        cut = []
        for preprocessed, (_, _, options) in zip(flat, pages, strict=True):
            boxes = list(self.detector.find(preprocessed.output_img, options))
            cut.append(self._cut(preprocessed.output_img, boxes, options))
        read = self.recognizer.read_pages([[each.pixels for each in lines] for lines in cut])
        return [
            RecognizedPage(
                input_path=page.path,
                page_index=page.index,
                name=page_stem(page),
                # PaddleOCR's nested results do not name their page.
                preprocessed=replace(preprocessed, input_path=None, page_index=None),
                options=options,
                found=tuple(self._text_lines(lines, texts, options)),
            )
            for (_, page, options), preprocessed, lines, texts in zip(pages, flat, cut, read, strict=True)
        ]

    def process_layered(self, image: Image, page: PageRef, options: OcrOptions, layer: TextLayer) -> RecognizedPage:
        """The result of one page of a PDF file that brings its text along: of that, or as any other, as `options` say.

        The page is taken as it is then: nothing is turned or flattened.
        """
        verdict = judge(layer, image)
        wanted = verdict.trusted if options.pdf_text == "auto" else options.pdf_text == "always"
        if not (wanted and verdict.characters):
            return _with_verdict(self.process(image, page, options), verdict)
        untouched = PreprocessedPage(None, None, page_stem(page), False, False, UNKNOWN_ANGLE, image, image, image)
        lines = [_layer_line(line, options) for line in cut_lines(layer, (image.shape[0], image.shape[1]))]
        result = RecognizedPage(page.path, page.index, page_stem(page), untouched, options, tuple(lines))
        return _with_verdict(result, replace(verdict, used=True))

    def read(self, image: Image, boxes: Sequence[NDArray[np.int32]], options: OcrOptions) -> list[TextLine]:
        """The lines of text in these boxes, corners (4, 2) each, of a page (h, w, 3), BGR; none in the thinnest."""
        lines = self._cut(image, boxes, options)
        return self._text_lines(lines, self.recognizer.read([each.pixels for each in lines]), options)

    def _text_lines(self, lines: Sequence[CutLine], texts: Sequence[ReadLine], options: OcrOptions) -> list[TextLine]:
        """What was read in lines; where they were turned by mistake, what is read in them as they stand."""
        again = [
            place for place, line in enumerate(lines) if line.angle == 1 and texts[place].line.score < _TURNED_SURELY
        ]
        back = [replace(lines[place], angle=0, pixels=turn(lines[place].pixels, 180)) for place in again]
        found = list(zip(lines, texts, strict=True))
        for place, line, text in zip(again, back, self.recognizer.read([each.pixels for each in back]), strict=True):
            if text.line.score > texts[place].line.score:
                found[place] = line, text
        return [_text_line(line.box, line.angle, text, options) for line, text in found]

    def _cut(self, image: Image, boxes: Sequence[NDArray[np.int32]], options: OcrOptions) -> list[CutLine]:
        cut = []
        for box, line in crop_lines(image, boxes):
            angle = self._angle(line, options)
            cut.append(CutLine(box, angle, turn(line, 180) if angle == 1 else line))
        return cut

    def _angle(self, line: Image, options: OcrOptions) -> int:
        if self._orientation is None or not options.use_textline_orientation:
            return UNKNOWN_ANGLE
        return int(self._orientation.label(line).startswith(_UPSIDE_DOWN))

    def close(self) -> None:
        """Release the networks."""
        self._preprocessor.close()
        for step in (self.detector, self._orientation, self.recognizer):
            if step is not None:
                step.close()


def _text_line(box: NDArray[np.int32], angle: int, read: ReadLine, options: OcrOptions) -> TextLine:
    characters = None if angle == 1 or is_vertical(box) else read.characters
    line = TextLine(box, angle, read.line.text, read.line.score, characters=characters)
    if not options.return_word_box:
        return line
    words, boxes = place_words(read.line, box, read.steps)
    return replace(line, words=tuple(words), word_boxes=tuple(boxes))


def _layer_line(line: LayerLine, options: OcrOptions) -> TextLine:
    angle = 1 if line.upside_down else 0 if options.use_textline_orientation else UNKNOWN_ANGLE
    if not options.return_word_box:
        return TextLine(line.polygon, angle, line.text, _CERTAIN)
    return TextLine(line.polygon, angle, line.text, _CERTAIN, line.words, line.word_boxes)


def _with_verdict(page: RecognizedPage, verdict: LayerVerdict) -> RecognizedPage:
    return replace(page, layer=verdict, metadata={**page.metadata, "pdf_text": verdict.json()})
