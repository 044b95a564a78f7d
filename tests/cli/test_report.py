"""`galley report`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.report.ledgers import Piece, Turn, make_journal

from galley.cli import main
from galley.errors import ExitCode


def test_page_and_trace_are_written_and_named(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    output = make_journal(tmp_path / "out", [Turn([Piece("/in/a.png", 0, 1)], end=2)])
    trace = tmp_path / "trace.json"
    assert main(["report", str(output), "--trace", str(trace)]) == ExitCode.OK
    assert capfd.readouterr().out.split() == [str(output / "report.html"), str(trace)]
    assert "Done: the only page" in (output / "report.html").read_text()
    assert json.loads(trace.read_text())["traceEvents"]


def test_a_folder_without_a_journal(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(tmp_path)]) == ExitCode.OUTPUT
    assert "no batch has run there" in capfd.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_trace_that_cannot_be_written(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    output = make_journal(tmp_path / "out", [Turn([Piece("/in/a.png", 0, 1)], end=2)])
    assert main(["report", str(output), "--trace", str(output)]) == ExitCode.OUTPUT
    assert "there is a folder of that name" in capfd.readouterr().err
