"""Networks for tables in PaddleX's forms, on graphs whose answers are known; official weights were not at hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tests.pipelines.test_layout_detector import RT_DETR, detector
from tests.pipelines.test_table_reader import ROWS, Spelling, draw, line

from galley.config import EngineConfig
from galley.config.table import TableReadingOptions
from galley.devices import Slot
from galley.errors import ModelError
from galley.models.folder import read_folder
from galley.models.rules import Model, TableStructureRules, Task
from galley.pipelines.table_networks import StructureNetwork, TableNetworks
from galley.pipelines.table_reader import TableReader
from galley.results import Image, TextLine

SaveFolder = Callable[[str, onnx.GraphProto, dict[str, Any]], Path]
DICTIONARY = ["<thead>", "</thead>", "<tbody>", "</tbody>", "<tr>", "</tr>", "<td>", "<td", ">", "</td>"]
DICTIONARY += [' colspan="2"', ' rowspan="2"']
TOKENS = ["sos", *(each for each in DICTIONARY if each != "<td>"), "<td></td>", "eos"]
"""What PaddleX makes of the dictionary: cells without span are one token."""
HEAD = ["<thead>", "<tr>", "<td", ' colspan="2"', ">", "</td>", "</tr>", "</thead>"]
BODY = ["<tbody>", "<tr>", "<td></td>", "<td></td>", "</tr>", "</tbody>", "eos", "<td></td>"]
BOXES = {2: (0.0, 0.0, 1.0, 0.5), 10: (0.0, 0.5, 0.5, 1.0), 11: (0.5, 0.5, 1.0, 1.0)}
"""Step -> left, top, right, bottom of its cell, as parts of the picture's edges."""


def operators(edge: int = 488) -> list[dict[str, Any]]:
    return [
        {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
        {"TableLabelEncode": {"learn_empty_box": False, "merge_no_span_structure": True}},
        {"TableBoxEncode": {"in_box_format": "xyxy", "out_box_format": "xyxy"}},
        {"ResizeTableImage": {"max_len": edge, "resize_bboxes": True}},
        {"NormalizeImage": {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "scale": "1./255."}},
        {"PaddingTableImage": {"size": [edge, edge]}},
        {"ToCHWImage": None},
        {"KeepKeys": {"keep_keys": ["image", "shape"]}},
    ]


def structure_settings() -> dict[str, Any]:
    after = {"name": "TableLabelDecode", "merge_no_span_structure": True, "character_dict": DICTIONARY}
    return {"PreProcess": {"transform_ops": operators()}, "PostProcess": after}


def structure_graph(shape: tuple[float, float] = (1.0, 1.0)) -> onnx.GraphProto:
    """A graph that answers the same table whatever it sees; boxes are parts of `shape`, across and down."""
    words = [*HEAD, *BODY]
    scores = np.zeros((1, len(words), len(TOKENS)), np.float32)
    scores[0, np.arange(len(words)), [TOKENS.index(word) for word in words]] = 0.9
    boxes = np.zeros((1, len(words), 8), np.float32)
    for step, (left, top, right, bottom) in BOXES.items():
        corners = np.array([left, top, right, top, right, bottom, left, bottom], np.float32)
        boxes[0, step] = corners * np.tile(shape, 4)
    constants = {"boxes": boxes, "scores": scores, "zero": np.zeros(1, np.float32)}
    nodes = [
        helper.make_node("ReduceMean", ["x"], ["mean"], keepdims=0),
        helper.make_node("Mul", ["mean", "zero"], ["nothing"]),
        helper.make_node("Add", ["boxes", "nothing"], ["where"]),
        helper.make_node("Add", ["scores", "nothing"], ["what"]),
    ]
    return helper.make_graph(
        nodes,
        "structure",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, 488, 488])],
        [
            helper.make_tensor_value_info("where", TensorProto.FLOAT, list(boxes.shape)),
            helper.make_tensor_value_info("what", TensorProto.FLOAT, list(scores.shape)),
        ],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )


def kind_graph() -> onnx.GraphProto:
    """A classifier that takes dark pictures for tables with walls."""
    constants = {"minus": np.array([-1.0, 1.0], np.float32)}
    return helper.make_graph(
        [
            helper.make_node("ReduceMean", ["x"], ["mean"], axes=[1, 2, 3], keepdims=0),
            helper.make_node("Unsqueeze", ["mean", "last"], ["column"]),
            helper.make_node("Mul", ["column", "minus"], ["scores"]),
        ],
        "kind",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, 224, 224])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", 2])],
        [
            *(numpy_helper.from_array(value, name) for name, value in constants.items()),
            numpy_helper.from_array(np.array([1], np.int64), "last"),
        ],
    )


KIND_SETTINGS = {
    "PreProcess": {
        "transform_ops": [
            {"ResizeImage": {"resize_short": 256}},
            {"CropImage": {"size": 224}},
            {"NormalizeImage": {"mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5], "scale": "1./255.", "order": ""}},
            {"ToCHWImage": None},
        ]
    },
    "PostProcess": {"Topk": {"topk": 1, "label_list": ["wired_table", "wireless_table"]}},
}
CELL_SETTINGS = {"mode": "paddle", "draw_threshold": 0.5, "Preprocess": RT_DETR, "label_list": ["cell"]}


def cells(*boxes: tuple[float, float, float, float]) -> onnx.GraphProto:
    """A detector that sees these boxes, parts of the picture's edges, the first with the mean of its input as score."""
    return detector(800, ("image", "im_shape", "scale_factor"), *((0.0, 0.9, *box) for box in boxes))


@pytest.fixture
def slanext(save_folder: SaveFolder) -> Model:
    return read_folder(save_folder("SLANeXt_wired", structure_graph((0.5, 0.25)), structure_settings()))


def constant_label(place: int, count: int) -> onnx.GraphProto:
    """A classifier that is always sure of the same one of its labels."""
    scores = np.eye(count, dtype=np.float32)[place : place + 1]
    return helper.make_graph(
        [
            helper.make_node("ReduceMean", ["x"], ["mean"], axes=[1, 2, 3], keepdims=0),
            helper.make_node("Mul", ["mean", "zero"], ["nothing"]),
            helper.make_node("Add", ["constant", "nothing"], ["scores"]),
        ],
        "label",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, 224, 224])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", count])],
        [
            numpy_helper.from_array(scores, "constant"),
            numpy_helper.from_array(np.zeros(1, np.float32), "zero"),
        ],
    )


def labelled(*labels: str) -> dict[str, Any]:
    """The settings of a classifier with these labels."""
    return KIND_SETTINGS | {"PostProcess": {"Topk": {"topk": 1, "label_list": list(labels)}}}


ANGLES = ("0", "90", "180", "270")


def test_the_rules_of_a_structure_network_are_read(slanext: Model) -> None:
    assert slanext.task is Task.TABLE_STRUCTURE
    assert isinstance(slanext.rules, TableStructureRules)
    assert list(slanext.rules.tokens) == TOKENS
    assert (slanext.rules.long_edge, slanext.rules.padded, slanext.rules.channels) == (488, (488, 488), "BGR")
    assert not slanext.rules.of_picture


def test_tokens_and_boxes_become_cells(slanext: Model, slot: Slot) -> None:
    network = StructureNetwork(slanext, EngineConfig(), slot)
    # 400 x 200 pixels become 488 x 244 of 488 x 488: half of the padded height is the picture's whole height, and so
    # on; the graph's boxes are parts of the padded edges, which are 400 pixels of the picture each.
    found = network.find(np.full((200, 400, 3), 255, np.uint8))
    network.close()
    assert [(each.row, each.column, each.rows, each.columns) for each in found.cells] == [
        (0, 0, 1, 2),
        (1, 0, 1, 1),
        (1, 1, 1, 1),
    ]
    assert found.head_rows == 1
    frames = [each.frame for each in found.cells]
    assert frames[0] is not None and frames[2] is not None
    assert (frames[0].right, frames[0].bottom) == pytest.approx((200, 50))
    assert (frames[2].left, frames[2].top) == pytest.approx((100, 50))


def test_precision_int8_leaves_networks_without_such_a_graph_as_they_are(slanext: Model, slot: Slot) -> None:
    network = StructureNetwork(slanext, EngineConfig(precision="int8"), slot)
    assert network.info.precision in ("fp32", "bf16")
    network.close()


def test_boxes_of_slanet_are_parts_of_the_picture(save_folder: SaveFolder, slot: Slot) -> None:
    model = read_folder(save_folder("SLANet", structure_graph(), structure_settings()))
    network = StructureNetwork(model, EngineConfig(), slot)
    found = network.find(np.full((200, 400, 3), 255, np.uint8))
    network.close()
    frame = found.cells[0].frame
    assert frame is not None
    assert (frame.right, frame.bottom) == pytest.approx((400, 100))


def test_a_network_with_other_tokens_is_named(save_folder: SaveFolder, slot: Slot) -> None:
    settings = structure_settings()
    settings["PostProcess"]["character_dict"] = DICTIONARY[:5]
    network = StructureNetwork(
        read_folder(save_folder("SLANet_plus", structure_graph(), settings)), EngineConfig(), slot
    )
    with pytest.raises(ModelError, match="names 8 tokens"):
        network.find(np.full((50, 50, 3), 255, np.uint8))
    network.close()


def test_another_kind_of_model_is_refused(brightest_channel: Path, slot: Slot) -> None:
    with pytest.raises(ModelError, match="does not write the structure of tables"):
        StructureNetwork(read_folder(brightest_channel), EngineConfig(), slot)


def test_the_classifier_decides_which_networks_are_asked(save_folder: SaveFolder, slot: Slot, slanext: Model) -> None:
    kind = read_folder(save_folder("PP-LCNet_x1_0_table_cls", kind_graph(), KIND_SETTINGS))
    assert kind.task is Task.TABLE_KIND
    networks = TableNetworks({"table_classification": kind, "table_wired_structure": slanext}, EngineConfig(), slot)
    dark, light = np.zeros((60, 90, 3), np.uint8), np.full((60, 90, 3), 255, np.uint8)
    assert networks.has_walls(dark) is True
    assert networks.has_walls(light) is False
    assert networks.find(dark, True, TableReadingOptions()) is not None
    assert networks.find(light, False, TableReadingOptions()) is None
    assert set(networks.networks()) == {"table_classification", "table_wired_structure"}
    networks.close()


def test_detected_cells_alone_make_the_grid(save_folder: SaveFolder, slot: Slot) -> None:
    """A detector of cells without a network of the structure: the table is the grid of its boxes, read by our OCR."""
    image, lines = draw(ROWS, walls=False)
    height, width = image.shape[:2]
    boxes = [
        ((20 + 160 * c) / width, (20 + 44 * r) / height, (180 + 160 * c) / width, (64 + 44 * r) / height)
        for r in range(4)
        for c in range(3)
    ]
    model = read_folder(save_folder("RT-DETR-L_wireless_table_cell_det", cells(*boxes), CELL_SETTINGS))
    networks = TableNetworks({"table_wireless_cells": model}, EngineConfig(), slot)
    table = TableReader(Spelling(), networks).read(image, (0, 0, width, height), lines)
    networks.close()
    assert table is not None
    assert [cell.text for cell in table.cells] == [text for row in ROWS for text in row]
    assert table.cells[4].box == pytest.approx((180, 64, 340, 108), abs=1)


def test_detected_cells_correct_the_boxes_of_the_structure_unless_it_is_asked_alone(
    save_folder: SaveFolder, slot: Slot
) -> None:
    structure = read_folder(save_folder("SLANet", structure_graph(), structure_settings()))
    seen = cells((0.02, 0.04, 0.96, 0.5), (0.02, 0.5, 0.5, 0.9), (0.5, 0.5, 0.96, 0.9))
    detected = read_folder(save_folder("RT-DETR-L_wired_table_cell_det", seen, CELL_SETTINGS))
    models = {"table_wired_structure": structure, "table_wired_cells": detected}
    networks = TableNetworks(models, EngineConfig(), slot)
    image = np.full((200, 400, 3), 255, np.uint8)
    both = networks.find(image, True, TableReadingOptions())
    alone = networks.find(image, True, TableReadingOptions(use_e2e_wired_table_rec_model=True))
    grid = networks.find(image, True, TableReadingOptions(use_wired_table_cells_trans_to_html=True))
    networks.close()
    assert both is not None and alone is not None and grid is not None
    assert both.cells[0].frame is not None and alone.cells[0].frame is not None
    assert both.cells[0].frame.left == pytest.approx(8, abs=0.5)
    assert alone.cells[0].frame.left == 0
    assert both.head_rows == 1 and grid.head_rows == 0
    assert [each.columns for each in grid.cells] == [2, 1, 1]


def test_lines_over_several_cells_are_cut_unless_told_otherwise(save_folder: SaveFolder, slot: Slot) -> None:
    image, lines = draw([["left", "right"]], walls=False)
    cv2.putText(image, "x", (150, 50), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (0, 0, 0), 1)
    merged = [type(lines[0])(np.array([[26, 30], [250, 30], [250, 56], [26, 56]], np.int32), -1, "left right", 0.9)]
    boxes = ((0.04, 0.1, 0.5, 0.9), (0.5, 0.1, 0.98, 0.9))
    model = read_folder(save_folder("RT-DETR-L_wireless_table_cell_det", cells(*boxes), CELL_SETTINGS))
    networks = TableNetworks({"table_wireless_cells": model}, EngineConfig(), slot)
    box = (0, 0, image.shape[1], image.shape[0])
    cut = TableReader(Spelling(), networks).read(image, box, merged)
    whole = TableReader(Spelling(), networks).read(
        image, box, merged, options=TableReadingOptions(use_ocr_results_with_table_cells=False)
    )
    networks.close()
    assert cut is not None and whole is not None
    assert [cell.text for cell in cut.cells] == ["#0", "#1"]
    assert sorted(cell.text for cell in whole.cells) == ["", "left right"]


@pytest.mark.parametrize("angle", ANGLES)
def test_a_network_says_how_a_table_is_turned(angle: str, save_folder: SaveFolder, slot: Slot) -> None:
    upright, lines = draw(ROWS, walls=True)
    turned = np.ascontiguousarray(np.rot90(upright, -(int(angle) // 90)))
    folder = save_folder("PP-LCNet_x1_0_doc_ori", constant_label(ANGLES.index(angle), 4), labelled(*ANGLES))
    networks = TableNetworks({"table_orientation": read_folder(folder)}, EngineConfig(), slot)
    shown: list[Image] = []

    def read_text(picture: Image) -> list[TextLine]:
        shown.append(picture)
        return lines

    # Where the page was read before, there was something, whatever it was.
    seen = lines if angle == "0" else [line(40, 40, 90, 60, "?")]
    box = (0, 0, turned.shape[1], turned.shape[0])
    table = TableReader(Spelling(), networks, read_text).read(turned, box, seen)
    off = TableReadingOptions(use_table_orientation_classify=False)
    as_it_lies = TableReader(Spelling(), networks, read_text).read(turned, box, seen, options=off, is_certain=True)
    networks.close()
    assert table is not None and as_it_lies is not None
    assert [cell.text for cell in table.cells] == [text for row in ROWS for text in row]
    assert all(np.array_equal(picture, upright) for picture in shown) and len(shown) == (angle != "0")
    left, top, right, bottom = (round(value) for value in table.cells[0].box)
    corner = {"0": (20, 20), "90": (turned.shape[1] - 64, 20), "180": (turned.shape[1] - 180, turned.shape[0] - 64)}
    assert (left, top) == pytest.approx(corner.get(angle, (20, turned.shape[0] - 180)), abs=2)
    assert (right - left > bottom - top) == (angle in ("0", "180"))


def test_a_network_that_tells_no_angles_is_refused(save_folder: SaveFolder, slot: Slot) -> None:
    folder = save_folder("PP-LCNet_x1_0_doc_ori", constant_label(0, 2), labelled("up", "down"))
    with pytest.raises(ModelError, match="does not tell angles of 0 to 270, but up, down"):
        TableNetworks({"table_orientation": read_folder(folder)}, EngineConfig(), slot)
