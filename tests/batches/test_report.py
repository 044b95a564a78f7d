"""`report.json`: what is left of one that could not be written."""

from __future__ import annotations

import json

import pytest
from tests.batches.bench import Bench

from galley.batches.report import write_report
from galley.errors import OutputError


def test_a_report_that_is_not_finished_is_written_over(bench: Bench) -> None:
    bench.put("a.png")
    bench.run()
    report = bench.output / "report.json"
    report.unlink()
    report.mkdir()
    with pytest.raises(OutputError, match="there is a folder of that name"):
        write_report(bench.output)
    assert [path.name for path in bench.output.glob(".*")] == [".galley"]
    report.rmdir()
    assert json.loads(write_report(bench.output).read_text())["counts"]["done"] == 1
    assert not (bench.output / ".galley" / "report.json").exists()
