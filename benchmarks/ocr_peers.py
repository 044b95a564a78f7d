"""The systems that OCR is compared with, and their models: the same weights as Galley's.

Runs in: parent.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import yaml

from benchmarks.child import Child
from benchmarks.environments import ROOT, ensure_environment, pip
from benchmarks.peers import Peer, ensure_peer
from galley.devices import usable_cores
from galley.models.metadata import read_metadata
from galley.models.rules import Model
from galley.models.store import ensure_models

DETECTION, RECOGNITION = "PP-OCRv6_small_det", "PP-OCRv6_small_rec"
LINE_ORIENTATION = "MobileNetV3_small_x0_35_textline_ori"
PADDLE_LINE_ORIENTATION = "PP-LCNet_x0_25_textline_ori"
"""PaddleX knows only its own models' names; the folder of this name holds the weights of `LINE_ORIENTATION`."""

RAPIDOCR = ("rapidocr==3.10.0", "onnxruntime==1.32.0", "openvino==2026.4.1", "opencv-python-headless==4.10.0.84")

_MEAN, _DEVIATION = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def detection_rules() -> dict[str, Any]:
    """PaddleX's `inference.yml` of the detector."""
    normalise = {"mean": _MEAN, "std": _DEVIATION, "scale": "1./255.", "order": "hwc"}
    operators = [
        {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
        {"DetResizeForTest": {"resize_long": 960}},
        {"NormalizeImage": normalise},
        {"ToCHWImage": None},
    ]
    after = {"name": "DBPostProcess", "thresh": 0.3, "box_thresh": 0.6, "max_candidates": 1000, "unclip_ratio": 1.5}
    return {
        "Global": {"model_name": DETECTION},
        "PreProcess": {"transform_ops": operators},
        "PostProcess": after,
    }


def recognition_rules(characters: list[str]) -> dict[str, Any]:
    """PaddleX's `inference.yml` of the recogniser."""
    operators = [
        {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
        {"RecResizeImg": {"image_shape": [3, 48, 320]}},
    ]
    return {
        "Global": {"model_name": RECOGNITION},
        "PreProcess": {"transform_ops": operators},
        "PostProcess": {"name": "CTCLabelDecode", "character_dict": characters},
    }


def line_orientation_rules() -> dict[str, Any]:
    """The line classifier with PaddleX's own way of scaling lines, which gives their proportions up."""
    normalise = {"mean": [0.5] * 3, "std": [0.5] * 3, "scale": 1 / 255, "order": "", "channel_num": 3}
    operators = [{"ResizeImage": {"size": [192, 48]}}, {"NormalizeImage": normalise}, {"ToCHWImage": None}]
    return {
        "Global": {"model_name": PADDLE_LINE_ORIENTATION},
        "PreProcess": {"transform_ops": operators},
        "PostProcess": {"Topk": {"topk": 1, "label_list": ["0_degree", "180_degree"]}},
    }


def place_models(folder: Path) -> dict[str, Path]:
    """PaddleX model folders in `folder`, by step, from the weights in Galley's store."""
    models = ensure_models([DETECTION, RECOGNITION, LINE_ORIENTATION])
    characters = read_metadata(models[RECOGNITION].path)["character"].split("\n")
    return {
        "detection": _place(folder / DETECTION, models[DETECTION], detection_rules()),
        "recognition": _place(folder / RECOGNITION, models[RECOGNITION], recognition_rules(characters)),
        "line_orientation": _place(
            folder / PADDLE_LINE_ORIENTATION, models[LINE_ORIENTATION], line_orientation_rules()
        ),
    }


def _place(folder: Path, model: Model, rules: Mapping[str, Any]) -> Path:
    folder.mkdir(parents=True)
    shutil.copyfile(model.path, folder / "inference.onnx")
    text = yaml.safe_dump(dict(rules), sort_keys=False, allow_unicode=True)
    (folder / "inference.yml").write_text(text, encoding="utf-8")
    return folder


def ensure_rapidocr(cache: Path) -> Path:
    """The Python of RapidOCR's environment in `cache`, installed there first if need be."""
    return ensure_environment(cache / "rapidocr", RAPIDOCR, _take_headless_opencv)


def _take_headless_opencv(python: Path) -> None:
    """RapidOCR asks for another flavour of OpenCV than the one that needs no graphics libraries."""
    pip(python, "uninstall", "--yes", "opencv-python")
    pip(python, "install", "--force-reinstall", "--no-deps", RAPIDOCR[-1])


class Systems:
    """Opens the processes that are compared, each warmed up with the same page, and ends them together."""

    def __init__(self, cache: Path, models: Mapping[str, Path], warm_up: str) -> None:
        """`models`: PaddleX model folders by step."""
        self._cache = cache
        self._models = models
        self._warm_up = warm_up
        self._stack = ExitStack()

    def galley(
        self, device: str, *, line_orientation: bool = False, cores: int | None = None, **keywords: Any
    ) -> Child:
        """Galley's OCR on the weights of its own store, or on the same folder as PaddleOCR for line orientation.

        With `cores` it may use no more of them.
        """
        given: dict[str, Any] = {"device": device, **keywords}
        if line_orientation:
            given["textline_orientation_model_name"] = PADDLE_LINE_ORIENTATION
            given["textline_orientation_model_dir"] = str(self._models["line_orientation"])
        environment = {"PYTHONPATH": ":".join([str(ROOT), *sys.path])}
        allowed = ",".join(str(core) for core in usable_cores()[:cores])
        settings = given | _steps(line_orientation)
        return self._open(Path(sys.executable), "galley", settings, environment, ("taskset", "-c", allowed))

    def paddleocr(self, threads: int | None, *, line_orientation: bool = False) -> Child:
        """PaddleOCR with engine onnxruntime; `threads` None leaves their number to ONNX Runtime."""
        given: dict[str, Any] = {
            "device": "cpu",
            "engine": "onnxruntime",
            "text_detection_model_name": DETECTION,
            "text_detection_model_dir": str(self._models["detection"]),
            "text_recognition_model_name": RECOGNITION,
            "text_recognition_model_dir": str(self._models["recognition"]),
        }
        if line_orientation:
            given["textline_orientation_model_name"] = PADDLE_LINE_ORIENTATION
            given["textline_orientation_model_dir"] = str(self._models["line_orientation"])
            # In larger batches PaddleX 3.7 gives every line the orientation of the batch's first.
            given["textline_orientation_batch_size"] = 1
        if threads is not None:
            given["engine_config"] = {"intra_op_num_threads": threads}
        peer: Peer = ensure_peer(self._cache)
        return self._open(peer.python, "paddleocr", given | _steps(line_orientation), peer.environment)

    def rapidocr(self, engine: str, threads: int) -> Child:
        """RapidOCR with its own copy of the same weights, without line orientation; -1 is its own choice of threads."""
        python = ensure_rapidocr(self._cache)
        given = {"engine": engine, "threads": threads}
        return self._open(python, "rapidocr", given, {"PYTHONPATH": str(ROOT)})

    def _open(
        self,
        python: Path,
        system: str,
        given: Mapping[str, Any],
        environment: Mapping[str, str],
        before: Sequence[str] = (),
    ) -> Child:
        command = [*before, str(python), "-m", "benchmarks.ocr_child", system, json.dumps(given), self._warm_up]
        return self._stack.enter_context(Child(command, environment))

    def __enter__(self) -> Systems:
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()


def _steps(line_orientation: bool) -> dict[str, bool]:
    return {
        "use_doc_orientation_classify": False,
        "use_doc_unwarping": False,
        "use_textline_orientation": line_orientation,
    }
