"""`galley.SealRecognition` as a PaddleOCR user knows it, with real weights and real worker processes."""

from __future__ import annotations

import inspect
import json
import pickle
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from galley import BadArguments, SealRecognition
from galley.compat.interface import make_settings
from galley.compat.keyword_tables.seal import SEAL
from galley.compat.seal_recognition import INTERFACE, PDF_SCALE
from galley.errors import ModelError

# PaddleOCR 3.7's constructor, in its order.
UPSTREAM = """
doc_orientation_classify_model_name doc_orientation_classify_model_dir doc_unwarping_model_name
doc_unwarping_model_dir layout_detection_model_name layout_detection_model_dir seal_text_detection_model_name
seal_text_detection_model_dir text_recognition_model_name text_recognition_model_dir text_recognition_batch_size
use_doc_orientation_classify use_doc_unwarping use_layout_detection layout_threshold layout_nms layout_unclip_ratio
layout_merge_bboxes_mode seal_det_limit_side_len seal_det_limit_type seal_det_thresh seal_det_box_thresh
seal_det_unclip_ratio seal_rec_score_thresh
""".split()  # noqa: SIM905 - one name a line would hide the rest

COMPANY = {"青石镇恒远创新科技有限公司", "5203140077126", "合同专用章"}
"""On the first seal of the sample page."""


@pytest.fixture(scope="module")
def pipeline(ocr_models: None) -> Iterator[SealRecognition]:
    with SealRecognition(device="cpu:0,1", use_doc_orientation_classify=False, use_doc_unwarping=False) as opened:
        yield opened


def test_keywords_are_paddleocrs_in_its_order() -> None:
    assert [row.name for row in SEAL] == UPSTREAM
    assert list(inspect.signature(SealRecognition).parameters)[: len(UPSTREAM)] == UPSTREAM
    assert [row.name for row in INTERFACE.call_rows] == [*UPSTREAM[11:], "layout_det_res"]
    assert all(row.yaml is not None for row in SEAL)


def test_a_page_with_seals(pipeline: SealRecognition, samples: Path, tmp_path: Path) -> None:
    (result,) = pipeline.predict(str(samples / "seals.png"))
    assert list(result.json["res"]) == [
        *("input_path", "page_index", "model_settings", "layout_det_res", "seal_res_list")
    ]
    assert result.json["res"]["model_settings"] == {"use_doc_preprocessor": False, "use_layout_detection": True}
    assert [box["label"] for box in result["layout_det_res"]["boxes"]] == ["seal", "seal"]
    company, harbour = result["seal_res_list"]
    assert company["rec_texts"][0] == "青石镇恒远创新科技有限公司"
    assert set(company["rec_texts"]) == COMPANY
    assert harbour["rec_texts"] == ["ARDMOUTH PORT CONTROL", "HARBOUR OFFICE", "APPROVED"]
    for seal, box in zip((company, harbour), result["layout_det_res"]["boxes"], strict=True):
        assert seal["text_type"] == "seal"
        assert seal["rec_boxes"].shape == (0, 4)
        left, top, right, bottom = box["coordinate"]
        for polygon in seal["rec_polys"]:
            assert len(polygon) >= 4
            assert (polygon >= np.array([left, top]) - 30).all()
            assert (polygon <= np.array([right, bottom]) + 30).all()
    assert list(result.img) == ["layout_det_res", "seal_res_region1", "seal_res_region2"]
    result.save_all(tmp_path)
    result.save_to_text(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        *("seals_res.json", "seals.txt", "seals_layout_det_res.png"),
        *("seals_seal_res_region1.png", "seals_seal_res_region2.png"),
    }
    assert json.loads((tmp_path / "seals_res.json").read_text())["seal_res_list"][0]["rec_boxes"] == []
    assert pickle.loads(pickle.dumps(result)).json == result.json


def test_regions_can_be_given(pipeline: SealRecognition, samples: Path) -> None:
    (found,) = pipeline.predict(str(samples / "seals.png"))
    boxes = found["layout_det_res"]["boxes"]
    known = {"boxes": [{**boxes[1], "score": 0.25}, {**boxes[0], "label": "text"}]}
    for given in (known, [known]):
        (result,) = pipeline.predict(str(samples / "seals.png"), layout_det_res=given)
        assert result["layout_det_res"]["boxes"] == known["boxes"]
        (seal,) = result["seal_res_list"]
        assert seal["rec_texts"] == found["seal_res_list"][1]["rec_texts"]
    (none,) = pipeline.predict(str(samples / "seals.png"), layout_det_res={"boxes": []}, use_layout_detection=False)
    assert none["seal_res_list"] == []
    for wrong in ([known, known], {"boxes": [{"label": "seal"}]}, "somewhere"):
        with pytest.raises(BadArguments, match="layout_det_res"):
            pipeline.predict(str(samples / "seals.png"), layout_det_res=wrong)


def test_a_picture_of_one_seal_even_on_its_head(pipeline: SealRecognition, samples: Path) -> None:
    page = np.asarray(cv2.imread(str(samples / "seals.png")), np.uint8)
    (found,) = pipeline.predict(page)
    left, top, right, bottom = (round(edge) for edge in found["layout_det_res"]["boxes"][0]["coordinate"])
    crop = page[top - 15 : bottom + 15, left - 15 : right + 15]
    for picture in (crop, np.ascontiguousarray(crop[::-1, ::-1])):
        (result,) = pipeline.predict(picture, use_layout_detection=False)
        assert "layout_det_res" not in result
        (seal,) = result["seal_res_list"]
        assert set(seal["rec_texts"]) == COMPANY


def test_pages_without_seals_say_so(pipeline: SealRecognition, samples: Path) -> None:
    tiny = np.zeros((1, 1, 3), np.uint8)
    results = pipeline.predict([str(samples / "english.png"), np.full((300, 400, 3), 255, np.uint8), tiny])
    for result in results:
        assert result["seal_res_list"] == []
        assert any("no seal was found" in note for note in result.metadata["notes"])
    (result,) = pipeline.predict(tiny, use_layout_detection=False)
    assert result["seal_res_list"][0]["rec_texts"] == []
    assert any("too small" in note for note in result.metadata["notes"])


def test_scores_below_the_threshold_are_left_out(pipeline: SealRecognition, samples: Path) -> None:
    (result,) = pipeline.predict(str(samples / "seals.png"), seal_rec_score_thresh=1.0)
    seal = result["seal_res_list"][0]
    assert seal["text_rec_score_thresh"] == 1.0
    assert len(seal["dt_polys"]) == 3
    assert len(seal["rec_texts"]) < 3


def test_documents_are_rendered_finely_unless_the_user_says_otherwise() -> None:
    assert make_settings(INTERFACE, "seals", {}).inputs.pdf_scale == PDF_SCALE
    assert PDF_SCALE * 72 >= 200
    assert make_settings(INTERFACE, "seals", {"pdf_scale": 2.0}).inputs.pdf_scale == 2.0


@pytest.mark.parametrize(
    ("turn", "flatten", "whole", "on"),
    [
        (None, None, False, True),
        (True, None, False, True),
        (False, None, False, True),
        (None, False, False, False),
        (False, True, False, True),
        (None, None, True, False),
        (True, None, True, True),
    ],
)
def test_whether_pages_are_preprocessed(turn: bool | None, flatten: bool | None, whole: bool, on: bool) -> None:
    given = {
        "use_doc_orientation_classify": turn,
        "use_doc_unwarping": flatten,
        "use_layout_detection": False if whole else None,
    }
    options = make_settings(INTERFACE, "seals", given).pipeline.options
    assert options.preprocessing.use_doc_preprocessor is on


@pytest.mark.parametrize(
    "wrong",
    [
        {"seal_det_thresh": 2.0},
        {"seal_det_limit_type": "middle"},
        {"layout_merge_bboxes_mode": "some"},
        {"seal_det_tresh": 0.2},
        {"text_recognition_batch_size": 0},
    ],
)
def test_wrong_keywords_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadArguments):
        SealRecognition(**wrong)


def test_a_folder_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ModelError, match="does not exist"):
        SealRecognition(seal_text_detection_model_dir="nowhere")
