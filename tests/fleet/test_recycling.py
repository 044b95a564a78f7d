"""Workers that are replaced as agreed: after so many pages, or above so much memory."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import pytest

from galley.devices import Device, Slot
from galley.errors import BadArguments
from galley.fleet.commands import Send, Settle, Start
from galley.fleet.dispatch import Dispatcher
from galley.fleet.limits import Limits
from galley.fleet.messages import Factory, FleetEvent, WorkerDied, WorkerRecycled
from galley.fleet.run import Fleet
from galley.pages import Done


def run(pages: list[Any], limits: Limits) -> tuple[list[int], list[FleetEvent]]:
    """The process id that did each page, and what was observed."""
    events: list[FleetEvent] = []
    core = min(os.sched_getaffinity(0))
    slot = Slot(Device("cpu"), 0, (core,), False)
    with Fleet(Factory("faults:Leak"), [slot], limits, events.append) as fleet:
        outcomes = dict(fleet.run(pages))
    assert all(isinstance(outcome, Done) and outcome.tries == 1 for outcome in outcomes.values())
    return [outcomes[seq].result for seq in range(len(pages))], events  # type: ignore[union-attr]


def test_a_worker_does_so_many_pages_and_no_more() -> None:
    pids, events = run([0] * 10, Limits(recycle_after=3))
    assert sorted(Counter(pids).values()) == [1, 3, 3, 3]
    assert [event.reason for event in events if isinstance(event, WorkerRecycled)] == ["3 pages are done"] * 3
    assert not any(isinstance(event, WorkerDied) for event in events)


def test_a_worker_that_grows_is_replaced() -> None:
    pids, events = run([0, 300, 0, 300, 0], Limits(max_worker_memory=200))
    assert len(set(pids)) == 3
    assert pids[0] == pids[1] != pids[3], "nothing more for the one that had grown"
    assert all("MB of memory" in event.reason for event in events if isinstance(event, WorkerRecycled))


def test_without_a_limit_one_process_does_it_all() -> None:
    pids, _ = run([1] * 20, Limits())
    assert len(set(pids)) == 1


@pytest.mark.parametrize("wrong", [{"recycle_after": 0}, {"max_worker_memory": -1}, {"recycle_after": 1.5}])
def test_limits_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadArguments, match=next(iter(wrong))):
        Limits(**wrong)


def test_resigning_any_number_of_times_never_costs_a_slot_or_a_try() -> None:
    dispatcher = Dispatcher(["cpu:0"], Limits(depth=2, max_deaths=1, max_crashes=1))
    assert dispatcher.begin(iter(range(50)), 0.0) == [Start("cpu:0")]
    done = []
    for _ in range(50):
        dispatcher.ready("cpu:0")
        sent = []
        while isinstance(command := dispatcher.assign(0.0), Send):
            sent.append(command.page)
        for page in sent:
            dispatcher.started("cpu:0", page, 0.0)
        settled = dispatcher.finished("cpu:0", sent[0], 0.0)
        assert settled == [Settle(sent[0], "cpu:0", None, 1)]
        done.append(sent[0])
        assert dispatcher.resigned("cpu:0", sent[1:], 0.0) == []
        assert dispatcher.assign(0.0) is None, "nothing for a worker that is leaving"
        assert dispatcher.died("cpu:0", 0.0) == [Start("cpu:0")]
    assert done == list(range(50))
    assert dispatcher.settled
