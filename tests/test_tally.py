"""What is counted of a run: the state of its workers."""

from __future__ import annotations

from galley.fleet.messages import PageEnded, PageStarted, WorkerDied, WorkerReady, WorkerRecycled, WorkerStarting
from galley.pages import Done, Failed, FailureKind
from galley.tally import Tally

HERE, THERE = "cpu:0", "cpu:1"


def ready(*slots: str) -> Tally:
    tally = Tally(started_at=0.0)
    for slot in slots:
        tally.count_event(WorkerStarting(slot))
        tally.count_event(WorkerReady(slot, {"engine": "echo"}))
    return tally


def test_a_worker_is_busy_until_the_last_page_that_it_has_started_ends() -> None:
    tally = ready(HERE)
    assert tally.slots[HERE].state == "idle"
    for seq in range(2):
        tally.count_event(PageStarted(HERE, seq))
    tally.count_event(PageEnded(HERE, 0, 1.0, ok=True))
    assert tally.slots[HERE].state == "busy"
    tally.count_event(PageEnded(HERE, 1, 1.0, ok=True))
    assert tally.slots[HERE].state == "idle"
    assert (tally.slots[HERE].pages, tally.slots[HERE].busy_seconds) == (2, 2.0)


def test_a_page_that_was_given_back_keeps_only_its_new_worker_busy() -> None:
    tally = ready(HERE, THERE)
    for seq in range(2):
        tally.count_event(PageStarted(HERE, seq))
    tally.count_event(PageStarted(THERE, 1))
    tally.count_event(PageEnded(HERE, 0, 1.0, ok=True))
    assert [tally.slots[slot].state for slot in (HERE, THERE)] == ["idle", "busy"]


def test_a_new_worker_is_not_busy_with_the_pages_of_the_one_before() -> None:
    for end in (WorkerDied(HERE, "was killed", will_restart=True), WorkerRecycled(HERE, "2 pages are done")):
        tally = ready(HERE)
        for seq in range(2):
            tally.count_event(PageStarted(HERE, seq))
        tally.count_event(end)
        assert tally.slots[HERE].state == "restarting"
        tally.count_event(WorkerReady(HERE, {}))
        tally.count_event(PageStarted(HERE, 0))
        tally.count_event(PageEnded(HERE, 0, 1.0, ok=True))
        assert tally.slots[HERE].state == "idle"


def test_a_slot_that_was_given_up_stays_so_when_its_last_page_is_settled() -> None:
    tally = ready(HERE)
    tally.count_event(PageStarted(HERE, 0))
    tally.count_event(WorkerDied(HERE, "was killed", will_restart=False))
    tally.count_event(PageEnded(HERE, 0, 0.0, ok=False))
    tally.count_event(PageEnded(None, 1, 0.0, ok=False))
    assert tally.slots[HERE].state == "gone"


def test_the_speed_and_the_first_result_are_those_of_pages_that_have_one() -> None:
    tally = ready(HERE)
    tally.count_outcome(Failed("a.png", FailureKind.UNREADABLE, "damaged"), now=1.0)
    tally.count_outcome(Done("b.png", None, HERE, 1.0), now=3.0)
    assert tally.first_result_at == 3.0
    assert tally.overall_rate(4.0) == 0.25
