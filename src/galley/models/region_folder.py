"""Reads what PaddleX states of a detector of regions: layout models and detectors of table cells.

Runs in: parent. Their `inference.yml` has another form than those of text models: operators under `Preprocess`, labels
under `label_list`. Meaning and defaults are those of PaddleX 3.7.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from galley.config import LayoutOptions
from galley.errors import ModelError
from galley.models.rules import LayoutRules, Normalization, Task, Triple

_LINEAR, _CUBIC = 1, 2
_INTERPOLATIONS = {_LINEAR: False, _CUBIC: True, "LINEAR": False, "BICUBIC": True}
"""How an interpolation is named -> whether it is the cubic one."""
_CELL = "cell"
_NOT_STATED = 0.5
_OF_PP_STRUCTURE = {
    "PP-DocLayout_plus-L": (
        {"paragraph_title": 0.3, "text": 0.4, "formula": 0.3, "seal": 0.45},
        ("paragraph_title", "image", "formula", "chart"),
    )
}
"""Model -> thresholds, and the labels within whose regions no others are kept: tuned by PaddleX for PP-StructureV3 and
stated in that pipeline's configuration, not in the model's folder."""


def holds_regions(settings: Mapping[str, Any]) -> bool:
    """Whether an `inference.yml` is that of a detector of regions."""
    return "label_list" in settings and "Preprocess" in settings


def region_task(settings: Mapping[str, Any]) -> Task:
    """What the detector finds, by its labels."""
    return Task.TABLE_CELLS if list(settings["label_list"]) == [_CELL] else Task.LAYOUT


def read_region_detector(settings: Mapping[str, Any], file: Path) -> LayoutRules:
    """The rules in an `inference.yml`.

    Raises:
        ModelError: it asks for an operator or an option that Galley does not have.
        TypeError, ValueError, LookupError: it is not of the known form.
    """
    operators = {str(each["type"]): {k: v for k, v in each.items() if k != "type"} for each in settings["Preprocess"]}
    unknown = sorted(set(operators) - {"Resize", "NormalizeImage", "Permute"})
    if unknown:
        raise ModelError(f"{file}: unknown operators {', '.join(unknown)}; Galley has NormalizeImage, Permute, Resize")
    size, cubic = _resize(operators["Resize"], file)
    labels = tuple(str(label) for label in settings["label_list"])
    return LayoutRules(
        channels="RGB",
        size=size,
        cubic=cubic,
        normalization=_normalization(operators.get("NormalizeImage"), file),
        labels=labels,
        strides=None,
        selection=_selection(settings, labels),
    )


def _resize(options: Mapping[str, Any], file: Path) -> tuple[tuple[int, int], bool]:
    interpolation = options.get("interp", _CUBIC)
    if options.get("keep_ratio", False):
        raise ModelError(f"{file}: Resize keeps the ratio; Galley has keep_ratio: false")
    if interpolation not in _INTERPOLATIONS:
        raise ModelError(f"{file}: Resize has interp {interpolation!r}; Galley has 1 (linear) and 2 (cubic)")
    height, width = options["target_size"]
    return (int(width), int(height)), _INTERPOLATIONS[interpolation]


def _normalization(options: Mapping[str, Any] | None, file: Path) -> Normalization:
    if options is None:
        return Normalization(1.0, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
    scale = 1 / 255 if options.get("is_scale", True) else 1.0
    kind = options.get("norm_type")
    if kind not in (None, "none", "mean_std"):
        return Normalization(scale, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
    return Normalization(
        scale,
        _triple(options.get("mean", (0.485, 0.456, 0.406))),
        _triple(options.get("std", (0.229, 0.224, 0.225))),
    )


def _selection(settings: Mapping[str, Any], labels: tuple[str, ...]) -> LayoutOptions:
    threshold = float(settings.get("draw_threshold", _NOT_STATED))
    name = settings["Global"].get("model_name")
    if name in _OF_PP_STRUCTURE:
        thresholds, large = _OF_PP_STRUCTURE[name]
        return LayoutOptions(
            {index: thresholds.get(label, threshold) for index, label in enumerate(labels)},
            True,
            None,
            {index: "large" if label in large else "union" for index, label in enumerate(labels)},
        )
    ratio = settings.get("layout_unclip_ratio")
    return LayoutOptions(
        threshold,
        bool(settings.get("layout_nms", False)),
        tuple(ratio) if isinstance(ratio, list) else ratio,
        settings.get("layout_merge_bboxes_mode"),
    )


def _triple(value: Any) -> Triple:
    first, second, third = value
    return float(first), float(second), float(third)
