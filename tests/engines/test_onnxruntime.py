from __future__ import annotations

from pathlib import Path

import onnxruntime
import pytest

from galley.devices import Device, Slot
from galley.engines import open_session
from galley.engines.onnxruntime import open_session as open_here
from galley.errors import DeviceError


def test_threads_are_the_slots(graph: Path) -> None:
    slot = Slot(Device("cpu"), 0, (0, 1), False)
    session = open_here(graph, slot=slot, precision="fp32", outputs=None, shape=None, cache=None)
    options = session._session.get_session_options()
    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (2, 1)


@pytest.mark.parametrize(
    ("engine", "provider"), [("onnxruntime", "CUDAExecutionProvider"), ("tensorrt", "TensorrtExecutionProvider")]
)
def test_a_provider_that_is_not_there_is_an_error(graph: Path, gpu_slot: Slot, engine: str, provider: str) -> None:
    if provider in onnxruntime.get_available_providers():
        pytest.skip(f"this onnxruntime has {provider}")
    with pytest.raises(DeviceError, match=rf"has no {provider}, only .*CPUExecutionProvider.*galley-ocr\[gpu\]"):
        open_session(graph, engine=engine, slot=gpu_slot)


def test_a_fallback_of_the_runtime_is_an_error(graph: Path, gpu_slot: Slot, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package with CUDA on a machine without: ONNX Runtime itself warns and goes on with the CPU."""
    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this onnxruntime has CUDA")
    claimed = [*onnxruntime.get_available_providers(), "CUDAExecutionProvider"]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: claimed)
    with (
        pytest.warns(UserWarning, match="CUDAExecutionProvider"),
        pytest.raises(DeviceError, match=r"CUDAExecutionProvider was asked for, but .* with CPUExecutionProvider"),
    ):
        open_session(graph, engine="onnxruntime", slot=gpu_slot)


def test_tensorrt_has_no_bf16(graph: Path, gpu_slot: Slot) -> None:
    with pytest.raises(DeviceError, match="not in bf16"):
        open_session(graph, engine="tensorrt", slot=gpu_slot, precision="bf16")
