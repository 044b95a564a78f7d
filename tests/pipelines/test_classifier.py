"""The classifying step, on a graph whose answer is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from galley.config import EngineConfig
from galley.devices import Slot
from galley.errors import ModelError
from galley.models.folder import read_folder
from galley.models.rules import ClassifierRules
from galley.pipelines.classifier import Classifier


@pytest.mark.parametrize("engine", ["openvino", "onnxruntime"])
@pytest.mark.parametrize(("channel", "label"), [(0, "blue"), (1, "green"), (2, "red")])
def test_pictures_are_bgr_and_networks_see_rgb(
    brightest_channel: Path, slot: Slot, engine: str, channel: int, label: str
) -> None:
    image = np.full((50, 90, 3), 40, np.uint8)
    image[:, :, channel] = 200
    classifier = Classifier(read_folder(brightest_channel), EngineConfig(engine, "fp32"), slot)
    assert classifier.label(image) == label
    assert (classifier.info.engine, classifier.info.device, classifier.info.precision) == (engine, "cpu", "fp32")
    classifier.close()


def test_only_the_middle_decides(brightest_channel: Path, slot: Slot) -> None:
    image = np.zeros((40, 400, 3), np.uint8)
    image[:, :150, 0] = 255
    image[:, 250:, 0] = 255
    image[:, 180:220, 2] = 255
    classifier = Classifier(read_folder(brightest_channel), EngineConfig(), slot)
    assert classifier.label(image) == "red"
    classifier.close()


@pytest.mark.parametrize("precision", ["auto", "int8"])
def test_orientation_is_decided_in_float32(brightest_channel: Path, slot: Slot, precision: str) -> None:
    classifier = Classifier(read_folder(brightest_channel), EngineConfig("openvino", precision), slot)
    assert classifier.info.precision == "fp32"
    classifier.close()


def test_another_kind_of_model_is_refused(half_brightness: Path, slot: Slot) -> None:
    with pytest.raises(ModelError, match=r"UVDoc.*not a classifier"):
        Classifier(read_folder(half_brightness), EngineConfig(), slot)


def test_an_uncertain_label_counts_as_the_first(brightest_channel: Path, slot: Slot) -> None:
    model = read_folder(brightest_channel)
    assert isinstance(model.rules, ClassifierRules)
    image = np.full((50, 90, 3), 40, np.uint8)
    image[:, :, 0] = 200
    for certainty, label in ((0.5, "blue"), (0.6, "red")):  # blue's score is 200 / 255 * 2 - 1 = 0.57
        unsure = replace(model, rules=replace(model.rules, certainty=certainty))
        classifier = Classifier(unsure, EngineConfig(), slot)
        assert classifier.label(image) == label
        classifier.close()
