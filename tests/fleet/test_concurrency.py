"""Several predict calls at once in one worker, and devices that are lost: what servers in place of devices need."""

from __future__ import annotations

import os
from typing import Any

import pytest

from galley.devices import Device, Slot
from galley.errors import BadArguments, DeviceLost, NoWorkerLeft
from galley.fleet.inline import run_inline
from galley.fleet.limits import Limits
from galley.fleet.messages import Factory, FleetEvent, WorkerDied, WorkerRecycled
from galley.fleet.run import Fleet
from galley.pages import Done, FailureKind, Outcome

FOUR = Limits(concurrency=4, depth=6, restart_delay=0.0)


def run(name: str, pages: list[Any], limits: Limits, slots: int = 1, **more: Any) -> tuple[list[Outcome], list[Any]]:
    """Outcomes by page, and what was observed."""
    events: list[FleetEvent] = []
    core = min(os.sched_getaffinity(0))
    crew = [Slot(Device("cpu", index), 0, (core,), False) for index in range(slots)]
    with Fleet(Factory(f"faults:{name}", more), crew, limits, events.append) as fleet:
        fleet.open()  # so that every worker gets pages
        outcomes = dict(fleet.run(pages))
    return [outcomes[seq] for seq in range(len(pages))], events


def results(outcomes: list[Outcome]) -> list[Any]:
    return [outcome.result if isinstance(outcome, Done) else outcome.kind for outcome in outcomes]


def test_so_many_calls_are_in_work_at_once() -> None:
    outcomes, _ = run("Together", list(range(12)), FOUR, calls=4)
    assert results(outcomes) == list(range(12))


def test_a_slow_page_holds_up_nobody() -> None:
    pages = ["slow", *range(40)]
    outcomes, _ = run("Together", pages, FOUR, others=40)
    assert results(outcomes) == pages


def test_an_error_that_leaves_no_trust_costs_its_own_page_only() -> None:
    pages = [0, 1, 2, "memory", 4, 5, 6, 7]
    outcomes, events = run("Together", pages, FOUR)
    assert results(outcomes) == [0, 1, 2, FailureKind.REJECTED, 4, 5, 6, 7]
    assert len([event for event in events if isinstance(event, WorkerDied)]) <= 1, "the run may end before the worker"


def test_a_worker_that_has_served_its_time_finishes_all_its_calls() -> None:
    limits = Limits(concurrency=4, depth=6, recycle_after=8)
    outcomes, events = run("Together", list(range(40)), limits)
    assert results(outcomes) == list(range(40))
    assert all(outcome.tries == 1 for outcome in outcomes)
    assert any(isinstance(event, WorkerRecycled) for event in events)
    assert not any(isinstance(event, WorkerDied) for event in events)


def test_the_pages_of_a_lost_device_go_to_the_others() -> None:
    outcomes, events = run("Lose", list(range(60)), FOUR, slots=2, bad="cpu:0")
    assert results(outcomes) == ["cpu:1"] * 60
    reasons = {event.reason for event in events if isinstance(event, WorkerDied)}
    assert reasons == {"lost its device: the line went dead"}


def test_a_page_that_every_device_is_lost_at_is_given_up_alone() -> None:
    outcomes, _ = run("Lose", [*range(20), "poison", *range(20)], FOUR, slots=2)
    poison = outcomes.pop(20)
    assert all(isinstance(outcome, Done) for outcome in outcomes)
    assert not isinstance(poison, Done)
    assert poison.kind is FailureKind.CRASHED
    assert poison.message == "the worker lost its device: the line went dead, 2 times"


def test_a_device_that_is_not_there_at_first_is_left_out() -> None:
    outcomes, events = run("Lose", list(range(20)), FOUR, slots=2, gone="cpu:0")
    assert set(results(outcomes)) == {"cpu:1"}
    deaths = [event for event in events if isinstance(event, WorkerDied)]
    assert {event.reason for event in deaths} == {"has no device: nobody answers"}


def test_without_any_device_the_run_ends_and_says_why() -> None:
    with pytest.raises(NoWorkerLeft, match="cpu:0 has no device: nobody answers; cpu:1 has no device"):
        run("Lose", [1, 2], FOUR, slots=2, gone="all")


def test_a_serial_run_ends_with_its_device() -> None:
    slot = Slot(Device("cpu", 0), 0, (0,), False)
    with pytest.raises(DeviceLost, match="the line went dead"):
        list(run_inline(Factory("faults:Lose", {"bad": "cpu:0"}), slot, [1]))


def test_a_worker_must_hold_as_many_pages_as_it_works_on() -> None:
    with pytest.raises(BadArguments, match="depth is 4; it must be at least batch_size x concurrency, which is 6"):
        Limits(depth=4, batch_size=2, concurrency=3)
