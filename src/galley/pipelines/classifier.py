"""The step that gives a picture one of a few labels.

Runs in: worker.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from galley.config import EngineConfig
from galley.devices import Slot
from galley.engines import EngineInfo
from galley.errors import ModelError
from galley.models.rules import ClassifierRules, Model, ResizeFit, ResizeShort, ResizeTo
from galley.pipelines.network import open_network
from galley.results import Image
from galley.vision.classify import best_label, crop_centre, normalise, pad_right, resize_fit, resize_short


class Classifier:
    """An open image classifier."""

    def __init__(self, model: Model, config: EngineConfig, slot: Slot) -> None:
        """Open the network of `model`, whose rules must be those of a classifier."""
        if not isinstance(model.rules, ClassifierRules):
            raise ModelError(f"model {model.name!r} from {model.origin} is not a classifier")
        self.rules = model.rules
        self._session = open_network(model, _exactly(config), slot)

    @property
    def info(self) -> EngineInfo:
        """What the network really runs on."""
        return self._session.info

    def label(self, image: Image) -> str:
        """The most probable label of `image` (h, w, 3), BGR; the first one where another is not certain enough."""
        (scores,) = self._session.run(self._network_input(image))
        label, score = best_label(scores[0], self.rules.labels)
        return label if score >= self.rules.certainty else self.rules.labels[0]

    def _network_input(self, image: Image) -> NDArray[np.float32]:
        resize, crop, numbers = self.rules.resize, self.rules.crop, self.rules.normalization
        if isinstance(resize, ResizeShort):
            small = resize_short(image, resize.short)
        elif isinstance(resize, ResizeTo):
            small = cv2.resize(image, (resize.width, resize.height), interpolation=cv2.INTER_LINEAR)
        else:
            small = resize_fit(image, resize.width, resize.height)
        if crop is not None:
            small = crop_centre(small, *crop)
        if self.rules.channels == "RGB":
            small = small[:, :, ::-1]
        planes = normalise(small, numbers.mean, numbers.std, numbers.scale)
        return pad_right(planes, resize.width) if isinstance(resize, ResizeFit) else planes

    def close(self) -> None:
        """Release the network."""
        self._session.close()


def _exactly(config: EngineConfig) -> EngineConfig:
    """`config` with float32 where the precision is the engine's choice.

    A classifier costs little, and a wrong answer turns a whole page or line: with bfloat16, one of the 99 lines of a
    born-digital page was stood on its head.
    """
    return replace(config, precision="fp32") if config.precision in ("auto", "int8") else config
