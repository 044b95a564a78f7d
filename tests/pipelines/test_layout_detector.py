"""The layout step: on graphs whose answers are known, in PaddleX's forms, and on a real page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from galley.config import EngineConfig, LayoutOptions
from galley.devices import Slot
from galley.errors import ModelError
from galley.models.folder import read_folder
from galley.models.rules import LayoutRules, Task
from galley.models.store import ensure_models
from galley.pipelines.layout_detector import LayoutDetector

SaveFolder = Callable[[str, onnx.GraphProto, dict[str, Any]], Path]
PLUS_L = [
    *("paragraph_title", "image", "text", "number", "abstract", "content", "figure_title", "formula", "table"),
    *("reference", "doc_title", "footnote", "header", "algorithm", "footer", "seal", "chart", "formula_number"),
    *("aside_text", "reference_content"),
]
"""The labels of PP-DocLayout_plus-L, in its order."""
RT_DETR: list[dict[str, Any]] = [
    {"type": "Resize", "target_size": [800, 800], "keep_ratio": False, "interp": 2},
    {"type": "NormalizeImage", "mean": [0.0, 0.0, 0.0], "std": [1.0, 1.0, 1.0], "norm_type": "none"},
    {"type": "Permute"},
]
PICODET: list[dict[str, Any]] = [
    {"type": "Resize", "target_size": [640, 480], "keep_ratio": False, "interp": 2},
    {"type": "NormalizeImage", "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "is_scale": True},
    {"type": "Permute"},
]
PAGE = np.full((400, 200, 3), 255, np.uint8)


def detector(size: int, inputs: tuple[str, ...], *answer: tuple[float, ...]) -> onnx.GraphProto:
    """A graph that answers these rows and their number, the boxes in the pixels of `im_shape` over `scale_factor`.

    The boxes of `answer` are parts of the page's width and height; the score of the first row is the mean of its input.
    """
    columns = len(answer[0])
    edges = np.zeros((1, columns), np.float32)
    edges[0, 2:6] = 1
    across = np.zeros((2, columns), np.float32)
    across[1, [2, 4]] = across[0, [3, 5]] = size
    shapes = {"image": ["n", 3, size, size], "im_shape": ["n", 2], "scale_factor": ["n", 2]}
    first = np.zeros((len(answer), columns), np.float32)
    first[0, 1] = 1
    constants = {
        "answer": np.array(answer, np.float32),
        "others": 1 - edges,
        "across": across,
        "first": first,
        "one": np.ones(1, np.float32),
        "count": np.array([len(answer)], np.int32),
    }
    nodes = [
        helper.make_node("Div", ["one", "scale_factor"], ["inverse"]),
        helper.make_node("MatMul", ["inverse", "across"], ["sides"]),
        helper.make_node("Add", ["sides", "others"], ["factors"]),
        helper.make_node("Mul", ["answer", "factors"], ["boxes"]),
        helper.make_node("ReduceMean", ["image"], ["mean"], keepdims=0),
        helper.make_node("Mul", ["first", "mean"], ["seen"]),
        helper.make_node("Add", ["boxes", "seen"], ["rows"]),
        helper.make_node("Identity", ["count"], ["number"]),
    ]
    if "im_shape" in inputs:
        nodes[0] = helper.make_node("Div", ["one", "scale"], ["inverse"])
        constants["size"] = np.array([size], np.float32)
        nodes.insert(0, helper.make_node("Div", ["im_shape", "size"], ["whole"]))
        nodes.insert(1, helper.make_node("Mul", ["whole", "scale_factor"], ["scale"]))
    return helper.make_graph(
        nodes,
        "detector",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shapes[name]) for name in inputs],
        [
            helper.make_tensor_value_info("rows", TensorProto.FLOAT, ["k", columns]),
            helper.make_tensor_value_info("number", TensorProto.INT32, [1]),
        ],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )


def settings(labels: list[str], operators: list[dict[str, Any]] = RT_DETR, **more: Any) -> dict[str, Any]:
    return {"mode": "paddle", "draw_threshold": 0.5, "Preprocess": operators, "label_list": labels, **more}


ROWS = (
    (2, -0.1, 0.1, 0.1, 0.5, 0.2),  # text; its score becomes 0.9 on a white page
    (0, 0.35, 0.1, 0.05, 0.9, 0.08),  # a title, above its own threshold
    (8, 0.45, 0.1, 0.6, 0.9, 0.9),  # a table, below its own
    (1, 0.8, 0.1, 0.3, 0.5, 0.5),
)


@pytest.mark.parametrize("engine", ["openvino", "onnxruntime"])
@pytest.mark.parametrize("inputs", [("im_shape", "image", "scale_factor"), ("scale_factor", "image")])
def test_a_folder_of_pp_doclayout_is_fed_by_name_and_its_rows_are_read(
    save_folder: SaveFolder, slot: Slot, engine: str, inputs: tuple[str, ...]
) -> None:
    folder = save_folder("PP-DocLayout_plus-L", detector(800, inputs, *ROWS), settings(PLUS_L))
    model = read_folder(folder, "PP-DocLayout_plus-L", Task.LAYOUT)
    opened = LayoutDetector(model, EngineConfig(engine, "fp32"), slot)
    found = opened.find(PAGE, LayoutOptions())
    opened.close()
    assert [(box.class_id, box.label, box.order) for box in found] == [
        (2, "text", None),
        (1, "image", None),
        (0, "paragraph_title", None),
    ]
    assert found[0].score == pytest.approx(0.9)
    assert found[0].box == pytest.approx((20, 40, 100, 80), abs=1e-3)
    assert found[0].json() == {"cls_id": 2, "label": "text", "score": found[0].score, "coordinate": list(found[0].box)}


def test_what_the_user_says_goes_before_what_the_folder_says(save_folder: SaveFolder, slot: Slot) -> None:
    graph = detector(800, ("image", "scale_factor"), *ROWS)
    folder = save_folder("PP-DocLayout-L", graph, settings(PLUS_L, layout_nms=True, draw_threshold=0.6))
    opened = LayoutDetector(read_folder(folder), EngineConfig(precision="fp32"), slot)
    assert [box.label for box in opened.find(PAGE, LayoutOptions())] == ["text", "image"]
    assert len(opened.find(PAGE, LayoutOptions(0.1))) == 4
    wide = opened.find(PAGE, LayoutOptions(layout_threshold=0.7, layout_unclip_ratio=(1.0, 2.0)))
    assert wide[0].box == pytest.approx((20, 20, 100, 100), abs=1e-3)
    opened.close()


@pytest.mark.parametrize(
    ("name", "columns"), [("PP-DocLayoutV2", [(7.0, 2.0), (7.0, 5.0)]), ("PP-DocLayoutV3", [(9.0,), (4.0,)])]
)
def test_models_that_know_the_reading_order_say_it(
    save_folder: SaveFolder, slot: Slot, name: str, columns: list[tuple[float, ...]]
) -> None:
    later, sooner = (ROWS[0] + columns[0], ROWS[3] + columns[1])
    folder = save_folder(name, detector(800, ("im_shape", "image", "scale_factor"), later, sooner), settings(PLUS_L))
    opened = LayoutDetector(read_folder(folder), EngineConfig(precision="fp32"), slot)
    assert [(box.label, box.order) for box in opened.find(PAGE, LayoutOptions())] == [("image", 0), ("text", 1)]
    opened.close()


def test_picodet_is_given_no_im_shape_and_sees_its_own_colours(save_folder: SaveFolder, slot: Slot) -> None:
    row = (0, 1.0, 0.0, 0.0, 0.5, 0.5)
    graph = detector(480, ("image", "scale_factor"), row)
    graph.input[0].type.tensor_type.shape.dim[2].dim_value = 640
    folder = save_folder("PP-DocLayout-S", graph, settings(["text", "image"], PICODET))
    model = read_folder(folder)
    assert isinstance(model.rules, LayoutRules)
    assert (model.rules.size, model.rules.cubic, model.rules.channels) == ((480, 640), True, "RGB")
    opened = LayoutDetector(model, EngineConfig(precision="fp32"), slot)
    red = np.zeros_like(PAGE)
    red[:, :, 2] = 255
    expected = np.mean([(1 - 0.485) / 0.229, (0 - 0.456) / 0.224, (0 - 0.406) / 0.225])
    (box,) = opened.find(red, LayoutOptions(0.0))
    assert box.score == pytest.approx(1 + expected, abs=1e-3)
    opened.close()


def test_a_detector_of_table_cells_is_one_too(save_folder: SaveFolder, slot: Slot) -> None:
    folder = save_folder(
        "RT-DETR-L_wired_table_cell_det",
        detector(640, ("im_shape", "image", "scale_factor"), (0, -0.1, 0.0, 0.0, 0.5, 0.25)),
        settings(["cell"], [{**RT_DETR[0], "target_size": [640, 640]}, *RT_DETR[1:]]),
    )
    model = read_folder(folder, task=Task.TABLE_CELLS)
    opened = LayoutDetector(model, EngineConfig(precision="fp32"), slot)
    (cell,) = opened.find(PAGE, LayoutOptions())
    assert cell.label == "cell"
    assert cell.box == pytest.approx((0, 0, 100, 100), abs=1e-3)
    opened.close()


@pytest.mark.parametrize(
    ("operators", "reason"),
    [
        ([{**RT_DETR[0], "keep_ratio": True}], "Galley has keep_ratio: false"),
        ([{**RT_DETR[0], "interp": 4}], "interp 4"),
        ([RT_DETR[0], {"type": "PadStride"}], "unknown operators PadStride"),
        ([{"type": "Permute"}], "cannot be understood"),
        ([{"target_size": 3}], "cannot be understood"),
        ([{"type": "Resize", "target_size": 800}], "cannot be understood"),
    ],
)
def test_what_galley_does_not_have_is_named(
    save_folder: SaveFolder, operators: list[dict[str, Any]], reason: str
) -> None:
    folder = save_folder("PP-DocLayout-L", detector(8, ("image", "scale_factor"), ROWS[0]), settings(PLUS_L, operators))
    with pytest.raises(ModelError, match=reason):
        read_folder(folder)


def test_another_kind_of_graph_is_refused(save_folder: SaveFolder, brightest_channel: Path, slot: Slot) -> None:
    with pytest.raises(ModelError, match="does not find regions"):
        LayoutDetector(read_folder(brightest_channel), EngineConfig(), slot)
    graph = detector(8, ("image", "scale_factor"), ROWS[0])
    graph.input[0].name = graph.node[4].input[0] = "pixels"
    strange = save_folder("strange", graph, settings(PLUS_L))
    with pytest.raises(ModelError, match="asks for pixels"):
        LayoutDetector(read_folder(strange), EngineConfig(), slot)
    flat = save_folder(
        "flat", detector(800, ("image", "scale_factor"), (0, 0.5, 0, 0, 1, 1, 0, 0, 0)), settings(PLUS_L)
    )
    opened = LayoutDetector(read_folder(flat), EngineConfig(), slot)
    with pytest.raises(ModelError, match=r"answered an array of shape \(1, 9\)"):
        opened.find(PAGE, LayoutOptions())
    opened.close()


def test_the_parts_of_a_real_page_are_found(layout_models: None, real_documents: Path, slot: Slot) -> None:
    name = "PicoDet_LCNet_x1_0_layout_cdla"
    model = ensure_models([name])[name]
    opened = LayoutDetector(model, EngineConfig(), slot)
    with Image.open(real_documents / "2206.01062.tif") as file:
        page = np.ascontiguousarray(np.asarray(file.convert("RGB"))[:, :, ::-1])
    found = opened.find(page, LayoutOptions())
    height, width = page.shape[:2]
    columns = {int((box.box[0] + box.box[2]) / width) for box in found if box.label == "text"}
    opened.close()
    assert columns == {0, 1}, "two columns of text"
    assert {box.label for box in found} & {"title", "header"}
    assert all(0 <= box.box[0] < box.box[2] <= width and 0 <= box.box[1] < box.box[3] <= height for box in found)
