"""Reads a PaddleX ONNX model folder (`inference.onnx` and `inference.yml`) into a `Model`.

Runs in: parent. What the file says is obeyed; an operator or option that Galley does not have is an error,
never skipped. The meaning of operators and their defaults are those of PaddleX 3.7.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import yaml

from galley.errors import ModelError
from galley.models.region_folder import holds_regions, read_region_detector, region_task
from galley.models.rules import (
    Channels,
    ClassifierRules,
    DetectorRules,
    Model,
    Normalization,
    RecognizerRules,
    Resize,
    ResizeShort,
    ResizeTo,
    Rules,
    TableStructureRules,
    Task,
    Triple,
    UnwarpForm,
    UnwarpRules,
)

GRAPH_FILE = "inference.onnx"
RULES_FILE = "inference.yml"

_Section = Mapping[str, Any]
_FRACTION = re.compile(r"\s*([0-9]*\.?[0-9]+\.?)(?:\s*/\s*([0-9]*\.?[0-9]+\.?))?\s*")
_TABLE_KINDS = {"wired_table", "wireless_table"}
_MERGED_CELL = "<td></td>"
_TRAINING_ONLY = frozenset({"DetLabelEncode", "KeepKeys", "MultiLabelEncode", "ToCHWImage"})
"""Operators that change nothing for inference, or whose effect (channels first) every rule implies."""


def read_folder(folder: str | Path, name: str | None = None, task: Task | None = None) -> Model:
    """The model in `folder`. Where `name` or `task` is given, it must be what the folder states.

    Raises:
        ModelError: a file is missing or cannot be read, the folder holds another model, or its
            `inference.yml` asks for something that Galley does not have.
    """
    folder = Path(folder).absolute()
    _require_files(folder)
    rules_file = folder / RULES_FILE
    try:
        settings = yaml.safe_load(rules_file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ModelError(f"{rules_file} cannot be read: {error}") from error
    if not isinstance(settings, dict):
        raise ModelError(f"{rules_file} is not a mapping of sections")
    stated = _section(settings, "Global", rules_file).get("model_name")
    if name is not None and stated != name:
        raise ModelError(f"{folder} holds the model {stated!r}, but {name!r} was asked for")
    found = _find_task(settings, rules_file)
    if task not in (None, found):
        raise ModelError(f"{folder} holds a model for {found.value}, but one for {task.value} was asked for")
    try:
        rules = _READERS[found](settings, rules_file)
    except (TypeError, ValueError, LookupError) as error:
        raise ModelError(f"{rules_file} cannot be understood: {error}") from error
    return Model(
        name=str(stated) if stated is not None else folder.name,
        task=found,
        path=folder / GRAPH_FILE,
        rules=rules,
        origin=str(folder),
    )


def _find_task(settings: _Section, file: Path) -> Task:
    """What the model is for, by its post-processing; unwarpers and detectors of regions have none."""
    if settings["Global"].get("model_name") == "UVDoc":
        return Task.UNWARPING
    if holds_regions(settings):
        return region_task(settings)
    after = _section(settings, "PostProcess", file)
    if isinstance(after.get("Topk"), dict):
        labels = after["Topk"].get("label_list")
        if isinstance(labels, list) and set(labels) == _TABLE_KINDS:
            return Task.TABLE_KIND
        half_turns = isinstance(labels, list) and len(labels) == 2
        return Task.TEXT_LINE_ORIENTATION if half_turns else Task.PAGE_ORIENTATION
    by_name = {
        "DBPostProcess": Task.TEXT_DETECTION,
        "CTCLabelDecode": Task.TEXT_RECOGNITION,
        "TableLabelDecode": Task.TABLE_STRUCTURE,
    }
    task = by_name.get(str(after.get("name")))
    if task is None:
        known = ", ".join(["Topk", *by_name])
        raise ModelError(f"{file}: no known PostProcess (it has {', '.join(map(str, after))}); Galley has {known}")
    return task


def _require_files(folder: Path) -> None:
    if not folder.is_dir():
        raise ModelError(f"the model folder {folder} does not exist")
    missing = [name for name in (GRAPH_FILE, RULES_FILE) if not (folder / name).is_file()]
    if not missing:
        return
    paddle = sorted(path.name for path in folder.glob("inference.pd*")) + sorted(
        path.name for path in folder.glob("inference.json")
    )
    if GRAPH_FILE in missing and paddle:
        raise ModelError(
            f"the model folder {folder} has no {GRAPH_FILE}; it holds PaddlePaddle's own form "
            f"({', '.join(paddle)}): convert it with paddlex --paddle2onnx"
        )
    raise ModelError(f"the model folder {folder} has no {' and no '.join(missing)}")


def _read_classifier(settings: _Section, file: Path) -> Rules:
    operators = _operators(settings, file, {"ResizeImage", "CropImage", "NormalizeImage"})
    top = _section(_section(settings, "PostProcess", file), "Topk", file)
    labels = top.get("label_list")
    if not isinstance(labels, list) or not labels:
        raise ModelError(f"{file}: PostProcess.Topk has no label_list")
    crop = operators.get("CropImage")
    return ClassifierRules(
        channels="RGB",
        resize=_resize(operators.get("ResizeImage", {}), file),
        crop=None if crop is None else _edges(crop.get("size", 224)),
        normalization=_normalization(operators.get("NormalizeImage", {}), file),
        labels=tuple(str(label) for label in labels),
    )


def _read_unwarper(settings: _Section, file: Path) -> Rules:
    """PaddleX takes only the name from this file: the graph is fed the whole picture, divided by 255."""
    return UnwarpRules(channels="BGR", form=UnwarpForm.IMAGE, size=None, grid=None, output=None)


def _read_detector(settings: _Section, file: Path) -> Rules:
    operators = _operators(settings, file, {"DecodeImage", "DetResizeForTest", "NormalizeImage"})
    after = _section(settings, "PostProcess", file)
    _only(operators.get("DetResizeForTest", {}), {"resize_long", "limit_type"}, "DetResizeForTest", file)
    return DetectorRules(
        channels=_channels(operators.get("DecodeImage", {}), file),
        multiple=32,
        normalization=_normalization(operators.get("NormalizeImage", {}), file),
        max_candidates=int(after.get("max_candidates", 1000)),
    )


def _read_recognizer(settings: _Section, file: Path) -> Rules:
    operators = _operators(settings, file, {"DecodeImage", "RecResizeImg"})
    after = _section(settings, "PostProcess", file)
    characters = after.get("character_dict")
    if after.get("name") != "CTCLabelDecode" or not isinstance(characters, list):
        raise ModelError(f"{file}: PostProcess is {after.get('name')!r}; Galley has CTCLabelDecode with characters")
    channels, height, width = operators.get("RecResizeImg", {}).get("image_shape", (3, 48, 320))
    if channels != 3:
        raise ModelError(f"{file}: RecResizeImg wants {channels} channels; Galley has 3")
    return RecognizerRules(
        channels=_channels(operators.get("DecodeImage", {}), file),
        height=int(height),
        width=int(width),
        max_width=3200,
        normalization=Normalization(1 / 255, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
        characters=tuple(str(each) for each in characters),
    )


def _read_table_structure(settings: _Section, file: Path) -> Rules:
    """The tokens are those of the file, with PaddleX's own ones around; cells without span are one token of two."""
    encoders = {"TableLabelEncode", "TableBoxEncode"}
    operators = _operators(
        settings, file, {"DecodeImage", "ResizeTableImage", "NormalizeImage", "PaddingTableImage", *encoders}
    )
    tokens = [str(each) for each in _section(settings, "PostProcess", file)["character_dict"]]
    if operators["TableLabelEncode"]["merge_no_span_structure"]:
        tokens = [token for token in tokens if token != "<td>"]
        tokens += [] if _MERGED_CELL in tokens else [_MERGED_CELL]
    width, height = operators.get("PaddingTableImage", {}).get("size", (488, 488))
    return TableStructureRules(
        channels=_channels(operators.get("DecodeImage", {}), file),
        long_edge=int(operators.get("ResizeTableImage", {}).get("max_len", 488)),
        padded=(int(width), int(height)),
        normalization=_normalization(operators.get("NormalizeImage", {}), file),
        tokens=("sos", *tokens, "eos"),
        of_picture=settings["Global"].get("model_name") == "SLANet",
    )


_READERS: Mapping[Task, Callable[[_Section, Path], Rules]] = {
    Task.PAGE_ORIENTATION: _read_classifier,
    Task.TEXT_LINE_ORIENTATION: _read_classifier,
    Task.UNWARPING: _read_unwarper,
    Task.TEXT_DETECTION: _read_detector,
    Task.TEXT_RECOGNITION: _read_recognizer,
    Task.LAYOUT: read_region_detector,
    Task.TABLE_CELLS: read_region_detector,
    Task.TABLE_KIND: _read_classifier,
    Task.TABLE_STRUCTURE: _read_table_structure,
}


def _section(settings: _Section, name: str, file: Path) -> _Section:
    section = settings.get(name)
    if not isinstance(section, dict):
        raise ModelError(f"{file} has no section {name}")
    return section


def _operators(settings: _Section, file: Path, known: set[str]) -> dict[str, _Section]:
    """The options of each operator of `PreProcess.transform_ops` by its name."""
    listed = _section(settings, "PreProcess", file).get("transform_ops")
    if not isinstance(listed, list) or not all(isinstance(each, dict) and len(each) == 1 for each in listed):
        raise ModelError(f"{file}: PreProcess.transform_ops is not a list of operators")
    pairs = [(str(name), options) for each in listed for name, options in each.items()]
    unknown = [name for name, _ in pairs if name not in known | _TRAINING_ONLY]
    if unknown:
        has = ", ".join(sorted(known | _TRAINING_ONLY))
        raise ModelError(f"{file}: unknown operators {', '.join(unknown)}; Galley has {has}")
    return {name: {} if options is None else dict(options) for name, options in pairs}


def _only(options: _Section, known: set[str], operator: str, file: Path) -> None:
    unknown = sorted(set(options) - known)
    if unknown:
        raise ModelError(f"{file}: {operator} has the options {', '.join(unknown)}, which Galley does not have")


def _resize(options: _Section, file: Path) -> Resize:
    _only(options, {"resize_short", "size", "backend", "interpolation"}, "ResizeImage", file)
    method = (options.get("backend", "cv2"), str(options.get("interpolation", "LINEAR")).upper())
    if method != ("cv2", "LINEAR"):
        raise ModelError(f"{file}: ResizeImage wants {method[1]} by {method[0]}; Galley has LINEAR by cv2")
    short, size = options.get("resize_short"), options.get("size")
    if short is not None:
        return ResizeShort(int(short))
    if size is None:
        raise ModelError(f"{file}: ResizeImage has neither resize_short nor size")
    return ResizeTo(*_edges(size))


def _normalization(options: _Section, file: Path) -> Normalization:
    """Mean, deviation and scale; the order of axes (`order`, `channel_num`) is implied by every rule."""
    _only(options, {"scale", "mean", "std", "order", "channel_num"}, "NormalizeImage", file)
    return Normalization(
        scale=_number(options.get("scale", 1 / 255)),
        mean=_triple(options.get("mean", (0.485, 0.456, 0.406))),
        std=_triple(options.get("std", (0.229, 0.224, 0.225))),
    )


def _channels(options: _Section, file: Path) -> Channels:
    mode = options.get("img_mode", "RGB")
    if mode not in ("RGB", "BGR"):
        raise ModelError(f"{file}: img_mode of DecodeImage is {mode!r}; Galley has RGB and BGR")
    return cast("Channels", mode)


def _edges(value: Any) -> tuple[int, int]:
    """(width, height) from one number or a pair."""
    if isinstance(value, int):
        return value, value
    width, height = value
    return int(width), int(height)


def _triple(value: Any) -> Triple:
    first, second, third = value
    return float(first), float(second), float(third)


def _number(value: Any) -> float:
    """A number, or a text such as `1./255.`."""
    if isinstance(value, (int, float)):
        return float(value)
    match = _FRACTION.fullmatch(str(value))
    if match is None:
        raise ValueError(f"{value!r} is neither a number nor a fraction")
    return float(match[1]) / (float(match[2]) if match[2] is not None else 1.0)
