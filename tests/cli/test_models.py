"""`galley models`."""

from __future__ import annotations

from pathlib import Path

import pytest

from galley.cli import main
from galley.errors import ExitCode
from galley.models.catalog import CATALOG
from galley.models.store import locate


def test_the_list_names_every_model_with_its_licence(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "list"]) == ExitCode.OK
    output = capfd.readouterr().out
    for spec in CATALOG:
        assert spec.name in output
    assert "store:" in output


def test_an_empty_store_verifies_and_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GALLEY_HOME", str(tmp_path))
    assert main(["models", "verify"]) == ExitCode.OK
    assert capfd.readouterr().out.count("missing") >= len(CATALOG)


@pytest.mark.usefixtures("doc_models")
def test_a_damaged_model_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    whole = locate("UVDoc").read_bytes()
    monkeypatch.setenv("GALLEY_HOME", str(tmp_path))
    copy = tmp_path / "models" / "wheel" / "UVDoc" / "inference.onnx"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert main(["models", "verify"]) == ExitCode.MODEL
    lines = capfd.readouterr().out.splitlines()
    assert [line.count("UVDoc is ") for line in lines if "UVDoc" in line] == [1], "each model once, with its state"


def test_an_unknown_model_cannot_be_pulled(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "pull", "UVDco"]) == ExitCode.MODEL
    assert "UVDoc" in capfd.readouterr().err
