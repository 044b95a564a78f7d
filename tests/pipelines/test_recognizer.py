"""The step that reads lines: how wide they are given to the network, and when a second time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.pipelines.test_ocr import write

from galley.config import EngineConfig
from galley.devices import Device, Slot
from galley.models.store import ensure_models
from galley.pipelines.recognizer import Recognizer

SLOT = Slot(Device("cpu"), 0, (0,), False)
NAME = "PP-OCRv6_small_rec"


def open_recognizer(precision: str) -> Recognizer:
    config = EngineConfig("openvino", precision)
    return Recognizer(ensure_models([NAME])[NAME], config, SLOT, batch=6, shape=None)


@pytest.fixture(scope="module")
def lower() -> Iterator[Recognizer]:
    recognizer = open_recognizer("auto")
    if recognizer.info.precision == "fp32":
        pytest.skip("this processor computes in float32 only")
    yield recognizer
    recognizer.close()


def widths_of(recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The widths that the network is given from now on."""
    widths: list[int] = []
    run = recognizer._session.run

    def watch(*arrays: NDArray[Any]) -> list[NDArray[Any]]:
        widths.append(arrays[0].shape[-1])
        return run(*arrays)

    monkeypatch.setattr(recognizer._session, "run", watch)
    return widths


def line_of(text: str) -> NDArray[np.uint8]:
    """A tight line, 50 pixels high."""
    return write(text, height=80, width=20 + 17 * len(text))[15:65]


def test_a_line_that_is_sure_is_read_once_narrowed(lower: Recognizer, monkeypatch: pytest.MonkeyPatch) -> None:
    widths = widths_of(lower, monkeypatch)
    text = "The quick brown fox jumps over the lazy dog again"
    (read,) = lower.read([line_of(text)])
    assert read.line.text == text
    own = 48 * line_of(text).shape[1] / 50
    assert len(widths) == 1
    assert 0.7 * own - 1 <= widths[0] < 0.7 * own + 32


def test_a_line_that_is_not_sure_is_read_again_in_its_whole_width(
    lower: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thin strokes, close together, run into each other where they are narrowed."""
    sure, unsure = "The quick brown fox jumps over the lazy dog", "All ships report to the Harbour Master before noon"
    widths = widths_of(lower, monkeypatch)
    close = cv2.resize(line_of(unsure), (700, 50), interpolation=cv2.INTER_AREA)
    read = lower.read([np.asarray(close, np.uint8), line_of(sure)])
    assert [each.line.text for each in read] == [unsure, sure]
    assert len(widths) == 3
    assert widths[2] == 672


def test_short_lines_are_not_narrowed(lower: Recognizer, monkeypatch: pytest.MonkeyPatch) -> None:
    widths = widths_of(lower, monkeypatch)
    noise = np.random.default_rng(4).integers(0, 256, (50, 120, 3), dtype=np.uint8)
    lower.read([noise])
    assert widths == [128]


def test_words_lie_where_they_do_in_whole_lines(lower: Recognizer) -> None:
    """The steps of a character, as a part of those that the line takes, are its place in the line."""
    whole = open_recognizer("fp32")
    line = line_of("Pontoon 12 is closed until the fourth of March")
    (narrowed,), (full,) = lower.read([line]), whole.read([line])
    whole.close()
    assert narrowed.line.text == full.line.text
    places = [np.array(read.line.columns) / read.steps for read in (narrowed, full)]
    assert np.abs(places[0] - places[1]).max() < 0.02


@pytest.mark.parametrize(("precision", "shape"), [("auto", None), ("fp32", None), ("fp32", (48, 320))])
def test_characters_are_placed_where_they_are_written(precision: str, shape: tuple[int, int] | None) -> None:
    config = EngineConfig("openvino", precision)
    recognizer = Recognizer(ensure_models([NAME])[NAME], config, SLOT, batch=6, shape=shape)
    text = "Pier 7 of Ardmouth"
    line = line_of(text)
    other = np.full((50, 900, 3), 255, np.uint8)  # that the line is padded with
    read, _ = recognizer.read([line, other])
    recognizer.close()
    assert read.line.text == text
    assert len(read.characters.places) == len(read.characters.scores) == len(text)
    ends = [30 + cv2.getTextSize(text[:end], cv2.FONT_HERSHEY_SIMPLEX, 1.0, 2)[0][0] for end in range(len(text) + 1)]
    middles = np.array([(start + end) / 2 for start, end in pairwise(ends)])
    assert np.abs(read.characters.places * line.shape[1] - middles).max() < 0.3 * line.shape[0]
    assert read.line.score == pytest.approx(read.characters.scores.mean(), abs=1e-3)


def test_float32_reads_whole_lines_as_paddleocr_does(monkeypatch: pytest.MonkeyPatch) -> None:
    recognizer = open_recognizer("fp32")
    widths = widths_of(recognizer, monkeypatch)
    recognizer.read([np.random.default_rng(5).integers(0, 256, (48, 700, 3), dtype=np.uint8)])
    assert widths == [700]
    recognizer.close()
