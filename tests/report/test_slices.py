"""Who was at what when."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from galley.journal import Timing, WorkerEvent
from galley.journal.records import WHOLE
from galley.report.slices import DOWN, STARTING, UP, WAITING, Follower, Phase, Slice, cut_slices

PAGES = st.tuples(
    st.integers(1, 2),
    st.sampled_from(["cpu:0", "cpu:1", None]),
    st.floats(0, 1000),
    st.floats(0, 50),
    st.one_of(st.none(), st.floats(-1, 60)),
    st.booleans(),
)


def timing(run: int, slot: str | None, end: float, held: float, seconds: float | None, started: bool) -> Timing:
    return Timing("a.png", WHOLE, run, "done", None, 1, slot, end - held if started else None, end, seconds)


def in_order(timings: list[Timing]) -> list[Timing]:
    return sorted(timings, key=lambda t: (t.run, t.slot or "", -t.ended))


@given(st.lists(PAGES, max_size=60))
def test_slices_never_overlap_and_lie_where_the_page_was_in_hand(
    pages: list[tuple[int, str | None, float, float, float | None, bool]],
) -> None:
    timings = in_order([timing(*page) for page in pages])
    slices = list(cut_slices(timings))
    assert [piece.page for piece in slices] == timings
    for piece in slices:
        assert piece.begin <= piece.end <= piece.page.ended
        assert piece.end - piece.begin <= max(piece.page.seconds or 0, 0) + 1e-9
        if piece.page.started is not None and piece.end > piece.begin:
            assert piece.begin >= piece.page.started
    for later, earlier in pairwise(slices):
        if (later.page.run, later.page.slot) == (earlier.page.run, earlier.page.slot):
            assert earlier.end <= later.begin


def test_pages_of_a_batch_are_laid_one_after_the_other() -> None:
    batch = [timing(1, "cpu:0", 8.0, 8.0, 2.0, True) for _ in range(4)]
    assert [(piece.begin, piece.end) for piece in cut_slices(batch)] == [(6, 8), (4, 6), (2, 4), (0, 2)]


def test_a_page_without_a_time_takes_none() -> None:
    (piece,) = cut_slices([timing(1, "cpu:0", 8.0, 0, None, False)])
    assert piece == Slice(piece.page, 8.0, 8.0)


EVENTS = st.lists(st.tuples(st.floats(-10, 120), st.sampled_from(["starting", "ready", "died", "recycled", "?"])))


@given(EVENTS)
def test_a_worker_is_in_one_state_at_every_moment(events: list[tuple[float, str]]) -> None:
    follower = Follower(0, 100)
    phases = [follower.take(WorkerEvent(1, moment, "cpu:0", event, "")) for moment, event in events]
    found = [phase for phase in [*phases, follower.finish()] if phase is not None]
    assert found[0].begin == 0
    assert found[-1].end == 100
    for before, after in pairwise(found):
        assert before.end == after.begin
        assert before.begin < before.end


def test_the_life_of_a_worker() -> None:
    follower = Follower(0, 100)
    events = [(1, "starting"), (4, "ready"), (30, "died"), (31, "starting")]
    phases = [follower.take(WorkerEvent(1, moment, "cpu:0", event, "")) for moment, event in events]
    assert phases == [Phase(WAITING, 0, 1), Phase(STARTING, 1, 4), Phase(UP, 4, 30), Phase(DOWN, 30, 31)]
    assert follower.finish() == Phase(STARTING, 31, 100)
