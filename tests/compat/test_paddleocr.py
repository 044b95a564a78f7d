"""The real PaddleOCR 3.7 with real weights, in an environment of its own that is built once."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import onnx
import pytest
import yaml

from galley.models.rules import DetectorRules
from galley.models.store import ensure_models

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("paddleocr_alone_and_parallel.py")
MISSING = ("platformdirs", "rich")
"""What this project needs and PaddleOCR does not bring along. Not OpenCV, of which it has a build of its own."""


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """PaddleOCR's interpreter, the models of its DocPreprocessor, and its environment with this project installed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT)
        from benchmarks.environments import default_cache
        from benchmarks.peers import ensure_peer

        found = ensure_peer(default_cache())
    site = tmp_path_factory.mktemp("site")
    install = [str(found.python), "-m", "pip", "install", "--quiet", "--target", str(site)]
    subprocess.run([*install, *MISSING], check=True)
    subprocess.run([*install, "--no-deps", str(ROOT)], check=True)
    environment = {**os.environ, **found.environment, "PYTHONPATH": str(site)}
    return found.python, found.models, environment


@pytest.fixture(scope="module")
def models(peer: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """PaddleX's model folders for both pipelines, with the same weights as Galley's."""
    folder = tmp_path_factory.mktemp("models")
    for each in peer[1].iterdir():
        (folder / each.name).symlink_to(each)
    names = ("PP-OCRv6_small_det", "PP-OCRv6_small_rec")
    stored = ensure_models(names)
    detector = stored[names[0]].rules
    assert isinstance(detector, DetectorRules)
    characters = {prop.key: prop.value for prop in onnx.load(stored[names[1]].path).metadata_props}["character"]
    for name, rules in zip(names, (detection(detector), recognition(characters.split("\n"))), strict=True):
        (folder / name).mkdir()
        (folder / name / "inference.onnx").symlink_to(stored[name].path)
        content = {"Global": {"model_name": name}, **rules}
        (folder / name / "inference.yml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return folder


def detection(rules: DetectorRules) -> Mapping[str, Any]:
    normalization = {
        "mean": list(rules.normalization.mean),
        "std": list(rules.normalization.std),
        "scale": "1./255.",
        "order": "hwc",
    }
    steps: list[dict[str, Any]] = [
        {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
        {"DetResizeForTest": {"resize_long": 960}},
        {"NormalizeImage": normalization},
        {"ToCHWImage": None},
    ]
    after = {
        "name": "DBPostProcess",
        "thresh": 0.3,
        "box_thresh": 0.6,
        "unclip_ratio": 1.5,
        "max_candidates": rules.max_candidates,
    }
    return {"PreProcess": {"transform_ops": steps}, "PostProcess": after}


def recognition(characters: list[str]) -> Mapping[str, Any]:
    steps = [
        {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
        {"RecResizeImg": {"image_shape": [3, 48, 320]}},
    ]
    after = {"name": "CTCLabelDecode", "character_dict": characters}
    return {"PreProcess": {"transform_ops": steps}, "PostProcess": after}


@pytest.mark.slow
@pytest.mark.timeout(1800)  # the environment is some minutes of downloads
def test_paddleocr_in_parallel_answers_as_it_does_alone(peer: Any, models: Path, samples: Path, tmp_path: Path) -> None:
    python, _, environment = peer
    pages = [str(samples / name) for name in ("english_90.png", "report.pdf", "photo.jpg", "scan.tif")]
    done = subprocess.run(
        [python, SCRIPT, models, tmp_path, *pages],
        env=environment,
        cwd=tmp_path,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert "DocPreprocessor: 7 results are the same" in done.stdout
    assert "PaddleOCR: 3 results are the same" in done.stdout
