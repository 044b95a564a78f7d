"""From a journal to what a report says."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.report.ledgers import BEGIN, Piece, Turn, make_journal

from galley.journal import open_ledger
from galley.journal.records import KILLED
from galley.report.facts import Facts, Lane, judge, remark
from galley.report.gathering import gather


def facts_of(output: Path, *turns: Turn) -> Facts:
    with open_ledger(make_journal(output, turns)) as ledger:
        return gather(ledger)


def lane(facts: Facts, slot: str) -> Lane:
    (found,) = (lane for lane in facts.lanes if lane.slot == slot)
    return found


def test_busy_and_idle_workers(tmp_path: Path) -> None:
    pieces = [Piece(f"/in/{second}.png", second, second + 1, "gpu:0") for second in range(10, 100)]
    pieces += [Piece("/in/slow.png", 20, 30, "gpu:1"), Piece("/in/bad.pdf", 0, 0, None, kind="unreadable")]
    events = [(0, "gpu:0", "starting", ""), (10, "gpu:0", "ready", "ran: it"), (99, "gpu:2", "died", "exit status 1")]
    facts = facts_of(tmp_path, Turn(pieces, end=100, slots=["gpu:0", "gpu:1", "gpu:2", "gpu:10"], events=events))
    assert [lane.slot for lane in facts.lanes] == ["gpu:0", "gpu:1", "gpu:2", "gpu:10"]
    assert (sum(facts.done), sum(facts.failed)) == (91, 1)
    first = lane(facts, "gpu:0")
    assert first.pages == 90
    assert sum(first.busy) == pytest.approx(90)
    assert sum(first.starting) == pytest.approx(10)
    assert first.share == pytest.approx(0.9)
    assert first.description == "ran: it"
    assert lane(facts, "gpu:1").share == pytest.approx(0.1)
    assert lane(facts, "gpu:10").share == 0
    assert sum(lane(facts, "gpu:2").down) == pytest.approx(1)
    assert sum(lane(facts, "gpu:10").down) == 0
    assert remark(facts.lanes) == [
        "gpu:1 was busy for 10% of its time, the busiest for 90%.",
        "gpu:2 did no page: it died 1 time (the last: exit status 1).",
        "gpu:10 did no page: no process was started for it.",
    ]
    assert [(group.kind, group.count) for group in facts.failures] == [("unreadable", 1)]
    assert facts.slowest[0][0].path == "/in/slow.png"
    assert facts.durations.count == 91


def test_a_second_run_follows_the_first_without_the_night_between_them(tmp_path: Path) -> None:
    first = Turn([Piece("/in/a.png", 0, 50), Piece("/in/b.png", 50, 60, kind="crashed")])
    second = Turn([Piece("/in/b.png", 0, 10, "cpu:1")], begin=BEGIN + 40_000, end=20, slots=["cpu:1"])
    facts = facts_of(tmp_path, first, second)
    assert [run.state for run in facts.runs] == [KILLED, "finished"]
    assert [stretch.seconds for stretch in facts.timeline.stretches] == [pytest.approx(50), pytest.approx(20)]
    assert lane(facts, "cpu:0").seconds == pytest.approx(50)
    assert lane(facts, "cpu:1").present.count(True) == facts.timeline.stretches[1].bins
    assert judge(facts.counts, facts.runs).headline == "Done: all 2 pages"


def test_reasons_are_counted_and_examples_are_few(tmp_path: Path) -> None:
    pieces = [
        Piece("/in/big.pdf", page, page + 1, page=page, kind="rejected", message=f"reason {page % 3 % 2}")
        for page in range(100)
    ]
    (group,) = facts_of(tmp_path, Turn(pieces, end=100)).failures
    assert (group.kind, group.count) == ("rejected", 100)
    assert group.reasons == (("reason 0", 67), ("reason 1", 33))
    assert [page.page for _, page in group.examples] == list(range(8))


def test_many_runs_keep_the_axis_readable(tmp_path: Path) -> None:
    turns = [Turn([Piece(f"/in/{n}.png", 0, 1)], begin=BEGIN + n * 100, end=10) for n in range(25)]
    facts = facts_of(tmp_path, *turns)
    assert len(facts.timeline.stretches) == 20
    assert facts.left_out == 5
    assert facts.timeline.bins <= 300
    assert facts.counts.done == 25


def test_a_run_that_found_nothing(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, Turn([], end=0.5))
    assert judge(facts.counts, facts.runs).headline == "Finished: there was nothing to do"
    assert (sum(facts.done), facts.lanes[0].pages) == (0, 0)
