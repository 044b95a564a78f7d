from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from galley.errors import ModelError
from galley.models.catalog import find_spec
from galley.models.folder import read_folder
from galley.models.rules import (
    ClassifierRules,
    RecognizerRules,
    ResizeTo,
    Task,
    UnwarpForm,
    UnwarpRules,
)

NORMALIZE = {"NormalizeImage": {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "scale": "1./255."}}


def classifier(**changes: Any) -> dict[str, Any]:
    """The `inference.yml` of the page-orientation classifier, with other operators where given."""
    operators = {
        "ResizeImage": {"resize_short": 256},
        "CropImage": {"size": 224},
        "NormalizeImage": {**NORMALIZE["NormalizeImage"], "order": "", "channel_num": 3},
        "ToCHWImage": None,
        **changes,
    }
    return {
        "Global": {"model_name": "PP-LCNet_x1_0_doc_ori"},
        "PreProcess": {"transform_ops": [{name: options} for name, options in operators.items()]},
        "PostProcess": {"Topk": {"topk": 1, "label_list": [0, 90, 180, 270]}},
    }


def detector(**resize: Any) -> dict[str, Any]:
    return {
        "Global": {"model_name": "PP-OCRv6_small_det"},
        "PreProcess": {
            "transform_ops": [
                {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
                {"DetResizeForTest": resize},
                NORMALIZE,
                {"ToCHWImage": None},
                {"KeepKeys": {"keep_keys": ["image", "shape"]}},
            ]
        },
        "PostProcess": {
            "name": "DBPostProcess",
            "thresh": 0.3,
            "box_thresh": 0.6,
            "max_candidates": 1000,
            "unclip_ratio": 1.5,
        },
    }


@pytest.fixture
def make_folder(tmp_path: Path) -> Callable[[object], Path]:
    def make(settings: object) -> Path:
        (tmp_path / "inference.onnx").write_bytes(b"not read here")
        (tmp_path / "inference.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
        return tmp_path

    return make


def test_a_folder_and_the_catalogue_give_the_same_rules(make_folder: Callable[[object], Path]) -> None:
    model = read_folder(make_folder(classifier()), "PP-LCNet_x1_0_doc_ori", Task.PAGE_ORIENTATION)
    assert model.rules == find_spec("PP-LCNet_x1_0_doc_ori").rules
    assert model.path.name == "inference.onnx"
    assert read_folder(make_folder(detector(resize_long=960))).rules == find_spec("PP-OCRv6_small_det").rules


def test_what_the_file_says_is_obeyed(make_folder: Callable[[object], Path]) -> None:
    settings = classifier(
        ResizeImage={"size": [160, 80]}, NormalizeImage={"mean": [0, 0, 0], "std": [1, 1, 1], "scale": 0.5}
    )
    settings["PreProcess"]["transform_ops"].pop(1)
    settings["PostProcess"]["Topk"]["label_list"] = ["up", "down"]
    model = read_folder(str(make_folder(settings)))
    assert model.task is Task.TEXT_LINE_ORIENTATION
    assert isinstance(model.rules, ClassifierRules)
    assert model.rules.resize == ResizeTo(160, 80)
    assert model.rules.crop is None
    assert model.rules.normalization.scale == 0.5
    assert model.rules.labels == ("up", "down")


def test_an_unwarping_folder_answers_the_whole_picture(make_folder: Callable[[object], Path]) -> None:
    model = read_folder(make_folder({"Global": {"model_name": "UVDoc"}}))
    assert model.task is Task.UNWARPING
    assert isinstance(model.rules, UnwarpRules)
    assert model.rules.form is UnwarpForm.IMAGE


def test_a_recogniser_brings_its_characters(make_folder: Callable[[object], Path]) -> None:
    settings = {
        "Global": {"model_name": "mine"},
        "PreProcess": {"transform_ops": [{"MultiLabelEncode": {}}, {"RecResizeImg": {"image_shape": [3, 32, 100]}}]},
        "PostProcess": {"name": "CTCLabelDecode", "character_dict": ["a", "b", 1]},
    }
    rules = read_folder(make_folder(settings)).rules
    assert isinstance(rules, RecognizerRules)
    assert (rules.height, rules.width, rules.characters) == (32, 100, ("a", "b", "1"))


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (classifier(RandomFlip={}, Blur={}), "unknown operators RandomFlip, Blur; Galley has CropImage, "),
        (classifier(ResizeImage={"resize_short": 256, "interpolation": "AREA"}), "wants AREA by cv2"),
        (classifier(ResizeImage={"resize_short": 256, "keep": True}), "ResizeImage has the options keep"),
        (classifier(ResizeImage={}), "neither resize_short nor size"),
        (classifier(ResizeImage={"resize_short": "big"}), "cannot be understood"),
        (classifier(NormalizeImage={"mean": [1, 2]}), "cannot be understood"),
        (classifier(NormalizeImage={"scale": "__import__('os')"}), "neither a number nor a fraction"),
        (classifier(CropImage=[224]), "cannot be understood"),
        ({"Global": {"model_name": "x"}}, "has no section PostProcess"),
        ({"Global": {"model_name": "x"}, "PostProcess": {"name": "Magic"}}, "Galley has Topk, DBPostProcess"),
        (
            {"Global": {"model_name": "x"}, "PostProcess": {"Topk": {"label_list": ["a"]}}, "PreProcess": {}},
            "is not a list of operators",
        ),
        ({}, "has no section Global"),
        ([1], "is not a mapping"),
        (detector(image_shape=[1, 2]), "DetResizeForTest has the options image_shape"),
    ],
)
def test_what_galley_does_not_have_is_named(
    make_folder: Callable[[object], Path], settings: object, reason: str
) -> None:
    with pytest.raises(ModelError) as caught:
        read_folder(make_folder(settings))
    assert reason in str(caught.value)
    assert "inference.yml" in str(caught.value)


def test_another_model_than_asked_for_is_refused(make_folder: Callable[[object], Path]) -> None:
    folder = make_folder(classifier())
    with pytest.raises(ModelError, match="holds the model 'PP-LCNet_x1_0_doc_ori', but 'UVDoc' was asked for"):
        read_folder(folder, "UVDoc")
    with pytest.raises(ModelError, match=r"a model for doc_img_\w+, but one for image_unwarping"):
        read_folder(folder, task=Task.UNWARPING)


def test_missing_files_are_named(make_folder: Callable[[object], Path], tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="does not exist"):
        read_folder(tmp_path / "nowhere")
    with pytest.raises(ModelError, match=r"has no inference\.onnx and no inference\.yml"):
        read_folder(tmp_path)
    folder = make_folder(classifier())
    (folder / "inference.onnx").rename(folder / "inference.pdiparams")
    (folder / "inference.json").write_bytes(b"{}")
    with pytest.raises(ModelError, match=r"inference\.pdiparams, inference\.json\): convert it with paddlex"):
        read_folder(folder)


def test_a_file_that_is_no_yaml_is_named(make_folder: Callable[[object], Path]) -> None:
    folder = make_folder({})
    for content in (b"a: [", b"\xff\xfe\x00", b"!!python/object/apply:os.getcwd []"):
        (folder / "inference.yml").write_bytes(content)
        with pytest.raises(ModelError, match=r"inference\.yml cannot be read"):
            read_folder(folder)
