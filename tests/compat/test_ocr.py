"""`galley.OCR` as a PaddleOCR user knows it, with real weights and real worker processes."""

from __future__ import annotations

import inspect
import json
import pickle
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from galley import OCR, BadArguments, PaddleOCR, PagesFailed
from galley.compat.interface import make_settings
from galley.compat.keyword_tables.ocr import OCR as ROWS
from galley.compat.ocr import INTERFACE, LANGUAGES, translate
from galley.compat.results import Result
from galley.config import OcrConfig

# PaddleOCR 3.7's constructor, in its order.
UPSTREAM = """
doc_orientation_classify_model_name doc_orientation_classify_model_dir doc_unwarping_model_name
doc_unwarping_model_dir text_detection_model_name text_detection_model_dir textline_orientation_model_name
textline_orientation_model_dir textline_orientation_batch_size text_recognition_model_name
text_recognition_model_dir text_recognition_batch_size use_doc_orientation_classify use_doc_unwarping
use_textline_orientation text_det_limit_side_len text_det_limit_type text_det_thresh text_det_box_thresh
text_det_unclip_ratio text_det_input_shape text_rec_score_thresh return_word_box text_rec_input_shape lang
ocr_version
""".split()  # noqa: SIM905 - one name a line would hide the rest
PLAIN = {"use_doc_orientation_classify": False, "use_doc_unwarping": False, "use_textline_orientation": False}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Three small pages."""
    folder = tmp_path_factory.mktemp("pages")
    files = []
    for number, text in enumerate(["Port of Ardmouth", "Pontoon 12", "Quay Street"]):
        page = np.full((160, 420, 3), 255, np.uint8)
        cv2.putText(page, text, (20, 60), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (0, 0, 0), 2, cv2.LINE_AA)
        cv2.putText(page, f"Page {number}", (20, 120), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (0, 0, 0), 2, cv2.LINE_AA)
        files.append(str(folder / f"page{number}.png"))
        cv2.imwrite(files[-1], page)
    return files


@pytest.fixture(scope="module")
def pipeline(ocr_models: None) -> Iterator[OCR]:
    with OCR(device="cpu:0,1", **PLAIN) as opened:
        yield opened


def settings(**given: Any) -> OcrConfig:
    pipeline = make_settings(INTERFACE, "OCR", given).pipeline
    assert isinstance(pipeline, OcrConfig)
    return pipeline


def test_keywords_are_paddleocrs_in_its_order() -> None:
    assert [row.name for row in ROWS] == UPSTREAM
    shown = list(inspect.signature(OCR).parameters.values())
    assert [each.name for each in shown[:26]] == UPSTREAM
    assert {each.kind for each in shown[:26]} == {inspect.Parameter.POSITIONAL_OR_KEYWORD}
    assert len({row.name for row in INTERFACE.rows}) == len(INTERFACE.rows)
    assert list(inspect.signature(OCR.predict).parameters)[:2] == ["self", "input"]
    assert [row.name for row in INTERFACE.call_rows] == [
        *(name for name in UPSTREAM if name.startswith("use_")),
        *(name for name in UPSTREAM if name.startswith("text_det_") and name != "text_det_input_shape"),
        "text_rec_score_thresh",
        "return_word_box",
        "pdf_text",
    ]
    assert PaddleOCR is OCR


EXAMPLES: Mapping[str, Any] = {
    "text_det_limit_type": "max",
    "text_det_input_shape": [3, 320, 640],
    "text_rec_input_shape": [3, 48, 640],
}


@pytest.mark.parametrize("row", [row for row in ROWS if row.path is not None], ids=lambda row: row.name)
def test_every_keyword_sets_something(row: Any) -> None:
    by_type = {"int": 7, "float": 0.77, "flag_word": False, "str": "some text"}
    value = EXAMPLES.get(row.name, by_type[row.parse.__name__])
    if row.name == "return_word_box":
        value = True
    assert settings(**{row.name: value}) != OcrConfig()


@pytest.mark.parametrize(
    ("turn", "flatten", "expected"),
    [
        (None, None, (True, True, True)),
        (False, None, (True, False, True)),
        (None, False, (False, False, False)),
        (False, False, (False, False, False)),
        (True, None, (True, True, True)),
        (None, True, (True, True, True)),
        (True, False, (True, True, False)),
        (False, True, (True, False, True)),
    ],
)
def test_the_two_switches_mean_what_they_mean_in_paddleocr(
    turn: bool | None, flatten: bool | None, expected: tuple[bool, bool, bool]
) -> None:
    options = settings(use_doc_orientation_classify=turn, use_doc_unwarping=flatten).options
    steps = options.preprocessing.steps
    assert (
        options.preprocessing.use_doc_preprocessor,
        steps.use_doc_orientation_classify,
        steps.use_doc_unwarping,
    ) == expected


@pytest.mark.parametrize(
    ("old", "new", "value"),
    [
        ("det_db_thresh", "text_det_thresh", 0.4),
        ("det_limit_side_len", "text_det_limit_side_len", 960),
        ("det_limit_type", "text_det_limit_type", "max"),
        ("rec_batch_num", "text_recognition_batch_size", 3),
        ("use_angle_cls", "use_textline_orientation", False),
        ("det_model_dir", "text_detection_model_dir", "somewhere"),
    ],
)
def test_old_names_are_understood_with_a_warning(old: str, new: str, value: Any) -> None:
    with pytest.warns(DeprecationWarning, match=f"{old} is deprecated; use {new}"):
        assert settings(**{old: value}) == settings(**{new: value})
    with pytest.warns(DeprecationWarning), pytest.raises(BadArguments, match="mean the same"):
        settings(**{old: value, new: value})


@pytest.mark.parametrize(
    "wrong",
    [
        {"text_det_thresh": 1.5},
        {"text_det_thresh": float("nan")},
        {"text_det_box_thresh": -0.1},
        {"text_det_unclip_ratio": 0.0},
        {"text_det_unclip_ratio": float("inf")},
        {"text_rec_score_thresh": 2.0},
        {"text_det_limit_side_len": 0},
        {"text_det_limit_type": "medium"},
        {"text_recognition_batch_size": 0},
        {"text_det_input_shape": [1, 320, 320]},
        {"text_rec_input_shape": [3, 48]},
        {"text_det_thresh": "high"},
        {"ocr_version": "PP-OCRv7"},
        {"lang": "klingon"},
        {"lang": "korean"},
        {"ocr_version": "PP-OCRv5"},
    ],
    ids=str,
)
def test_impossible_values_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadArguments, match=next(iter(wrong))):
        settings(**wrong)


def test_a_language_without_models_is_told_which_there_are() -> None:
    with pytest.raises(BadArguments, match=r"PP-OCRv6_small_det and PP-OCRv6_small_rec .*chinese_cht"):
        settings(lang="korean")
    for lang in LANGUAGES:
        assert settings(lang=lang, ocr_version="PP-OCRv6") == OcrConfig()
    with pytest.warns(UserWarning, match="lang and ocr_version are ignored"):
        translate({"lang": "korean", "text_recognition_model_dir": "somewhere"})


def test_positions_count(ocr_models: None) -> None:
    with pytest.raises(BadArguments, match="twice"):
        OCR("PP-LCNet_x1_0_doc_ori", doc_orientation_classify_model_name="other")
    with pytest.raises(BadArguments, match="takes 26 values"):
        OCR(*[None] * 27)
    with OCR(None, None, None, None, "PP-OCRv6_small_det", device="cpu", **PLAIN) as opened:
        assert opened._settings.pipeline.text.detection.name == "PP-OCRv6_small_det"


def test_pages_are_read_in_order(pipeline: OCR, pages: list[str]) -> None:
    results = pipeline.predict(pages)
    assert [result["rec_texts"] for result in results] == [
        ["Port of Ardmouth", "Page 0"],
        ["Pontoon 12", "Page 1"],
        ["Quay Street", "Page 2"],
    ]
    result = results[0]
    assert result["input_path"] == pages[0]
    assert [polygon.shape for polygon in result["dt_polys"]] == [(4, 2)] * 2
    assert result["rec_boxes"].shape == (2, 4)
    assert result["doc_preprocessor_res"]["output_img"].shape == (160, 420, 3)
    assert "doc_preprocessor_res" not in result.json["res"]
    assert list(result.img) == ["ocr_res_img"]
    assert set(result.metadata["networks"]) == {"detection", "recognition"}


def test_any_number_of_workers_gives_the_same_json(pipeline: OCR, pages: list[str]) -> None:
    inputs = pages * 3

    def answer(opened: OCR) -> list[str]:
        return [json.dumps(result.json, ensure_ascii=False) for result in opened.predict(inputs, return_word_box=True)]

    two = answer(pipeline)
    assert len(two) == 9
    with OCR(serial=True, **PLAIN) as one:
        assert answer(one) == two


def test_options_of_a_call_hold_for_that_call(pipeline: OCR, pages: list[str]) -> None:
    (strict,) = pipeline.predict(pages[0], text_rec_score_thresh=1.0)
    assert strict["rec_texts"] == []
    assert len(strict["dt_polys"]) == 2
    assert strict.json["res"]["text_rec_score_thresh"] == 1.0
    (words,) = pipeline.predict(pages[0], return_word_box=True)
    assert words["text_word"][1] == ["Page", " ", "0"]
    (plain,) = pipeline.predict(pages[0])
    assert plain["rec_texts"] == ["Port of Ardmouth", "Page 0"]
    for wrong in ({"text_det_thresh": 7.0}, {"text_det_tresh": 0.3}, {"use_doc_unwarping": True}):
        with pytest.raises(BadArguments, match=r"text_det_thresh|use_doc_unwarping|use_doc_preprocessor"):
            pipeline.predict(pages[0], **wrong)


def test_results_can_be_pickled_and_saved(pipeline: OCR, pages: list[str], tmp_path: Path) -> None:
    (result,) = pipeline.predict(pages[0])
    copy = pickle.loads(pickle.dumps(result))
    assert isinstance(copy, Result)
    copy.save_all(tmp_path)
    copy.save_to_text(tmp_path)
    copy.save_to_hocr(tmp_path)
    names = ["page0.hocr", "page0.txt", "page0_ocr_res_img.png", "page0_res.json"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    assert "Ardmouth</span>" in (tmp_path / "page0.hocr").read_text()
    assert (tmp_path / "page0.txt").read_text() == "Port of Ardmouth\nPage 0\n"
    assert json.loads((tmp_path / "page0_res.json").read_text()) == result.json["res"]
    with Image.open(tmp_path / "page0_ocr_res_img.png") as picture:
        assert picture.size == (840, 160)


@pytest.mark.parametrize("kind", ["grey", "RGBA", "16-bit", "CMYK", "palette"])
def test_pictures_of_every_kind_are_read(pipeline: OCR, pages: list[str], tmp_path: Path, kind: str) -> None:
    with Image.open(pages[1]) as page:
        grey = page.convert("L")
    pictures = {
        "grey": grey,
        "RGBA": grey.convert("RGBA"),
        "16-bit": Image.fromarray(np.asarray(grey).astype(np.uint16) * 257),
        "CMYK": grey.convert("RGB").convert("CMYK"),
        "palette": grey.convert("RGB").quantize(16),
    }
    file = tmp_path / ("page.tif" if kind == "CMYK" else "page.png")
    pictures[kind].save(file)
    (result,) = pipeline.predict(str(file))
    assert result["rec_texts"] == ["Pontoon 12", "Page 1"]


def test_arrays_that_are_no_pages_cost_the_others_nothing(pipeline: OCR, pages: list[str]) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (300, 200, 3), dtype=np.uint8)
    empty = [
        np.zeros((1, 1, 3), np.uint8),
        np.full((1, 5000, 3), 255, np.uint8),
        np.full((90, 90), 255, np.uint8),
        noise,
    ]
    wrong = [
        np.full((40, 40, 3), np.nan, np.float32),
        np.full((40, 40, 4), 255, np.uint8),
        np.full((40, 40, 3), 65535, np.uint16),
        np.zeros((0, 40, 3), np.uint8),
    ]
    with pytest.raises(PagesFailed) as caught:
        pipeline.predict([*empty, *wrong, pages[1]])
    assert len(caught.value.failures) == len(wrong)
    for failure in caught.value.failures:
        assert "pixels must be uint8, of shape (height, width, 3)" in failure.message
    assert [result["rec_texts"] for result in caught.value.results] == [[], [], [], [], ["Pontoon 12", "Page 1"]]


def test_the_old_method_still_works(pipeline: OCR, pages: list[str]) -> None:
    with pytest.warns(DeprecationWarning, match="use predict"):
        (result,) = pipeline.ocr(pages[2])
    assert result["rec_texts"][0] == "Quay Street"


def test_settings_are_exported_as_paddlex_yaml_and_read_back(ocr_models: None, tmp_path: Path) -> None:
    path = tmp_path / "OCR.yaml"
    with OCR(
        device="cpu", text_det_thresh=0.4, text_det_input_shape=(3, 320, 640), return_word_box=True, **PLAIN
    ) as one:
        one.export_paddlex_config_to_yaml(path)
        with OCR(device="cpu", paddlex_config=str(path)) as other:
            assert other._settings == one._settings
