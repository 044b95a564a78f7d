"""`galley doctor`."""

from __future__ import annotations

import json

import pytest

from galley import api
from galley.cli import main
from galley.errors import ExitCode
from galley.models.catalog import CATALOG


@pytest.mark.usefixtures("doc_models")
def test_a_machine_that_works_is_described(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert main(["doctor"]) == ExitCode.OK
    output = capfd.readouterr().out
    for word in ("openvino", "cpu:0", "not needed", "open files", *(spec.name for spec in CATALOG)):
        assert word in output
    assert output.endswith("The pipelines work here.\n")


def test_a_graphics_card_that_is_not_there(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    # The first of two devices that a driver would show: opening a network on it must fail, or there is one.
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    monkeypatch.setattr(api, "has_gpu_engine", lambda: True)
    code = main(["doctor", "--json"])
    answer = json.loads(capfd.readouterr().out)
    assert answer["devices"]["gpu"] == 2
    assert answer["choice"]["slot"] == "gpu:0"
    assert answer["exit_code"] == code
    tried = answer["trial"]
    if tried is None:
        pytest.skip("no model is in the store, so no network can be opened")
    if "message" in tried:
        assert code == ExitCode.DEVICE
        assert answer["findings"][0]["severity"] == "problem"
        assert "--device cpu" in answer["findings"][0]["advice"]
    else:
        assert tried["device"] == "gpu"
