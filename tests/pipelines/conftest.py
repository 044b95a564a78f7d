"""Model folders in PaddleX's form, with tiny graphs whose answers are known."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import yaml
from onnx import TensorProto, helper, numpy_helper

from galley.devices import Device, Slot

SaveFolder = Callable[[str, onnx.GraphProto, dict[str, Any]], Path]


@pytest.fixture
def slot() -> Slot:
    return Slot(Device("cpu"), 0, (0,), False)


def write_model(parent: Path, name: str, graph: onnx.GraphProto, settings: dict[str, Any]) -> Path:
    """The folder of the model in `parent`."""
    folder = parent / name
    folder.mkdir()
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(folder / "inference.onnx"))
    (folder / "inference.yml").write_text(yaml.safe_dump({"Global": {"model_name": name}} | settings))
    return folder


@pytest.fixture
def save_folder(tmp_path: Path) -> SaveFolder:
    return partial(write_model, tmp_path)


@pytest.fixture
def brightest_channel(save_folder: SaveFolder) -> Path:
    """A classifier whose label is the brightest colour channel: red, green or blue."""
    graph = helper.make_graph(
        [
            helper.make_node("GlobalAveragePool", ["x"], ["means"]),
            helper.make_node("Flatten", ["means"], ["scores"]),
        ],
        "brightest",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, 32, 32])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", 3])],
    )
    operators = [
        {"ResizeImage": {"resize_short": 40}},
        {"CropImage": {"size": 32}},
        {"NormalizeImage": {"mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5], "scale": "1./255.", "order": ""}},
        {"ToCHWImage": None},
    ]
    return save_folder(
        "PP-LCNet_x1_0_doc_ori",
        graph,
        {
            "PreProcess": {"transform_ops": operators},
            "PostProcess": {"Topk": {"topk": 1, "label_list": ["red", "green", "blue"]}},
        },
    )


@pytest.fixture
def half_brightness(save_folder: SaveFolder) -> Path:
    """An "unwarper" of PaddleX's form, picture in and picture out, that halves every value."""
    graph = helper.make_graph(
        [helper.make_node("Mul", ["image", "half"], ["flat"])],
        "half",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, "h", "w"])],
        [helper.make_tensor_value_info("flat", TensorProto.FLOAT, ["n", 3, "h", "w"])],
        [numpy_helper.from_array(np.array([0.5], np.float32), "half")],
    )
    return save_folder("UVDoc", graph, {"PreProcess": {"transform_ops": []}})
