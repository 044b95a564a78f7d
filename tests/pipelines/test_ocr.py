"""The OCR pipeline in this process, with real weights, on pages that are easy to make and hard to take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from galley.config import NO_PREPROCESSING, EngineConfig, OcrConfig, OcrOptions, PreprocessingOptions, TextModels
from galley.devices import Device, Slot
from galley.errors import ModelError
from galley.models.folder import read_folder
from galley.models.rules import ClassifierRules
from galley.models.store import ensure_models
from galley.pages import PageKind, PageRef
from galley.pipelines.detector import Detector
from galley.pipelines.ocr import Ocr
from galley.pipelines.recognizer import Recognizer
from galley.results import Image, RecognizedPage

pytestmark = pytest.mark.usefixtures("ocr_models")

PLAIN = OcrOptions(preprocessing=NO_PREPROCESSING, use_textline_orientation=False)
SLOT = Slot(Device("cpu"), 0, (0,), False)
PAGE = PageRef(PageKind.ARRAY, None, None, None, "page")


def open_ocr(config: OcrConfig) -> Ocr:
    names = {step: choice.name for step, choice in config.models().items()}
    models = ensure_models(names.values())
    return Ocr(config, {step: models[name] for step, name in names.items()}, SLOT)


@pytest.fixture(scope="module")
def pipeline(ocr_models: None) -> Iterator[Ocr]:
    opened = open_ocr(OcrConfig(replace(PLAIN, use_textline_orientation=True)))
    yield opened
    opened.close()


def write(*texts: str, height: int = 240, width: int = 640) -> Image:
    """A white page with one line of text below the other."""
    page = np.full((height, width, 3), 255, np.uint8)
    for number, text in enumerate(texts):
        cv2.putText(page, text, (30, 60 + 60 * number), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (0, 0, 0), 2, cv2.LINE_AA)
    return page


def read(pipeline: Ocr, page: Image, options: OcrOptions = PLAIN) -> RecognizedPage:
    return pipeline.process(page, PAGE, options)


def texts(result: RecognizedPage) -> list[str]:
    return [line.text for line in result.lines]


def test_lines_are_read_from_top_to_bottom(pipeline: Ocr) -> None:
    result = read(pipeline, write("Port of Ardmouth", "Pontoon 12", "Depth 5.2 m"))
    assert texts(result) == ["Port of Ardmouth", "Pontoon 12", "Depth 5.2 m"]
    for line, top in zip(result.lines, (30, 90, 150), strict=True):
        left, upper, _, lower = line.box
        assert left < 35
        assert top - 15 < upper < top + 15 < lower < top + 55
        assert line.score > 0.9
        assert line.angle == -1


def test_both_engines_read_the_same(pipeline: Ocr) -> None:
    page = write("Port of Ardmouth", "Harbour Master 1837")
    exact = open_ocr(OcrConfig(PLAIN, engine=EngineConfig("openvino", "fp32")))
    other = open_ocr(OcrConfig(PLAIN, engine=EngineConfig("onnxruntime")))
    first, second = read(exact, page), read(other, page)
    assert texts(first) == texts(second) == texts(read(pipeline, page))
    np.testing.assert_array_equal([line.polygon for line in first.found], [line.polygon for line in second.found])
    np.testing.assert_allclose([line.score for line in first.found], [line.score for line in second.found], atol=1e-2)
    exact.close()
    other.close()


def test_json_has_paddleocrs_keys_in_its_order(pipeline: Ocr) -> None:
    result = read(pipeline, write("Pontoon 12")).json()
    assert list(result) == [
        "input_path",
        "page_index",
        "model_settings",
        "dt_polys",
        "text_det_params",
        "text_type",
        "textline_orientation_angles",
        "text_rec_score_thresh",
        "return_word_box",
        "rec_texts",
        "rec_scores",
        "rec_polys",
        "rec_boxes",
    ]
    assert result["model_settings"] == {"use_doc_preprocessor": False, "use_textline_orientation": False}
    assert result["text_det_params"] == {
        "limit_side_len": 64,
        "limit_type": "min",
        "thresh": 0.3,
        "max_side_limit": 4000,
        "box_thresh": 0.6,
        "unclip_ratio": 1.5,
    }
    assert result["dt_polys"] == result["rec_polys"]
    assert np.array(result["rec_polys"]).shape == (1, 4, 2)
    assert np.array(result["rec_boxes"]).shape == (1, 4)


def test_words_are_placed_along_the_line(pipeline: Ocr) -> None:
    result = read(pipeline, write("Port Ardmouth 12"), replace(PLAIN, return_word_box=True))
    fields = result.json()
    assert list(fields)[-2:] == ["text_word_boxes", "text_word"]
    (words,), (boxes,), (line,) = fields["text_word"], fields["text_word_boxes"], fields["rec_boxes"]
    assert [word for word in words if word.strip()] == ["Port", "Ardmouth", "12"]
    assert "".join(words) == fields["rec_texts"][0]
    assert len(boxes) == len(words)
    lefts = [box[0] for box in boxes]
    assert lefts == sorted(lefts)
    assert lefts[0] >= line[0]
    assert boxes[-1][2] <= line[2]


def test_the_score_threshold_drops_lines_and_keeps_their_boxes(pipeline: Ocr) -> None:
    page = write("Port of Ardmouth", "Pontoon 12")
    scores = [line.score for line in read(pipeline, page).lines]
    between = (min(scores) + max(scores)) / 2
    result = read(pipeline, page, replace(PLAIN, text_rec_score_thresh=between)).json()
    assert len(result["rec_texts"]) == 1
    assert len(result["dt_polys"]) == len(result["textline_orientation_angles"]) == 2


def test_lines_on_their_heads_are_turned(pipeline: Ocr) -> None:
    page = np.ascontiguousarray(write("Harbour Office at Quay Street")[::-1, ::-1])
    result = read(pipeline, page, replace(PLAIN, use_textline_orientation=True))
    assert [line.angle for line in result.lines] == [1]
    assert result.lines[0].characters is None, "they would count from the wrong end"
    assert texts(result) == ["Harbour Office at Quay Street"]
    assert texts(read(pipeline, page)) != ["Harbour Office at Quay Street"]


def test_a_line_turned_by_mistake_is_read_as_it_stands(ocr_models: None, brightest_channel: Path) -> None:
    """With a network that says of every line that it stands on its head."""
    model = read_folder(brightest_channel)
    assert isinstance(model.rules, ClassifierRules)
    always = replace(model, rules=replace(model.rules, labels=("180_degree",) * 3))
    config = OcrConfig(replace(PLAIN, use_textline_orientation=True))
    names = {step: choice.name for step, choice in config.models().items()}
    models = ensure_models(names.values())
    opened = Ocr(config, {step: models[name] for step, name in names.items()} | {"line_orientation": always}, SLOT)
    upright = write("Harbour Office at Quay Street", "Pontoon 12 is closed")
    for page, angle in ((upright, 0), (np.ascontiguousarray(upright[::-1, ::-1]), 1)):
        result = read(opened, page, config.options)
        assert [line.angle for line in result.lines] == [angle, angle]
        assert sorted(texts(result)) == ["Harbour Office at Quay Street", "Pontoon 12 is closed"]
        assert all(line.score > 0.9 for line in result.lines)
    opened.close()


def blank(height: int, width: int, value: int = 255) -> Image:
    return np.full((height, width, 3), value, np.uint8)


@pytest.mark.parametrize(
    "page",
    [blank(600, 400), blank(600, 400, 0), blank(1, 1), blank(1, 1, 0), blank(1, 5000), blank(5000, 1), blank(31, 31)],
    ids=lambda page: str(page.shape),
)
def test_pages_without_text_give_an_empty_result(pipeline: Ocr, page: Image) -> None:
    options = replace(PLAIN, return_word_box=True, use_textline_orientation=True)
    result = read(pipeline, page, options).json()
    assert "textline_orientation_angles" not in result
    for key in ("dt_polys", "rec_texts", "rec_scores", "rec_polys", "rec_boxes", "text_word", "text_word_boxes"):
        assert result[key] == [], key


@pytest.mark.parametrize("shape", [(1, 1), (1, 700), (700, 1), (40, 40), (300, 300), (33, 500)])
def test_noise_gives_some_result(pipeline: Ocr, shape: tuple[int, int]) -> None:
    page = np.random.default_rng(1).integers(0, 256, (*shape, 3), dtype=np.uint8)
    result = read(pipeline, page, replace(PLAIN, text_det_thresh=0.0, text_det_box_thresh=0.0))
    for line in result.found:
        assert 0 <= line.score <= 1
        assert line.polygon.min() >= 0
        assert (line.polygon <= shape[::-1]).all()


def test_a_line_wider_than_five_thousand_pixels(pipeline: Ocr) -> None:
    text = " ".join(["harbour master"] * 24)
    page = write(text, height=100, width=6000)
    (line,) = read(pipeline, page).lines
    assert line.box[2] - line.box[0] > 5000
    # It is squeezed to 3,200 pixels for reading, so it need not be read without a mistake.
    assert line.text.count("harbour") > 10


def test_two_thousand_words_on_a_page() -> None:
    """Only detection: reading so many takes minutes and meets no new case."""
    config = OcrConfig(PLAIN)
    model = ensure_models([config.text.detection.name])[config.text.detection.name]
    detector = Detector(model, config.engine, SLOT, None)
    page = blank(960, 2400)
    for row in range(40):
        for column in range(50):
            place = (48 * column + 8, 24 * row + 16)
            cv2.putText(page, "ox", place, cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1, cv2.LINE_AA)
    found = detector.find(page, replace(PLAIN, text_det_thresh=0.6))
    assert 500 < len(found) <= 1000, "no more are looked at"
    detector.close()


def large_page(scale: float) -> Image:
    """A page that is just too large for one look, with five lines in letters of some 22 times `scale` pixels."""
    page = blank(2144, 1504)
    for row in range(5):
        place = (100, 300 + round(row * 60 * scale))
        thickness = max(1, round(2 * scale))
        cv2.putText(page, f"Pontoon {row}", place, cv2.FONT_HERSHEY_SIMPLEX, scale, (0, 0, 0), thickness, cv2.LINE_AA)
    return page


def watch_sizes(detector: Detector, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """The sizes of what the network is shown from now on."""
    sizes: list[tuple[int, ...]] = []
    session = detector._session
    run = session.run

    def watched(batch: NDArray[np.float32]) -> Any:
        sizes.append(batch.shape[2:])
        return run(batch)

    monkeypatch.setattr(session, "run", watched)
    return sizes


@pytest.mark.parametrize("scale", [1.3, 6.0])
def test_large_pages_are_reduced_where_that_leaves_their_letters_large(
    pipeline: Ocr, monkeypatch: pytest.MonkeyPatch, scale: float
) -> None:
    page = large_page(scale)
    sizes = watch_sizes(pipeline.detector, monkeypatch)
    boxes = list(pipeline.detector.find(page, PLAIN))
    assert sizes == [(1600, 1120)]
    texts = [line.text.replace(" ", "") for line in pipeline.read(page, boxes, PLAIN)]
    assert texts == [f"Pontoon{row}" for row in range(5)]


def test_a_large_page_without_a_find_is_looked_at_whole(pipeline: Ocr, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = watch_sizes(pipeline.detector, monkeypatch)
    assert len(pipeline.detector.find(blank(2144, 1504), PLAIN)) == 0
    assert sizes == [(1600, 1120), (2144, 1504)]


@pytest.mark.parametrize(
    ("precision", "options", "expected"),
    [
        ("fp32", PLAIN, (2144, 1504)),
        ("auto", replace(PLAIN, text_det_limit_type="max", text_det_limit_side_len=2080), (2080, 1472)),
    ],
)
def test_a_size_that_was_asked_for_is_taken(
    monkeypatch: pytest.MonkeyPatch, precision: str, options: OcrOptions, expected: tuple[int, int]
) -> None:
    name = OcrConfig(PLAIN).text.detection.name
    detector = Detector(ensure_models([name])[name], EngineConfig(precision=precision), SLOT, None)
    sizes = watch_sizes(detector, monkeypatch)
    assert len(detector.find(large_page(1.3), options)) == 5
    assert sizes == [expected]
    detector.close()


corner = st.tuples(st.integers(0, 640), st.integers(0, 240))


@settings(max_examples=15)
@given(st.lists(st.lists(corner, min_size=4, max_size=4), max_size=4))
def test_any_boxes_on_the_page_are_read_or_left_out(pipeline: Ocr, boxes: list[list[tuple[int, int]]]) -> None:
    corners = [np.array(box, np.int32) for box in boxes]
    options = replace(PLAIN, return_word_box=True, use_textline_orientation=True)
    lines = pipeline.read(write("Pontoon 12", "Depth 5.2 m"), corners, options)
    assert len(lines) <= len(boxes)
    for line in lines:
        assert 0 <= line.score <= 1
        assert line.angle in (0, 1)
        assert any(np.array_equal(line.polygon, box) for box in corners)


def test_shapes_can_be_fixed() -> None:
    fixed = open_ocr(OcrConfig(PLAIN, text=TextModels(detection_shape=(3, 320, 640), recognition_shape=(3, 48, 480))))
    assert texts(read(fixed, write("Pontoon 12", "Depth 5.2 m"))) == ["Pontoon 12", "Depth 5.2 m"]
    fixed.close()


def test_a_page_is_turned_and_flattened_before_it_is_read() -> None:
    whole = open_ocr(OcrConfig())
    upright = write("Port of Ardmouth", "NOTICE TO MARINERS", "Harbour Office", "Quay Street 3", height=320)
    result = read(
        whole, np.ascontiguousarray(np.rot90(upright)), OcrOptions(PreprocessingOptions(use_doc_unwarping=False))
    )
    assert result.preprocessed.angle == 270
    assert texts(result) == ["Port of Ardmouth", "NOTICE TO MARINERS", "Harbour Office", "Quay Street 3"]
    fields = result.json()
    assert list(fields)[3] == "doc_preprocessor_res"
    assert fields["doc_preprocessor_res"] == {
        "input_path": None,
        "page_index": None,
        "model_settings": {"use_doc_orientation_classify": True, "use_doc_unwarping": False},
        "angle": 270,
    }
    flat = read(whole, upright, OcrOptions())
    assert flat.preprocessed.output_img is not flat.preprocessed.rot_img
    assert set(whole.networks()) == {"orientation", "unwarping", "detection", "line_orientation", "recognition"}
    whole.close()


def test_models_of_another_kind_are_refused() -> None:
    config = OcrConfig(PLAIN)
    models = ensure_models([config.text.detection.name, config.text.recognition.name])
    detection, recognition = models[config.text.detection.name], models[config.text.recognition.name]
    with pytest.raises(ModelError, match="does not detect text"):
        Detector(recognition, config.engine, SLOT, None)
    with pytest.raises(ModelError, match="does not read text"):
        Recognizer(detection, config.engine, SLOT, batch=6, shape=None)


def test_lines_padded_together_may_be_any_number() -> None:
    words = ["Quay", "Pontoon", "Port"]
    lines: list[NDArray[np.uint8]] = [write(word, height=80, width=60 + 20 * len(word))[25:75] for word in words]
    for batch in (1, 2, 6):
        config = OcrConfig(PLAIN, text=TextModels(recognition_batch=batch))
        model = ensure_models([config.text.recognition.name])[config.text.recognition.name]
        recognizer = Recognizer(model, config.engine, SLOT, batch=batch, shape=None)
        assert [each.line.text for each in recognizer.read(lines)] == words
        assert recognizer.read([]) == []
        recognizer.close()


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino"])
def test_lines_of_several_pages_read_together_are_those_read_alone(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a GPU does, on the CPU: only the device differs."""
    config = OcrConfig(PLAIN, engine=EngineConfig(engine, "fp32"))
    words = [["Quay", "Pontoon 12", "Port of Ardmouth"], [], ["Tide", "Pilots", "Harbour Master 1837", "Port"]]
    pages = [[write(word, height=80, width=60 + 20 * len(word))[25:75] for word in page] for page in words]
    model = ensure_models([config.text.recognition.name])[config.text.recognition.name]
    recognizer = Recognizer(model, config.engine, SLOT, batch=6, shape=None, together=True)
    runs: list[tuple[int, ...]] = []
    run = recognizer._session.run

    def count(*arrays: NDArray[Any]) -> list[NDArray[Any]]:
        runs.append(arrays[0].shape)
        return run(*arrays)

    monkeypatch.setattr(recognizer._session, "run", count)
    together = recognizer.read_pages(pages)
    assert [[read.line.text for read in page] for page in together] == words
    assert len(runs) < sum(map(len, words))
    alone = [[recognizer.read([line])[0] for line in page] for page in pages]
    for page, others in zip(together, alone, strict=True):
        for read, other in zip(page, others, strict=True):
            assert (read.line.text, read.line.columns, read.steps) == (other.line.text, other.line.columns, other.steps)
            assert read.line.score == pytest.approx(other.line.score, abs=1e-4)
    recognizer.close()


def test_several_pages_at_once_have_the_results_of_each_alone(pipeline: Ocr) -> None:
    images = [write("Quay Street"), blank(200, 300), write("Pontoon 12", "Depth 5.2 m")]
    refs = [PageRef(PageKind.ARRAY, None, None, None, f"page{number}") for number in range(3)]
    options = [replace(PLAIN, return_word_box=number == 2) for number in range(3)]
    together = pipeline.process_together(list(zip(images, refs, options, strict=True)))
    alone = [pipeline.process(*each) for each in zip(images, refs, options, strict=True)]
    assert [result.json() for result in together] == [result.json() for result in alone]
    assert [result.name for result in together] == ["page0", "page1", "page2"]
    assert pipeline.process_together([]) == []
