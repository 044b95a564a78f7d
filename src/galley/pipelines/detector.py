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
    find_boxes,
    find_polygons,
    heights_of,
    pad_small,
    reading_order,
    top_order,
)
from galley.vision.scale import ScaleRule, Size, closer_look, first_look, scaled_size


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
        # float32 is asked for where the boxes shall be those of PaddleOCR.
        self._looks_twice = shape is None and config.precision != "fp32"
        self._session = open_network(model, config, slot)

    @property
    def info(self) -> EngineInfo:
        """What the network really runs on."""
        return self._session.info

    def find(self, image: Image, options: OcrOptions) -> NDArray[np.int32]:
        """The text lines of a page (h, w, 3), BGR, in reading order: corners (n, 4, 2).

        Large pages are looked at twice, unless float32 was asked for: `galley.vision.scale`.
        """
        padded = pad_small(image)
        whole = self._size(padded, options)
        # With `max` the caller has chosen a size.
        twice = self._looks_twice and options.text_det_limit_type == "min"
        seen = first_look(whole, self.rules.multiple) if twice else whole
        boxes = self._look(padded, seen, options)
        closer = closer_look(heights_of(boxes) * (seen[0] / padded.shape[0]), seen, whole, self.rules.multiple)
        if closer is not None:
            boxes = self._look(padded, closer, options)
        np.clip(boxes, 0, image.shape[1::-1], out=boxes)
        return boxes[reading_order(boxes)]

    def _look(self, image: Image, size: Size, options: OcrOptions) -> NDArray[np.int32]:
        """The text lines of a page that is shown in `size`, in pixels of the page, in no order."""
        rule = self._box_rule(options)
        return find_boxes(self._probability(image, size), (image.shape[0], image.shape[1]), rule)

    def find_curved(self, image: Image, options: OcrOptions) -> list[NDArray[np.int32]]:
        """The text of a picture (h, w, 3), BGR, as polygons (n, 2) that follow curved lines, the highest first."""
        padded = pad_small(image)
        size = (padded.shape[0], padded.shape[1])
        shown = self._size(padded, options)
        polygons = find_polygons(self._probability(padded, shown), size, self._box_rule(options))
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

    def _size(self, image: Image, options: OcrOptions) -> Size:
        """The size in which PaddleOCR shows a page to the network."""
        rule = ScaleRule(
            options.text_det_limit_side_len,
            options.text_det_limit_type,
            options.text_det_max_side_limit,
            self.rules.multiple,
        )
        return scaled_size(image.shape[0], image.shape[1], rule) if self._shape is None else self._shape

    def _probability(self, image: Image, size: Size) -> NDArray[np.float32]:
        height, width = size
        if (height, width) != image.shape[:2]:
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
