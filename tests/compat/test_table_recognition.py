"""`galley.TableRecognitionPipelineV2` as a PaddleOCR user knows it, with real weights."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from galley import BadArguments, TableRecognitionPipelineV2
from galley.compat.interface import make_settings
from galley.compat.keyword_tables.table_recognition import READING, TABLE_RECOGNITION
from galley.compat.keywords import settings_values
from galley.compat.table_recognition import INTERFACE
from galley.config import TableConfig, overlay
from galley.results import Image

# PaddleOCR 3.7's constructor, in its order.
UPSTREAM = """
layout_detection_model_name layout_detection_model_dir table_classification_model_name table_classification_model_dir
wired_table_structure_recognition_model_name wired_table_structure_recognition_model_dir
wireless_table_structure_recognition_model_name wireless_table_structure_recognition_model_dir
wired_table_cells_detection_model_name wired_table_cells_detection_model_dir
wireless_table_cells_detection_model_name wireless_table_cells_detection_model_dir
doc_orientation_classify_model_name doc_orientation_classify_model_dir doc_unwarping_model_name
doc_unwarping_model_dir text_detection_model_name text_detection_model_dir text_det_limit_side_len
text_det_limit_type text_det_thresh text_det_box_thresh text_det_unclip_ratio text_recognition_model_name
text_recognition_model_dir text_recognition_batch_size text_rec_score_thresh use_doc_orientation_classify
use_doc_unwarping use_layout_detection use_ocr_model
""".split()  # noqa: SIM905 - one name a line would hide the rest
UPSTREAM_PREDICT = """
use_doc_orientation_classify use_doc_unwarping use_layout_detection use_ocr_model overall_ocr_res layout_det_res
text_det_limit_side_len text_det_limit_type text_det_thresh text_det_box_thresh text_det_unclip_ratio
text_rec_score_thresh use_e2e_wired_table_rec_model use_e2e_wireless_table_rec_model
use_wired_table_cells_trans_to_html use_wireless_table_cells_trans_to_html use_table_orientation_classify
use_ocr_results_with_table_cells
""".split()  # noqa: SIM905
TEXTS = [["Port", "Berths", "Depth"], ["Ardmouth", "12", "9.5"], ["Kilbray", "7", "6.0"]]
PLAIN = {"use_doc_orientation_classify": False, "use_doc_unwarping": False}


@pytest.fixture(scope="module")
def crop() -> Image:
    """A table with walls that fills the picture."""
    image = np.full((240, 560, 3), 255, np.uint8)
    for row, texts in enumerate(TEXTS):
        for column, text in enumerate(texts):
            left, top = 20 + 170 * column, 20 + 65 * row
            cv2.rectangle(image, (left, top), (left + 170, top + 65), (0, 0, 0), 1)
            cv2.putText(image, text, (left + 12, top + 42), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (0, 0, 0), 2, cv2.LINE_AA)
    return image


@pytest.fixture(scope="module")
def pipeline(ocr_models: None) -> Iterator[TableRecognitionPipelineV2]:
    with TableRecognitionPipelineV2(device="cpu", serial=True, use_layout_detection=False, **PLAIN) as opened:
        yield opened


def texts(html: str) -> list[str]:
    return [piece.split("</td>")[0].split(">")[-1] for piece in html.split("<td")[1:]]


def test_the_keywords_are_paddleocrs() -> None:
    assert [row.name for row in TABLE_RECOGNITION] == UPSTREAM
    assert {row.name for row in INTERFACE.call_rows} == set(UPSTREAM_PREDICT)
    assert list(inspect.signature(TableRecognitionPipelineV2).parameters)[: len(UPSTREAM)] == UPSTREAM


@pytest.mark.parametrize("row", [*TABLE_RECOGNITION, *READING], ids=lambda row: str(row.name))
def test_every_path_sets_something(row: Any) -> None:
    values = {bool: False, int: 7, float: 0.45, str: "min" if row.choices else "some text"}
    value = values[bool] if row.parse not in values else values[row.parse]
    if row.name == "text_det_limit_type":
        value = "max"
    for given in (value, True) if value is False else (value,):
        changed = overlay(INTERFACE.defaults(), settings_values([row], {row.name: given}))
        if changed != INTERFACE.defaults():
            return
    pytest.fail(f"{row.name} is connected to nothing")


def test_models_are_used_where_their_folder_is_given() -> None:
    def steps(**given: Any) -> dict[str, str | None]:
        config = make_settings(INTERFACE, "tables", given).pipeline
        assert isinstance(config, TableConfig)
        return {step: choice.folder for step, choice in config.models().items() if step.startswith("table_")}

    assert steps() == {}
    assert steps(wired_table_cells_detection_model_dir="here") == {"table_wired_cells": "here"}
    assert steps(table_classification_model_name="another") == {"table_classification": None}


def test_a_crop_is_read_as_one_table(pipeline: TableRecognitionPipelineV2, crop: Image) -> None:
    (result,) = pipeline.predict(crop)
    fields = result.json["res"]
    assert list(fields) == ["input_path", "page_index", "model_settings", "overall_ocr_res", "table_res_list"]
    assert fields["model_settings"] == {
        "use_doc_preprocessor": False,
        "use_layout_detection": False,
        "use_ocr_model": True,
    }
    (table,) = fields["table_res_list"]
    assert texts(table["pred_html"]) == [text for row in TEXTS for text in row]
    assert len(table["cell_box_list"]) == 9
    assert {"ocr_res_img"} <= set(result.img)


def test_text_and_regions_can_be_given(pipeline: TableRecognitionPipelineV2, crop: Image) -> None:
    (first,) = pipeline.predict(crop)
    known = dict(first["overall_ocr_res"])
    known["rec_texts"] = [f"<{text}>" for text in known["rec_texts"]]
    region = {"label": "table", "score": 0.9, "coordinate": [0, 0, 560, 215]}
    (result,) = pipeline.predict(crop, use_ocr_model=False, overall_ocr_res=known, layout_det_res={"boxes": [region]})
    (table,) = result.json["res"]["table_res_list"]
    assert "&lt;Ardmouth&gt;" in table["pred_html"]
    assert result.json["res"]["layout_det_res"]["boxes"][0]["coordinate"] == [0, 0, 560, 215]


@pytest.mark.parametrize(
    "wrong",
    [{"overall_ocr_res": {"rec_texts": ["a"]}}, {"layout_det_res": {"boxes": [{"label": "table"}]}}],
)
def test_what_is_no_result_is_refused(pipeline: TableRecognitionPipelineV2, crop: Image, wrong: dict[str, Any]) -> None:
    with pytest.raises(BadArguments, match=next(iter(wrong))):
        pipeline.predict(crop, **wrong)


def test_without_ocr_the_text_must_be_given(pipeline: TableRecognitionPipelineV2, crop: Image) -> None:
    with pytest.raises(BadArguments, match="overall_ocr_res"):
        pipeline.predict(crop, use_ocr_model=False)


@pytest.mark.parametrize("turns", [1, 3])
def test_a_table_that_lies_on_its_side_is_read(pipeline: TableRecognitionPipelineV2, crop: Image, turns: int) -> None:
    lying = np.ascontiguousarray(np.rot90(crop, turns))
    (result,) = pipeline.predict(lying)
    (table,) = result.json["res"]["table_res_list"]
    assert texts(table["pred_html"]) == [text for row in TEXTS for text in row]
    left, top, right, bottom = table["cell_box_list"][0]
    # The first cell of the upright table is below on the left, or above on the right.
    assert (left < 120 and bottom > 440) if turns == 1 else (right > 120 and top < 120)
    assert bottom - top > right - left
    (as_it_lies,) = pipeline.predict(lying, use_table_orientation_classify=False)
    assert as_it_lies.json["res"]["table_res_list"][0]["pred_html"] != table["pred_html"]


def test_an_empty_picture_has_no_table(pipeline: TableRecognitionPipelineV2, tmp_path: Path) -> None:
    (result,) = pipeline.predict(np.full((100, 100, 3), 255, np.uint8))
    assert result.json["res"]["table_res_list"] == []
    result.save_all(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"array_0000_res.json", "array_0000_ocr_res_img.png"}


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (3, 2)])
def test_a_picture_of_hardly_a_pixel_has_no_table(pipeline: TableRecognitionPipelineV2, size: tuple[int, int]) -> None:
    for grey in (0, 255):
        (result,) = pipeline.predict(np.full((*size, 3), grey, np.uint8))
        assert result.json["res"]["table_res_list"] == []
