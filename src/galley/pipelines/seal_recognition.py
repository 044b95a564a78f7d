"""SealRecognition: find the seals on a page and read them.

Runs in: worker.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from galley.config import SealConfig, SealOptions
from galley.devices import Slot
from galley.engines import EngineInfo
from galley.errors import ModelError
from galley.inputs.names import page_stem
from galley.models.rules import Model
from galley.pages import PageRef
from galley.pipelines.detector import Detector
from galley.pipelines.doc_preprocessor import DocPreprocessor
from galley.pipelines.layout_detector import LayoutDetector, given_boxes
from galley.pipelines.recognizer import Recognizer
from galley.pipelines.seal_reader import SealReader, open_seal_detector, with_margin
from galley.results import Image, SealPage
from galley.results.layout import LayoutBox

_LABEL = "seal"
_CLASS = 16
"""Number of that label in PP-DocLayout-L, PaddleOCR's default."""
_NONE_FOUND = "no seal was found; a picture of nothing but a seal is read with use_layout_detection=False"


class SealRecognition:
    """The open pipeline: the networks of the steps that its configuration makes available."""

    def __init__(self, config: SealConfig, models: Mapping[str, Model], slot: Slot) -> None:
        """Open the networks.

        Args:
            config: which steps are available.
            models: the models at hand, by the steps of `SealConfig.models`.
            slot: whose device and cores to use.
        """
        self._preprocessor = DocPreprocessor(config.doc_preprocessor, models, slot)
        self._layout = _open_layout(config, models, slot)
        self._detector = Detector(models["detection"], config.engine, slot, None)
        self._seal_detector = open_seal_detector(models, config.engine, slot)
        self._recognizer = Recognizer(
            models["recognition"], config.engine, slot, batch=config.text.recognition_batch, shape=None
        )
        self._reader = SealReader(self._detector, self._recognizer, self._seal_detector)

    def networks(self) -> dict[str, EngineInfo]:
        """What each open network really runs on."""
        own = {
            "layout": self._layout,
            "detection": self._detector,
            "seal_detection": self._seal_detector,
            "recognition": self._recognizer,
        }
        return self._preprocessor.networks() | {name: step.info for name, step in own.items() if step is not None}

    def process(self, image: Image, page: PageRef, options: SealOptions) -> SealPage:
        """The result of one page (h, w, 3), BGR. `options` may switch off steps, not on."""
        preprocessed = self._preprocessor.process(image, page, options.preprocessing.steps)
        flat = preprocessed.output_img
        layout = tuple(self._find(flat, options)) if options.looks_at_regions else ()
        places = [with_margin(region.box) for region in layout if region.label == _LABEL]
        looked_at = places if options.looks_at_regions else [None]
        seals = tuple(self._reader.read(flat, place, options.seal) for place in looked_at)
        notes = [f"seal {number}: {note}" for number, seal in enumerate(seals, 1) for note in seal.notes]
        if not seals:
            notes.append(_NONE_FOUND)
        return SealPage(
            input_path=page.path,
            page_index=page.index,
            name=page_stem(page),
            # PaddleOCR's nested results do not name their page.
            preprocessed=replace(preprocessed, input_path=None, page_index=None),
            options=options,
            layout=layout,
            seals=seals,
            metadata={"notes": notes} if notes else {},
        )

    def _find(self, page: Image, options: SealOptions) -> list[LayoutBox]:
        if options.regions is not None:
            return given_boxes(options.regions)
        if self._layout is not None:
            return self._layout.find(page, options.layout)
        height, width = page.shape[:2]
        return [
            LayoutBox(_CLASS, _LABEL, place.score, _within(place.ellipse.box, width, height))
            for place in self._reader.find(page)
        ]

    def close(self) -> None:
        """Release the networks."""
        self._preprocessor.close()
        for step in (self._layout, self._detector, self._seal_detector, self._recognizer):
            if step is not None:
                step.close()


def _open_layout(config: SealConfig, models: Mapping[str, Model], slot: Slot) -> LayoutDetector | None:
    if "layout" not in models:
        return None
    detector = LayoutDetector(models["layout"], config.engine, slot)
    if _LABEL not in detector.rules.labels:
        labels = ", ".join(detector.rules.labels)
        detector.close()
        raise ModelError(
            f"the layout model {models['layout'].name!r} knows no seals (its labels: {labels}); without a layout "
            "model seals are found by their colour"
        )
    return detector


def _within(box: tuple[float, float, float, float], width: int, height: int) -> tuple[float, float, float, float]:
    left, top, right, bottom = box
    return max(0.0, left), max(0.0, top), min(float(width), right), min(float(height), bottom)
