from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import onnxruntime
import pytest

from galley.devices import Device, Slot
from galley.engines import Opening, open_session
from galley.engines.onnxruntime import _profile, cuda_options, tensorrt_options
from galley.engines.onnxruntime import open_session as open_here
from galley.errors import DeviceError


def test_threads_are_the_slots(graph: Path) -> None:
    slot = Slot(Device("cpu"), 0, (0, 1), False)
    session = open_here(graph, Opening(slot, "fp32"))
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


def test_a_gpus_memory_is_limited_where_the_user_says_so(gpu_slot: Slot) -> None:
    limited = replace(gpu_slot, memory_limit=4000)
    assert cuda_options(limited)["gpu_mem_limit"] == "4000000000"
    assert tensorrt_options(limited, "fp16", None)["trt_max_workspace_size"] == "4000000000"
    assert "gpu_mem_limit" not in cuda_options(gpu_slot)
    assert "trt_max_workspace_size" not in tensorrt_options(gpu_slot, "fp16", None)


def test_tensorrts_engines_are_kept_where_there_is_a_place(gpu_slot: Slot, tmp_path: Path) -> None:
    kept = tensorrt_options(gpu_slot, "fp32", tmp_path)
    assert (kept["trt_engine_cache_path"], kept["trt_timing_cache_path"]) == (str(tmp_path),) * 2
    assert kept["trt_fp16_enable"] == "False"
    assert not [name for name in tensorrt_options(gpu_slot, "fp16", None) if "cache" in name]


def test_the_range_of_shapes_is_told_by_the_inputs_name(graph: Path) -> None:
    profile = _profile(graph, ((1, 3), (32, 3)))
    assert profile == {
        "trt_profile_min_shapes": "x:1x3",
        "trt_profile_opt_shapes": "x:32x3",
        "trt_profile_max_shapes": "x:32x3",
    }
