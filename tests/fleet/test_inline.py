from __future__ import annotations

from typing import Any

import pytest

from galley.devices import Device, Slot
from galley.errors import BadArguments, DeviceError, ModelError
from galley.fleet.inline import run_inline
from galley.fleet.limits import Limits
from galley.fleet.messages import Factory
from galley.fleet.run import Fleet
from galley.pages import Done, Failed, FailureKind, Outcome

SLOT = Slot(Device("cpu"), 0, (0,), False)

PAGES: list[Any] = [1, "raise unreadable", "raise unwritten", "exit 1", "unpicklable", "unloadable", [2], "raise value"]


def strip(outcome: Outcome) -> Any:
    """All of an outcome but the times and the lines of the traceback."""
    if isinstance(outcome, Done):
        return outcome.page, outcome.result, outcome.slot, outcome.tries
    return outcome.page, outcome.kind, outcome.message, bool(outcome.detail), outcome.tries


def test_outcomes_are_those_of_a_fleet() -> None:
    factory = Factory("faults:Obey")
    inline = [(seq, strip(outcome)) for seq, outcome in run_inline(factory, SLOT, PAGES)]
    with Fleet(factory, [SLOT], Limits()) as fleet:
        spread = sorted((seq, strip(outcome)) for seq, outcome in fleet.run(PAGES))
    home = ("unloadable", "home", "cpu:0", 1)  # the one thing that a process does notice
    assert [item for item in inline if item[0] != 5] == [item for item in spread if item[0] != 5]
    assert inline[5] == (5, home)


def test_pages_are_read_one_at_a_time() -> None:
    source = iter(range(10))
    run = run_inline(Factory("faults:Echo"), SLOT, source)
    next(run)
    assert next(source) == 1


def test_an_error_of_the_device_ends_the_run_after_the_outcome_of_its_page() -> None:
    run = run_inline(Factory("faults:Obey"), SLOT, ["raise device", 1])
    _, outcome = next(run)
    assert isinstance(outcome, Failed)
    assert outcome.kind is FailureKind.REJECTED
    with pytest.raises(DeviceError):
        next(run)


@pytest.mark.parametrize("page", ["raise keyboard", "load raise keyboard"])
def test_ctrl_c_ends_the_run(page: str) -> None:
    run = run_inline(Factory("faults:Obey"), SLOT, [1, page, 2])
    next(run)
    with pytest.raises(KeyboardInterrupt):
        next(run)


def test_an_unpicklable_page_is_rejected() -> None:
    outcomes = [outcome for _, outcome in run_inline(Factory("faults:Echo"), SLOT, [lambda: 0, 1])]
    assert [type(outcome) for outcome in outcomes] == [Failed, Done]


def test_the_error_of_the_factory_is_raised() -> None:
    with pytest.raises(ModelError, match="truncated"):
        next(run_inline(Factory("faults:refuse_model"), SLOT, [1]))
    with pytest.raises(BadArguments, match="not of the form"):
        next(run_inline(Factory("faults"), SLOT, [1]))
