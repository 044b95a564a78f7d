"""PaddleOCR's own pipelines alone and through `ParallelPipeline`: the same keys, values, pictures and files.

Runs in: an environment with PaddleOCR, as `python paddleocr_alone_and_parallel.py MODELS OUTPUT PAGE...`.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageChops

from galley import BadArguments, PagesFailed, ParallelPipeline

STEPS = {
    "doc_orientation_classify": "PP-LCNet_x1_0_doc_ori",
    "doc_unwarping": "UVDoc",
    "text_detection": "PP-OCRv6_small_det",
    "text_recognition": "PP-OCRv6_small_rec",
}
ONLY_IN_THE_WORKER = {"vis_fonts"}
"""Fonts, by which OCR's result draws itself."""


def keywords(models: Path, *steps: str) -> dict[str, Any]:
    """Where the models are."""
    names = {f"{step}_model_name": STEPS[step] for step in steps}
    return names | {f"{step}_model_dir": str(models / STEPS[step]) for step in steps}


def difference(alone: Any, parallel: Any, path: str = "") -> str | None:
    """Where two values differ first; None if nowhere."""
    if isinstance(alone, np.ndarray):
        same = isinstance(parallel, np.ndarray) and alone.dtype == parallel.dtype and np.array_equal(alone, parallel)
        return None if same else f"{path}: arrays differ"
    if isinstance(alone, dict):
        keys = [key for key in alone if key not in ONLY_IN_THE_WORKER]
        if list(parallel) != keys:
            return f"{path}: keys {keys} != {list(parallel)}"
        found = (difference(alone[key], parallel[key], f"{path}/{key}") for key in keys)
        return next(filter(None, found), None)
    if isinstance(alone, (list, tuple)):
        if len(alone) != len(parallel):
            return f"{path}: {len(alone)} != {len(parallel)} elements"
        found = (difference(a, b, f"{path}[{i}]") for i, (a, b) in enumerate(zip(alone, parallel, strict=True)))
        return next(filter(None, found), None)
    return None if type(alone) is type(parallel) and alone == parallel else f"{path}: {alone!r} != {parallel!r}"


def require(condition: bool, what: object) -> None:
    """An assertion that python -O keeps."""
    if not condition:
        sys.exit(str(what))


def compare(name: str, output: Path, pages: list[str], given: dict[str, Any], options: dict[str, Any]) -> None:
    """Predict with both and look for any difference."""
    with ParallelPipeline(
        f"paddleocr:{name}", device="cpu:0,1", batch_size=2, keep=("arrays", "img"), **given
    ) as pipeline:
        parallel = pipeline.predict(pages, **options)
    require(len({result.metadata["slot"] for result in parallel}) == 2, "one worker did everything")
    alone = getattr(import_module("paddleocr"), name)(device="cpu", **given).predict(pages, **options)
    require(len(alone) == len(parallel), f"{len(alone)} != {len(parallel)} results")
    for number, (theirs, ours) in enumerate(zip(alone, parallel, strict=True)):
        for what, a, b in (("fields", dict(theirs), dict(ours)), ("json", theirs.json, ours.json)):
            found = difference(a, b)
            require(found is None, f"{name}, result {number}, {what}{found}")
        for folder, result in ((output / name / "alone", theirs), (output / name / "parallel", ours)):
            folder.mkdir(parents=True, exist_ok=True)
            result.save_all(folder)
    compare_files(output / name / "alone", output / name / "parallel")
    print(f"{name}: {len(alone)} results are the same")


def same_picture(a: Image.Image, b: Image.Image) -> bool:
    """Whether all pixels are the same."""
    return a.size == b.size and ImageChops.difference(a.convert("RGB"), b.convert("RGB")).getbbox() is None


def compare_files(alone: Path, parallel: Path) -> None:
    """The same names; the same text in JSON, the same pixels in pictures without loss."""
    names = [sorted(path.name for path in folder.iterdir()) for folder in (alone, parallel)]
    require(names[0] == names[1], f"files {names[0]} != {names[1]}")
    for path in alone.glob("*.json"):
        require(path.read_text() == (parallel / path.name).read_text(), f"{path.name} differs")
    for path in [*alone.glob("*.png"), *alone.glob("*.tif")]:
        with Image.open(path) as theirs, Image.open(parallel / path.name) as ours:
            require(same_picture(theirs, ours), f"{path.name} differs")


def expect_failures(models: Path, page: str) -> None:
    """What PaddleOCR refuses is said in its words."""
    given = keywords(models, "doc_orientation_classify") | {"use_doc_unwarping": False, "engine": "onnxruntime"}
    with ParallelPipeline("paddleocr:DocPreprocessor", device="cpu", **given) as pipeline:
        try:
            pipeline.predict(page, use_doc_unwarping=True)
        except PagesFailed as error:
            require("doc_unwarping_model" in str(error), error)
        else:
            sys.exit("a step without a model was not refused")
    with ParallelPipeline("paddleocr:DocPreprocessor", device="cpu", use_doc_unwraping=False) as pipeline:
        try:
            pipeline.predict(page)
        except BadArguments as error:
            require("use_doc_unwraping" in str(error), error)
        else:
            sys.exit("an unknown keyword was not refused")


def main(models: Path, output: Path, pages: list[str]) -> None:
    """All comparisons."""
    onnx = {"engine": "onnxruntime"}
    expect_failures(models, pages[0])
    require("paddleocr" not in sys.modules, "the parent has imported PaddleOCR")
    compare("DocPreprocessor", output, pages, keywords(models, "doc_orientation_classify", "doc_unwarping") | onnx, {})
    reading = keywords(models, "doc_orientation_classify", "text_detection", "text_recognition")
    switches = {"use_doc_unwarping": False, "use_textline_orientation": False}
    # Reading and drawing take their time: a turned page, and a document, are enough.
    compare("PaddleOCR", output, [pages[0], pages[-1]], reading | switches | onnx, {"return_word_box": True})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
