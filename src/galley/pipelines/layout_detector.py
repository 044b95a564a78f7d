"""The step that finds the regions of a page: text, titles, figures, tables.

Runs in: worker.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from galley.config import EngineConfig, LayoutOptions
from galley.config.layout import GivenRegion
from galley.devices import Slot
from galley.engines import EngineInfo
from galley.errors import ModelError
from galley.models.rules import LayoutRules, Model
from galley.pipelines.network import open_network
from galley.results import Image
from galley.results.layout import LayoutBox
from galley.vision.classify import normalise
from galley.vision.layout import (
    LayoutRule,
    Rows,
    decode_heads,
    knows_order,
    plan_selection,
    resize_page,
    select_regions,
)


class LayoutDetector:
    """An open network that finds labelled regions: the parts of a page, or the cells of a table."""

    def __init__(self, model: Model, config: EngineConfig, slot: Slot) -> None:
        """Open the network of `model`, whose rules must be those of a detector of regions."""
        if not isinstance(model.rules, LayoutRules):
            raise ModelError(f"model {model.name!r} from {model.origin} does not find regions of a page")
        self.rules = model.rules
        self._session = open_network(model, config, slot)
        unknown = sorted({tensor.name for tensor in self._session.inputs} - {"image", "im_shape", "scale_factor"})
        if unknown:
            raise ModelError(
                f"model {model.name!r} from {model.origin} asks for {', '.join(unknown)}; "
                "a detector of regions is given image, im_shape and scale_factor"
            )

    @property
    def info(self) -> EngineInfo:
        """What the network really runs on."""
        return self._session.info

    def find(self, image: Image, options: LayoutOptions) -> list[LayoutBox]:
        """The regions of a page (h, w, 3), BGR: in reading order where the network knows it, else the best first."""
        height, width = image.shape[:2]
        rule = plan_selection(options.over(self.rules.selection), len(self.rules.labels))
        answer = self._answer(image, rule)
        rows = select_regions(answer, rule, self.rules.labels, (width, height))
        ordered = knows_order(answer)
        return [self._region(row, place if ordered else None) for place, row in enumerate(rows)]

    def _region(self, row: NDArray[np.float32], order: int | None) -> LayoutBox:
        index = int(row[0])
        left, top, right, bottom = row[2:6].tolist()
        return LayoutBox(index, self.rules.labels[index], float(row[1]), (left, top, right, bottom), order)

    def _answer(self, image: Image, rule: LayoutRule) -> Rows:
        """What the network says of a page, in its pixels."""
        height, width = image.shape[:2]
        columns, lines = self.rules.size
        scale = np.array([columns / width, lines / height], np.float32)
        fed = {
            "image": self._network_input(image),
            "im_shape": np.array([[lines, columns]], np.float32),
            "scale_factor": scale[np.newaxis, ::-1],
        }
        answers = self._session.run(*(fed[tensor.name] for tensor in self._session.inputs))
        if self.rules.strides is None:
            return _first_rows(answers)
        levels = len(self.rules.strides)
        rows = decode_heads(
            [answer[0] for answer in answers[:levels]],
            [answer[0] for answer in answers[levels:]],
            self.rules.strides,
            self.rules.size,
            float(rule.thresholds.min()),
        )
        rows[:, 2:6] /= np.tile(scale, 2)
        return rows

    def _network_input(self, image: Image) -> NDArray[np.float32]:
        small = resize_page(image, self.rules.size, cubic=self.rules.cubic)
        if self.rules.channels == "RGB":
            small = small[:, :, ::-1]
        numbers = self.rules.normalization
        return normalise(small, numbers.mean, numbers.std, numbers.scale)

    def close(self) -> None:
        """Release the network."""
        self._session.close()


def given_boxes(regions: Sequence[GivenRegion]) -> list[LayoutBox]:
    """Regions that the caller knows already, as if they had been found."""
    return [LayoutBox(each.class_id, each.label, each.score, each.box) for each in regions]


def _first_rows(answers: list[NDArray[np.float32]]) -> Rows:
    """The rows of the first page of a batch: those of all pages come as one array, their numbers as another."""
    rows, counts = answers[0], answers[1]
    if rows.ndim != 2 or not 6 <= rows.shape[1] <= 8:
        raise ModelError(f"a detector of regions answered an array of shape {rows.shape}; known are (n, 6) to (n, 8)")
    return rows[: int(counts.reshape(-1)[0])].astype(np.float32)
