"""Looking at the machine that the tests run on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from galley.devices import usable_cores
from galley.doctor import diagnose, examine, exit_code
from galley.doctor.facts import Choice, Trial, Trouble
from galley.engines import installed_engines
from galley.errors import ExitCode


@pytest.fixture
def cpu_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")


@pytest.mark.usefixtures("cpu_only", "doc_models")
def test_a_network_is_opened_and_says_how_it_computes() -> None:
    facts = examine()
    assert facts.usable_cores == usable_cores()
    assert facts.memory is not None
    assert facts.memory_available is not None
    assert 0 < facts.memory_available <= facts.memory
    assert {engine.name for engine in facts.engines if engine.version is not None} == installed_engines()
    openvino = facts.engines[0]
    assert (openvino.name, openvino.usable, openvino.error) == ("openvino", ("cpu",), "")
    assert facts.choice == Choice("cpu:0", "openvino", len(usable_cores()))
    assert isinstance(facts.trial, Trial)
    assert (facts.trial.engine, facts.trial.device) == ("openvino", "cpu")
    assert facts.trial.precision in ("fp32", "bf16", "fp16")
    assert {model.name for model in facts.models if model.needed} >= {"UVDoc", "PP-OCRv6_small_rec"}


@pytest.mark.usefixtures("cpu_only")
def test_an_empty_store_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GALLEY_HOME", str(tmp_path / "not" / "there"))
    facts = examine()
    assert {model.state for model in facts.models} == {"missing"}
    assert facts.trial is None
    assert facts.store.total > 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("cpu_only", "doc_models")
def test_an_engine_that_kills_its_process_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "openvino"
    package.mkdir()
    (package / "__init__.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n")
    monkeypatch.syspath_prepend(tmp_path)
    facts = examine()
    assert facts.engines[0].error == "killed by signal 9"
    assert isinstance(facts.trial, Trouble)
    assert exit_code(diagnose(facts)) is ExitCode.DEVICE


@pytest.mark.usefixtures("cpu_only")
def test_no_inference_library_is_loaded_here() -> None:
    script = (
        "import sys; from galley.doctor import examine; examine(); "
        "heavy = {'cv2', 'openvino', 'onnxruntime'} & set(sys.modules); "
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
