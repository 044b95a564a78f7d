"""Which devices settings mean. What runs do is tested where they are used: compat, cli and batches."""

from __future__ import annotations

from dataclasses import replace

import pytest

from galley import api
from galley.api import Settings, slots_of
from galley.config import EngineConfig, OcrConfig
from galley.errors import DeviceError
from galley.foreign import ForeignConfig


@pytest.mark.parametrize(
    ("engine", "gpus", "gpu_engine", "expected"),
    [
        (None, 0, True, "cpu"),
        (None, 2, True, "gpu"),
        (None, 2, False, "cpu"),  # a plain installation on a laptop that has a GPU
        ("openvino", 2, True, "cpu"),
        ("onnxruntime", 2, True, "gpu"),
        ("onnxruntime", 2, False, "cpu"),
    ],
)
def test_the_default_device_is_the_first_gpu_that_an_engine_is_there_for(
    monkeypatch: pytest.MonkeyPatch, engine: str | None, gpus: int, gpu_engine: bool, expected: str
) -> None:
    monkeypatch.setattr(api, "discover", lambda: {"cpu": 2, "gpu": gpus})
    monkeypatch.setattr(api, "has_gpu_engine", lambda: gpu_engine)
    monkeypatch.setattr(api, "installed_engines", lambda: frozenset({"openvino", "onnxruntime", "tensorrt"}))
    settings = Settings(OcrConfig(engine=EngineConfig(engine)))
    assert [slot.device.kind for slot in slots_of(settings)] == [expected]


def test_an_engine_for_gpus_alone_is_asked_for_one_and_told_when_it_is_not_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(api, "discover", lambda: {"cpu": 2, "gpu": 1})
    monkeypatch.setattr(api, "has_gpu_engine", lambda: False)
    monkeypatch.setattr(api, "installed_engines", lambda: frozenset({"openvino"}))
    settings = Settings(OcrConfig(engine=EngineConfig("tensorrt")))
    with pytest.raises(DeviceError, match=r"galley-ocr\[gpu\]"):
        slots_of(settings)
    with pytest.raises(DeviceError, match=r"galley-ocr\[gpu\]"):
        slots_of(replace(settings, pipeline=OcrConfig(), device="gpu:0"))


def test_a_pipeline_that_opens_itself_knows_its_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "discover", lambda: {"cpu": 2, "gpu": 1})
    monkeypatch.setattr(api, "has_gpu_engine", lambda: False)
    assert [slot.device.kind for slot in slots_of(Settings(ForeignConfig("a:B")))] == ["gpu"]
