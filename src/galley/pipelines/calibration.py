"""The lines of text of some pages, as the recogniser's network sees them: examples to quantise it by.

Runs in: parent, for `galley models quantize` alone.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from galley.config import EngineConfig, OcrOptions
from galley.devices import Device, Slot, usable_cores
from galley.errors import ModelError
from galley.inputs.loading import PageLoader
from galley.models.rules import Model, RecognizerRules
from galley.pages import PageRef
from galley.pipelines.detector import Detector
from galley.pipelines.recognizer import line_arrays
from galley.vision.crop import crop_lines


def collect_lines(pages: Iterable[PageRef], detection: Model, recognition: Model) -> list[NDArray[np.float32]]:
    """Every line that the detector finds on these pages, (1, 3, height, width).

    Raises:
        BadInput: a page cannot be read.
    """
    rules = recognition.rules
    if not isinstance(rules, RecognizerRules):
        raise ModelError(f"model {recognition.name!r} does not read text")
    detector = Detector(detection, EngineConfig("openvino"), Slot(Device("cpu"), 0, usable_cores(), False), None)
    loader, options = PageLoader(), OcrOptions()
    examples: list[NDArray[np.float32]] = []
    try:
        for page in pages:
            pixels = loader.load(page)
            cut = crop_lines(pixels, list(detector.find(pixels, options)))
            examples += line_arrays([line for _, line in cut], rules)
    finally:
        loader.close()
        detector.close()
    return examples
