"""Batches with real workers: what is done, what is left out, what is said, what is answered."""

from __future__ import annotations

from tests.batches.bench import Bench

from galley.errors import ExitCode


def test_every_page_is_done_once_and_written_down(bench: Bench) -> None:
    for name in ("a.png", "b.png", "sub/c.png"):
        bench.put(name)
    report = bench.run(workers=2)
    assert report.exit_code is ExitCode.OK
    assert (report.files, report.done, report.failed, report.skipped) == (3, 3, 0, 0)
    assert bench.results() == ["a_res.json", "b_res.json", "sub/c_res.json"]
    entries = bench.entries()
    assert {name: entry.outputs for name, entry in entries.items()} == {
        "a.png": ("a_res.json",),
        "b.png": ("b_res.json",),
        "c.png": ("sub/c_res.json",),
    }
    for entry in entries.values():
        assert entry.slot in ("cpu:0", "cpu:1")
        assert entry.started is not None
        assert entry.started <= entry.ended


def test_the_same_command_again_does_nothing(bench: Bench) -> None:
    bench.put("a.png")
    bench.put("b.png", "raise no good")
    assert bench.run().exit_code is ExitCode.SOME_FAILED
    report = bench.run()
    assert bench.listed == []
    assert report.exit_code is ExitCode.SOME_FAILED, "a failed page counts until it is done"
    assert (report.done, report.earlier, report.failed) == (1, 1, 1)
    with bench.ledger() as ledger:
        assert [run.state for run in ledger.runs()] == ["finished", "finished"]
