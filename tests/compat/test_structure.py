"""`galley.PPStructureV3` as a PaddleOCR user knows it, with real weights and real worker processes."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import yaml
from tests.pipelines.conftest import write_model
from tests.pipelines.test_seal_reader import DETECTOR_SETTINGS, NAME, yellow_graph
from tests.pipelines.test_table_networks import (
    CELL_SETTINGS,
    KIND_SETTINGS,
    cells,
    constant_label,
    labelled,
    structure_graph,
    structure_settings,
)

from galley import BadArguments, ModelError, PPStructureV3
from galley.compat.interface import make_settings
from galley.compat.keyword_tables.structure import ABSENT, STRUCTURE
from galley.compat.structure import INTERFACE
from galley.config import StructureConfig

# PaddleOCR 3.7's constructor, in its order.
UPSTREAM = """
layout_detection_model_name layout_detection_model_dir layout_threshold layout_nms layout_unclip_ratio
layout_merge_bboxes_mode chart_recognition_model_name chart_recognition_model_dir chart_recognition_batch_size
region_detection_model_name region_detection_model_dir doc_orientation_classify_model_name
doc_orientation_classify_model_dir doc_unwarping_model_name doc_unwarping_model_dir text_detection_model_name
text_detection_model_dir text_det_limit_side_len text_det_limit_type text_det_thresh text_det_box_thresh
text_det_unclip_ratio textline_orientation_model_name textline_orientation_model_dir textline_orientation_batch_size
text_recognition_model_name text_recognition_model_dir text_recognition_batch_size text_rec_score_thresh
table_classification_model_name table_classification_model_dir wired_table_structure_recognition_model_name
wired_table_structure_recognition_model_dir wireless_table_structure_recognition_model_name
wireless_table_structure_recognition_model_dir wired_table_cells_detection_model_name
wired_table_cells_detection_model_dir wireless_table_cells_detection_model_name
wireless_table_cells_detection_model_dir table_orientation_classify_model_name table_orientation_classify_model_dir
seal_text_detection_model_name seal_text_detection_model_dir seal_det_limit_side_len seal_det_limit_type
seal_det_thresh seal_det_box_thresh seal_det_unclip_ratio seal_text_recognition_model_name
seal_text_recognition_model_dir seal_text_recognition_batch_size seal_rec_score_thresh formula_recognition_model_name
formula_recognition_model_dir formula_recognition_batch_size use_doc_orientation_classify use_doc_unwarping
use_textline_orientation use_seal_recognition use_table_recognition use_formula_recognition use_chart_recognition
use_region_detection format_block_content markdown_ignore_labels lang ocr_version
""".split()  # noqa: SIM905 - one name a line would hide the rest
PER_CALL = """
use_doc_orientation_classify use_doc_unwarping use_textline_orientation use_seal_recognition use_table_recognition
use_formula_recognition use_chart_recognition use_region_detection format_block_content layout_threshold layout_nms
layout_unclip_ratio layout_merge_bboxes_mode text_det_limit_side_len text_det_limit_type text_det_thresh
text_det_box_thresh text_det_unclip_ratio text_rec_score_thresh seal_det_limit_side_len seal_det_limit_type
seal_det_thresh seal_det_box_thresh seal_det_unclip_ratio seal_rec_score_thresh use_wired_table_cells_trans_to_html
use_wireless_table_cells_trans_to_html use_table_orientation_classify use_ocr_results_with_table_cells
use_e2e_wired_table_rec_model use_e2e_wireless_table_rec_model markdown_ignore_labels
""".split()  # noqa: SIM905
FIELDS = """
input_path page_index page_count width height model_settings parsing_res_list layout_det_res overall_ocr_res
table_res_list
""".split()  # noqa: SIM905


def settings(**given: Any) -> StructureConfig:
    config: StructureConfig = make_settings(INTERFACE, "PPStructureV3", given).pipeline
    return config


def test_the_constructor_takes_what_paddleocrs_takes_in_its_order() -> None:
    assert [row.name for row in STRUCTURE] == UPSTREAM
    shown = list(inspect.signature(PPStructureV3).parameters)
    assert shown[: len(UPSTREAM)] == UPSTREAM
    assert {row.name for row in INTERFACE.call_rows} == set(PER_CALL)
    assert set(PER_CALL) < set(inspect.signature(PPStructureV3.predict).parameters)


def test_keywords_lead_to_settings() -> None:
    config = settings(
        layout_threshold={0: 0.3},
        layout_unclip_ratio=(1.0, 1.1),
        text_det_thresh=0.2,
        seal_det_thresh=0.1,
        use_textline_orientation=False,
        markdown_ignore_labels=["header"],
        use_table_recognition=False,
    )
    options = config.options
    assert (options.layout.layout_threshold, options.layout.layout_unclip_ratio) == ({0: 0.3}, (1.0, 1.1))
    assert (options.ocr.text_det_thresh, options.seal.seal_det_thresh) == (0.2, 0.1)
    assert options.markdown_ignore_labels == ("header",)
    assert not options.use_table_recognition
    assert "line_orientation" not in config.models()
    assert not options.preprocessing.use_doc_preprocessor


@pytest.mark.parametrize(
    ("given", "models"),
    [
        ({}, set()),
        ({"use_doc_orientation_classify": True}, {"orientation"}),
        ({"use_doc_unwarping": True}, {"orientation", "unwarping"}),
        ({"use_doc_unwarping": True, "use_doc_orientation_classify": False}, {"unwarping"}),
        ({"use_doc_unwarping": False}, set()),
    ],
)
def test_pages_are_preprocessed_when_asked_for(given: dict[str, bool], models: set[str]) -> None:
    assert set(settings(**given).models()) & {"orientation", "unwarping"} == models


@pytest.mark.parametrize("name", sorted(ABSENT))
def test_models_of_steps_that_are_not_there_are_refused(name: str) -> None:
    with pytest.raises(BadArguments, match=rf"{name}: Galley has no such step"):
        PPStructureV3(**{name: "anything"})


def test_models_that_are_not_there_are_named() -> None:
    with pytest.raises(ModelError, match=r"'PP-DocLayout_plus-L' is unknown; known models: .*PicoDet_LCNet"):
        PPStructureV3(layout_detection_model_name="PP-DocLayout_plus-L")
    with pytest.raises(BadArguments, match="layout_merge_bboxes_mode='biggest'"):
        PPStructureV3(layout_merge_bboxes_mode="biggest")
    with pytest.raises(BadArguments, match="layout_threshold='high' is out of range"):
        PPStructureV3(layout_threshold="high")


def test_paddlexs_own_configuration_means_the_defaults(tmp_path: Path) -> None:
    tree = {
        "pipeline_name": "PP-StructureV3",
        "use_seal_recognition": True,
        "markdown_ignore_labels": ["number"],
        "SubModules": {
            "LayoutDetection": {"model_name": "PP-DocLayout_plus-L", "model_dir": None, "threshold": {0: 0.3, 16: 0.5}},
            "ChartRecognition": {"model_name": "PP-Chart2Table", "model_dir": None},
        },
        "SubPipelines": {
            "GeneralOCR": {"SubModules": {"TextDetection": {"model_name": "PP-OCRv5_server_det", "thresh": 0.25}}}
        },
    }
    path = tmp_path / "PP-StructureV3.yaml"
    path.write_text(yaml.safe_dump(tree))
    config = settings(paddlex_config=str(path))
    assert config.layout_model == StructureConfig().layout_model
    assert config.options.layout.layout_threshold is None
    assert config.options.use_seal_recognition
    assert config.options.markdown_ignore_labels == ("number",)
    assert config.options.ocr.text_det_thresh == 0.25


@pytest.fixture(scope="module")
def pipeline(ocr_models: None, layout_models: None) -> Iterator[PPStructureV3]:
    with PPStructureV3(device="cpu", precision="fp32") as opened:
        yield opened


def test_a_page_with_a_table_is_taken_apart(pipeline: PPStructureV3, samples: Path, tmp_path: Path) -> None:
    with pypdfium2.PdfDocument(samples / "report.pdf") as document:
        page = document[1].render(scale=2.0).to_numpy()
    (result,) = pipeline.predict(page)
    assert [*result.json["res"]] == FIELDS
    assert (result["page_index"], result["page_count"]) == (None, None)
    blocks = result["parsing_res_list"]
    assert [list(block) for block in blocks[:1]] == [
        ["block_label", "block_content", "block_bbox", "block_id", "block_order"]
    ]
    labels = [block["block_label"] for block in blocks]
    assert labels == ["paragraph_title", "text", "table", "text", "text", "paragraph_title", "text", "number"]
    assert [block["block_id"] for block in blocks] == list(range(8))
    assert [block["block_order"] for block in blocks] == [1, 2, None, 3, 4, 5, 6, None]
    assert blocks[0]["block_content"] == "2 Figures"
    assert blocks[2]["block_content"] == result["table_res_list"][0]["pred_html"]
    assert "<td>Winter</td>" in blocks[2]["block_content"]
    assert result["model_settings"]["use_table_recognition"] is True
    result.save_to_json(tmp_path)
    (file,) = tmp_path.glob("*_res.json")
    assert json.loads(file.read_text()) == result.json["res"]
    assert {"layout", "detection", "recognition"} < set(result.metadata["networks"])


def test_a_call_may_leave_steps_out_and_ask_for_none(pipeline: PPStructureV3, samples: Path) -> None:
    with pytest.raises(BadArguments, match="use_seal_recognition cannot be switched on"):
        pipeline.predict(str(samples / "english.png"), use_seal_recognition=True)
    with pytest.raises(BadArguments, match=r"PPStructureV3\.predict has no keyword"):
        pipeline.predict(str(samples / "english.png"), use_magic=True)


@pytest.mark.slow
def test_tables_are_read_by_networks_that_are_given(
    ocr_models: None, layout_models: None, samples: Path, tmp_path: Path
) -> None:
    """Each network answers the same whatever it sees: a head over two columns and two cells below."""
    angles = labelled("0", "90", "180", "270")
    cells_seen = cells((0.0, 0.0, 1.0, 0.5), (0.0, 0.5, 0.5, 1.0), (0.5, 0.5, 1.0, 1.0))
    graphs = {
        "table_classification": ("PP-LCNet_x1_0_table_cls", constant_label(0, 2), KIND_SETTINGS),
        "table_orientation_classify": ("PP-LCNet_x1_0_doc_ori", constant_label(0, 4), angles),
        "wired_table_structure_recognition": ("SLANeXt_wired", structure_graph(), structure_settings()),
        "wireless_table_structure_recognition": ("SLANet_plus", structure_graph(), structure_settings()),
        "wired_table_cells_detection": ("RT-DETR-L_wired_table_cell_det", cells_seen, CELL_SETTINGS),
        "wireless_table_cells_detection": ("RT-DETR-L_wireless_table_cell_det", cells_seen, CELL_SETTINGS),
    }
    given: dict[str, Any] = {}
    for keyword, (name, graph, settings_of_model) in graphs.items():
        given |= {
            f"{keyword}_model_name": name,
            f"{keyword}_model_dir": str(write_model(tmp_path, name, graph, settings_of_model)),
        }
    with pypdfium2.PdfDocument(samples / "report.pdf") as document:
        page = document[1].render(scale=2.0).to_numpy()
    with PPStructureV3(device="cpu", precision="fp32", **given) as pipeline:
        (result,) = pipeline.predict(page)
        (from_cells,) = pipeline.predict(page, use_wired_table_cells_trans_to_html=True)
    (table,) = result["table_res_list"]
    assert table["pred_html"].startswith('<html><body><table><thead><tr><td colspan="2">')
    assert len(table["cell_box_list"]) == 3
    assert "Winter" in table["pred_html"]
    # The grid of the cells alone has no head.
    assert from_cells["table_res_list"][0]["pred_html"].startswith('<html><body><table><tbody><tr><td colspan="2">')
    assert {name for name in result.metadata["networks"] if name.startswith("table_")} == {
        *("table_classification", "table_orientation", "table_wired_structure", "table_wireless_structure"),
        *("table_wired_cells", "table_wireless_cells"),
    }


def test_networks_for_tables_are_not_opened_where_tables_are_left_out(tmp_path: Path) -> None:
    given = {"wired_table_cells_detection_model_dir": str(tmp_path)}
    assert "table_wired_cells" in settings(**given).models()
    assert "table_wired_cells" not in settings(use_table_recognition=False, **given).models()


def test_how_networks_for_tables_are_used_is_paddleocrs_default() -> None:
    assert settings().options.tables.use_e2e_wireless_table_rec_model
    assert not settings().options.tables.use_e2e_wired_table_rec_model
    assert not settings(use_table_orientation_classify=False).options.tables.use_table_orientation_classify


@pytest.mark.slow
def test_seals_are_read_with_a_network_that_is_given(
    ocr_models: None, layout_models: None, samples: Path, tmp_path: Path
) -> None:
    given = {"seal_text_detection_model_dir": str(write_model(tmp_path, NAME, yellow_graph(), DETECTOR_SETTINGS))}
    assert "seal_detection" not in settings(**given).models(), "seals are not asked for"
    with PPStructureV3(device="cpu", use_seal_recognition=True, **given) as pipeline:
        (result,) = pipeline.predict(str(samples / "seals.png"))
    assert "seal_detection" in result.metadata["networks"]
    texts = {text for seal in result["seal_res_list"] for text in seal["rec_texts"]}
    assert {"青石镇恒远创新科技有限公司", "ARDMOUTH PORT CONTROL"} < texts
