"""The step that finds text on a page.

Runs in: worker.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from galley.config import EngineConfig, OcrOptions
from galley.devices import Slot
from galley.engines import EngineInfo
from galley.errors import ModelError
from galley.models.rules import DetectorRules, Model
from galley.pipelines.network import open_network
from galley.results import Image
from galley.vision.classify import normalise
from galley.vision.detect import (
    BoxRule,
    ScaleRule,
    find_boxes,
    find_polygons,
    pad_small,
    reading_order,
    scaled_size,
    top_order,
)


class Detector:
    """An open text detection network."""

    def __init__(self, model: Model, config: EngineConfig, slot: Slot, shape: tuple[int, int] | None) -> None:
        """Open the network of `model`, whose rules must be those of a text detector.

        Args:
            model: the network.
            config: how to run it.
            slot: where to run it.
            shape: (height, width) that every page is scaled to; None for each its own, by the options.
        """
        if not isinstance(model.rules, DetectorRules):
            raise ModelError(f"model {model.name!r} from {model.origin} does not detect text")
        self.rules = model.rules
        self._shape = shape
        self._session = open_network(model, config, slot)

    @property
    def info(self) -> EngineInfo:
        """What the network really runs on."""
        return self._session.info

    def find(self, image: Image, options: OcrOptions) -> NDArray[np.int32]:
        """The text lines of a page (h, w, 3), BGR, in reading order: corners (n, 4, 2)."""
        padded = pad_small(image)
        size = (padded.shape[0], padded.shape[1])
        boxes = find_boxes(self._probability(padded, options), size, self._box_rule(options))
        np.clip(boxes, 0, image.shape[1::-1], out=boxes)
        return boxes[reading_order(boxes)]

    def find_curved(self, image: Image, options: OcrOptions) -> list[NDArray[np.int32]]:
        """The text of a picture (h, w, 3), BGR, as polygons (n, 2) that follow curved lines, the highest first."""
        padded = pad_small(image)
        size = (padded.shape[0], padded.shape[1])
        polygons = find_polygons(self._probability(padded, options), size, self._box_rule(options))
        for polygon in polygons:
            np.clip(polygon, 0, image.shape[1::-1], out=polygon)
        return [polygons[index] for index in top_order(polygons)]

    def _box_rule(self, options: OcrOptions) -> BoxRule:
        return BoxRule(
            options.text_det_thresh,
            options.text_det_box_thresh,
            options.text_det_unclip_ratio,
            self.rules.max_candidates,
        )

    def _probability(self, image: Image, options: OcrOptions) -> NDArray[np.float32]:
        rule = ScaleRule(
            options.text_det_limit_side_len,
            options.text_det_limit_type,
            options.text_det_max_side_limit,
            self.rules.multiple,
        )
        rows, columns = image.shape[:2]
        height, width = scaled_size(rows, columns, rule) if self._shape is None else self._shape
        if (height, width) != (rows, columns):
            image = cv2.resize(image, (width, height))
        if self.rules.channels == "RGB":
            image = image[:, :, ::-1]
        numbers = self.rules.normalization
        (answer,) = self._session.run(normalise(image, numbers.mean, numbers.std, numbers.scale))
        probability: NDArray[np.float32] = answer[0, 0]
        return probability

    def close(self) -> None:
        """Release the network."""
        self._session.close()
