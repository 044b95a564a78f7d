from __future__ import annotations

import itertools
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from galley.devices import Device, Slot
from galley.errors import BadArguments, GalleyError, ModelError, NoWorkerLeft
from galley.fleet.limits import Limits
from galley.fleet.messages import (
    Factory,
    FleetEvent,
    PageEnded,
    PageStarted,
    WorkerDied,
    WorkerReady,
    WorkerStarting,
    WorkerWrote,
)
from galley.fleet.run import Fleet
from galley.pages import Done, Failed, FailureKind, Outcome

LIMITS = Limits(restart_delay=0.0)

Ends = Callable[[int], bool]


def slots(count: int) -> list[Slot]:
    cores = tuple(sorted(os.sched_getaffinity(0)))
    return [Slot(Device("cpu", index), 0, cores[:1], False) for index in range(count)]


def fleet(name: str, count: int = 2, limits: Limits = LIMITS, observe: Any = None, **arguments: Any) -> Fleet:
    return Fleet(Factory(f"faults:{name}", arguments), slots(count), limits, observe)


def collect(outcomes: Iterable[tuple[int, Outcome]]) -> dict[int, Outcome]:
    found: dict[int, Outcome] = {}
    for seq, outcome in outcomes:
        assert seq not in found
        found[seq] = outcome
    return found


def obey(pages: Iterable[Any], count: int = 2, limits: Limits = LIMITS, **more: Any) -> dict[int, Outcome]:
    with fleet("Obey", count, limits, **more) as crew:
        return collect(crew.run(pages))


def kinds(outcomes: dict[int, Outcome]) -> list[FailureKind | None]:
    return [getattr(outcomes[seq], "kind", None) for seq in sorted(outcomes)]


def results(outcomes: dict[int, Outcome]) -> list[Any]:
    return [getattr(outcomes[seq], "result", None) for seq in sorted(outcomes)]


def failure(outcome: Outcome) -> Failed:
    assert isinstance(outcome, Failed)
    return outcome


# ---- the ordinary run


def test_every_page_has_one_outcome_with_the_very_page_handed_in() -> None:
    pages = [[index] for index in range(200)]
    outcomes = obey(pages)
    assert sorted(outcomes) == list(range(200))
    for seq, outcome in outcomes.items():
        assert isinstance(outcome, Done)
        assert outcome.page is pages[seq]
        assert outcome.result == pages[seq]
        assert outcome.slot in ("cpu:0", "cpu:1")
        assert outcome.seconds >= 0
        assert outcome.tries == 1


def test_no_pages_start_nothing() -> None:
    crew = fleet("Obey")
    assert list(crew.run([])) == []
    assert crew.pids == {}


def test_workers_serve_run_after_run() -> None:
    with fleet("WhoAmI") as crew:
        crew.open()
        pids = crew.pids
        for _ in range(3):
            outcomes = collect(crew.run(["pid"] * 20))
            assert sorted(outcomes) == list(range(20))
            assert {o.result for o in outcomes.values() if isinstance(o, Done)} <= set(pids.values())
        assert crew.pids == pids


def test_close_ends_workers_in_order_and_the_fleet_may_be_used_again(tmp_path: Path) -> None:
    file = tmp_path / "note"
    crew = fleet("CloseSlowly", 1, file=str(file))
    assert len(collect(crew.run([1, 2]))) == 2
    crew.close()
    assert file.read_text() == "closed"
    assert crew.pids == {}
    crew.close()
    assert len(collect(crew.run([1, 2]))) == 2
    crew.close()


def test_the_worker_sees_its_slot_its_environment_and_its_cores() -> None:
    core = max(os.sched_getaffinity(0))
    slot = Slot(Device("gpu", 3), 1, (core,), True)
    with Fleet(Factory("faults:WhoAmI"), [slot], LIMITS) as crew:
        outcomes = collect(crew.run(["slot", "CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS", "cores", "stdin"]))
    assert results(outcomes) == [slot, "3", "1", [core], ""]


def test_a_worker_loads_little_before_its_pipeline_needs_it() -> None:
    with fleet("WhoAmI", 1) as crew:
        outcome = collect(crew.run(["modules"]))[0]
    assert isinstance(outcome, Done)
    assert not {"numpy", "asyncio", "multiprocessing", "galley.fleet.loop"} & set(outcome.result)


def test_arrays_travel_both_ways_and_come_back_writable() -> None:
    pages = [np.full((2000, 1500, 3), index, np.uint8) for index in range(6)]
    outcomes = obey(pages)
    for seq, outcome in outcomes.items():
        assert isinstance(outcome, Done)
        assert np.array_equal(outcome.result, pages[seq])
        outcome.result[0] = 0


def test_pages_are_read_as_workers_need_them() -> None:
    read = itertools.count()
    with fleet("Obey", 2, replace(LIMITS, window=10)) as crew:
        run = crew.run(read)
        for _ in range(50):
            next(run)
        assert next(read) <= 50 + 10
        run.close()


def test_an_ordered_reader_holds_at_most_window_results() -> None:
    held: set[int] = set()
    turn, most = 0, 0
    for seq, _ in fleet("Obey", 2, replace(LIMITS, window=8)).run(["segfault", *range(300)]):
        held.add(seq)
        most = max(most, len(held))
        while turn in held:
            held.remove(turn)
            turn += 1
    assert turn == 301
    assert most <= 8


def test_observers_see_the_life_of_workers_and_pages() -> None:
    seen: list[FleetEvent] = []
    obey(["raise value", "print hello", "once"], 1, observe=seen.append)
    assert seen[0] == WorkerStarting("cpu:0")
    assert isinstance(seen[1], WorkerReady)
    assert seen[1].description["engine"] == "echo"
    started = [event.seq for event in seen if isinstance(event, PageStarted)]
    ended = {event.seq: event.ok for event in seen if isinstance(event, PageEnded)}
    assert started == [0, 1, 2]
    assert ended == {0: False, 1: True, 2: True}


def test_batches_are_taken_from_the_loaded_pages() -> None:
    with fleet("Batches", 1, Limits(depth=5, batch_size=4), others=4) as crew:
        outcomes = collect(crew.run(["first", "a", "b", "c", "d"]))
    assert results(outcomes) == [1, 4, 4, 4, 4]


@pytest.mark.parametrize("bad", ["bad", "one too many"])
def test_only_the_guilty_page_of_a_batch_is_rejected(bad: str) -> None:
    with fleet("Batches", 1, Limits(depth=5, batch_size=4), others=4) as crew:
        outcomes = collect(crew.run(["first", "a", bad, "c", "d"]))
    assert kinds(outcomes) == [None, None, FailureKind.REJECTED, None, None]


# ---- pages that go wrong


@pytest.mark.parametrize(
    ("page", "kind", "words"),
    [
        ("raise unreadable", FailureKind.UNREADABLE, "not a picture"),
        ("load raise unreadable", FailureKind.UNREADABLE, "not a picture"),
        ("raise unwritten", FailureKind.NOT_WRITTEN, "disk full"),
        ("raise value", FailureKind.REJECTED, "ValueError: no good"),
        ("raise unpicklable", FailureKind.REJECTED, "UnpicklableError"),
        ("raise keyboard", FailureKind.REJECTED, "KeyboardInterrupt"),
        ("raise stop", FailureKind.REJECTED, "StopIteration"),
        ("raise memory", FailureKind.REJECTED, "MemoryError: too large"),
        ("raise device", FailureKind.REJECTED, "the device is lost"),
        ("exit 0", FailureKind.REJECTED, "SystemExit"),
        ("load exit 0", FailureKind.REJECTED, "SystemExit"),
        ("unpicklable", FailureKind.REJECTED, "TypeError: this object stays here"),
        ("unloadable", FailureKind.REJECTED, "known in its own process only"),
        ("segfault", FailureKind.CRASHED, "SIGSEGV"),
        ("load segfault", FailureKind.CRASHED, "SIGSEGV"),
        ("kill", FailureKind.CRASHED, "SIGKILL"),
        ("exit-now 0", FailureKind.CRASHED, "exited with code 0"),
        ("exit-now 7", FailureKind.CRASHED, "exited with code 7"),
    ],
)
def test_a_bad_page_costs_no_other(page: str, kind: FailureKind, words: str) -> None:
    outcomes = obey([0, page, *range(2, 8)])
    assert kinds(outcomes) == [None, kind] + [None] * 6
    bad = failure(outcomes[1])
    assert words in bad.message
    assert bad.tries == (2 if kind is FailureKind.CRASHED else 1)
    if kind is not FailureKind.CRASHED:
        assert "Traceback" in bad.detail


def test_pages_that_hang_are_timed_out_and_cost_no_other() -> None:
    hanging = ["hang", "hang-holding-gil", "load hang", "load hang-holding-gil", "stop-process"]
    pages = [page for number, each in enumerate(hanging) for page in (number, each)]
    # Side by side, so that the limit can be one that no other page reaches on a busy machine.
    outcomes = obey(pages, len(hanging), replace(LIMITS, page_timeout=1.5, max_tries=1))
    assert kinds(outcomes) == [None, FailureKind.TIMED_OUT] * len(hanging)
    for seq in range(1, len(pages), 2):
        assert "no sign of life for 1.5 s" in failure(outcomes[seq]).message


def test_a_page_that_cannot_be_pickled_is_rejected() -> None:
    outcomes = obey([1, threading.Lock(), 2])
    assert kinds(outcomes) == [None, FailureKind.REJECTED, None]


def test_a_page_that_cannot_be_unpickled_is_rejected() -> None:
    import faults  # type: ignore[import-not-found,unused-ignore]

    outcomes = obey([1, faults.Unloadable(), 2])
    assert kinds(outcomes) == [None, FailureKind.REJECTED, None]


def test_after_an_error_of_memory_or_device_the_worker_is_replaced() -> None:
    seen: list[FleetEvent] = []
    with fleet("WhoAmI", 1) as crew:
        before = collect(crew.run(["pid"]))[0]
    outcomes = obey([*range(5), "raise memory", *range(6, 9)], 1, observe=seen.append)
    assert kinds(outcomes) == [None] * 5 + [FailureKind.REJECTED] + [None] * 3
    assert all(outcome.tries == 1 for outcome in outcomes.values())
    assert [event.will_restart for event in seen if isinstance(event, WorkerDied)] == [True]
    assert isinstance(before, Done)


def test_a_second_try_succeeds(tmp_path: Path) -> None:
    outcomes = obey([f"once {tmp_path / 'a'} kill", *range(20)])
    assert kinds(outcomes) == [None] * 21
    assert results(outcomes)[0] == "second time"


def test_what_a_worker_prints_harms_nothing_and_is_shown_when_it_crashes() -> None:
    seen: list[FleetEvent] = []
    outcomes = obey(["print hello", "print crash soon", "exit-now 3"], 1, observe=seen.append)
    assert kinds(outcomes) == [None, None, FailureKind.CRASHED]
    text = "".join(event.text for event in seen if isinstance(event, WorkerWrote))
    assert "hello" in text
    assert "raw hello" in text


def test_the_last_words_of_a_worker_are_seen_in_full() -> None:
    written: list[str] = []
    workers: list[psutil.Process] = []

    def observe(event: FleetEvent) -> None:
        if isinstance(event, WorkerReady):
            workers.append(psutil.Process(int(event.description["pid"])))
        elif isinstance(event, PageStarted):
            while workers[-1].status() != psutil.STATUS_ZOMBIE:
                pass  # so that all that there is to notice is noticed at once
        elif isinstance(event, WorkerWrote):
            written.append(event.text)

    obey(["write-and-die 50000"], 1, replace(LIMITS, max_tries=1), observe=observe)
    assert "".join(written) == "x" * 50_000


def test_the_native_traceback_of_a_crash_is_kept() -> None:
    assert "_segfault" in failure(obey(["segfault"], 1)[0]).detail


def test_endless_chatter_blocks_nobody_and_little_of_it_is_kept() -> None:
    outcomes = obey(["write-stderr 20000", "exit-now 3"], 1)
    assert kinds(outcomes) == [None, FailureKind.CRASHED]
    assert len(failure(outcomes[1]).detail) <= 16 << 10


def test_many_poisonous_pages_in_one_slot_cost_only_themselves() -> None:
    pages = [value for index in range(4) for value in ("exit-now 1", index)]
    outcomes = obey(pages, 1)
    assert kinds(outcomes) == [FailureKind.CRASHED, None] * 4


# ---- workers that go wrong


def test_kill_9_in_the_middle_loses_no_page() -> None:
    seen: list[FleetEvent] = []
    killed: set[int] = set()
    more = itertools.takewhile(lambda _: len(killed) < 3, itertools.repeat(0.002))
    with fleet("Sleep", 2, observe=seen.append) as crew:
        outcomes: dict[int, Outcome] = {}
        for seq, outcome in crew.run(itertools.chain(more, [0.002] * 20)):
            assert seq not in outcomes
            outcomes[seq] = outcome
            at_work = {int(event.description["pid"]) for event in seen if isinstance(event, WorkerReady)} - killed
            if len(killed) < 3 and crew.pids.get("cpu:1") in at_work:
                killed.add(crew.pids["cpu:1"])
                os.kill(crew.pids["cpu:1"], signal.SIGKILL)
    assert len(killed) == 3
    assert kinds(outcomes) == [None] * len(outcomes)
    assert sorted(outcomes) == list(range(len(outcomes)))


def test_deaths_are_noticed_without_pidfd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "pidfd_open")  # as on other systems
    outcomes = obey(["kill", 1, f"grandchild {tmp_path / 'pid'}", 2], 2, replace(LIMITS, max_tries=1))
    assert kinds(outcomes) == [FailureKind.CRASHED, None, FailureKind.CRASHED, None]


def test_a_worker_killed_between_runs_is_replaced() -> None:
    with fleet("WhoAmI", 2) as crew:
        crew.open()
        pids = crew.pids
        os.kill(pids["cpu:0"], signal.SIGKILL)
        outcomes = collect(crew.run(["pid"] * 50))
        assert kinds(outcomes) == [None] * 50


def test_a_slot_that_crashes_at_every_page_costs_no_page() -> None:
    seen: list[FleetEvent] = []

    def given_up() -> bool:
        return any(isinstance(event, WorkerDied) and not event.will_restart for event in seen)

    with fleet("CrashOn", 2, replace(LIMITS, max_crashes=3), observe=seen.append, bad="cpu:1") as crew:
        outcomes = collect(crew.run(itertools.takewhile(lambda _: not given_up(), itertools.count())))
    assert set(kinds(outcomes)) == {None}
    assert [event.slot for event in seen if isinstance(event, WorkerDied)] == ["cpu:1"] * 3


def test_a_slot_that_cannot_start_is_given_up_and_the_others_go_on() -> None:
    seen: list[FleetEvent] = []
    with fleet("open_on", 2, observe=seen.append, good="cpu:0", action="segfault") as crew:
        crew.open()
        assert kinds(collect(crew.run(range(10)))) == [None] * 10
        assert set(crew.pids) == {"cpu:0"}
    assert [event.will_restart for event in seen if isinstance(event, WorkerDied)] == [True, True, False]


def test_without_any_worker_every_page_has_an_outcome_and_then_the_run_says_so() -> None:
    crew = fleet("open_and", 2, action="exit-now 5")
    found: list[tuple[int, Outcome]] = []
    with pytest.raises(NoWorkerLeft, match=r"cpu:0 exited with code 5; cpu:1 exited with code 5"):
        for item in crew.run(range(2000)):
            found.append(item)  # noqa: PERF402 - what came before the exception is wanted
    assert kinds(collect(found)) == [FailureKind.NO_WORKER] * 2000
    assert crew.pids == {}


def test_the_last_words_of_workers_that_cannot_start_are_in_the_error() -> None:
    with pytest.raises(NoWorkerLeft, match="_segfault"):
        fleet("open_and", 1, action="segfault").open()


@pytest.mark.parametrize("how", ["open", "run"])
def test_the_error_of_the_factory_is_raised_here(how: str) -> None:
    crew = fleet("refuse_model")
    with pytest.raises(ModelError, match=r"^model x is truncated$") as caught:
        crew.open() if how == "open" else collect(crew.run([1]))
    assert "refuse_model" in str(caught.value.__cause__)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("faults:refuse_oddly", "UnpicklableError"),
        ("faults:missing", "AttributeError"),
        ("no_such_module:x", "ModuleNotFoundError"),
        ("faults", "not of the form"),
    ],
)
def test_a_factory_that_cannot_be_called_is_a_clear_error(target: str, words: str) -> None:
    with pytest.raises(GalleyError, match=words):
        Fleet(Factory(target), slots(2), LIMITS).open()


def test_opening_takes_only_so_long() -> None:
    with pytest.raises(NoWorkerLeft, match=r"no sign of life for 0\.3 s while opening"):
        fleet("open_and", 1, replace(LIMITS, start_timeout=0.3, max_deaths=1), action="hang-holding-gil").open()


# ---- ends of a run


def test_an_abandoned_run_leaves_nothing_and_the_next_starts_afresh() -> None:
    crew = fleet("Sleep")
    run = crew.run(itertools.repeat(0.01))
    next(run)
    pids = crew.pids
    assert len(pids) == 2
    run.close()
    assert crew.pids == {}
    assert not any(psutil.pid_exists(pid) for pid in pids.values())
    with crew:
        assert len(collect(crew.run([0.0] * 3))) == 3


def test_an_error_of_the_source_of_pages_is_raised_with_the_workers_stopped() -> None:
    def source() -> Iterator[int]:
        yield from range(5)
        raise LookupError("no more pages")

    crew = fleet("Obey")
    with pytest.raises(LookupError, match="no more pages"):
        collect(crew.run(source()))
    assert crew.pids == {}


def test_an_error_of_the_observer_stops_the_run() -> None:
    def observe(event: FleetEvent) -> None:
        if isinstance(event, PageEnded):
            raise LookupError("cannot draw")

    with pytest.raises(LookupError):
        collect(fleet("Obey", observe=observe).run(range(5)))


def test_a_fleet_that_is_let_go_of_stops_its_workers() -> None:
    crew = fleet("Obey")
    crew.open()
    pids = list(crew.pids.values())
    del crew
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_closing_in_the_middle_of_a_run_ends_that_run_with_an_error() -> None:
    crew = fleet("Sleep")
    run = crew.run(itertools.repeat(0.001))
    next(run)
    crew.close()
    with pytest.raises(GalleyError, match="closed in the middle"):
        for _ in run:
            pass


def test_two_runs_at_once_are_refused_without_harm_to_the_first() -> None:
    with fleet("Sleep") as crew:
        run = crew.run([0.001] * 10)
        first = next(run)
        with pytest.raises(GalleyError, match="another run"):
            next(crew.run([1]))
        assert len(collect([first, *run])) == 10


def test_the_time_the_reader_takes_is_not_held_against_the_workers() -> None:
    limits = replace(LIMITS, page_timeout=1.5, max_tries=1)
    gate = threading.Event()
    with fleet("Sleep", 2, limits) as crew:
        outcomes = {}
        for seq, outcome in crew.run([0.01] * 30):
            outcomes[seq] = outcome
            if len(outcomes) == 5:
                gate.wait(2.0)  # more than a page may take
    assert kinds(outcomes) == [None] * 30


def test_a_grandchild_with_our_descriptors_does_not_hide_a_death_and_does_not_survive(
    tmp_path: Path, ends: Ends
) -> None:
    file = tmp_path / "pid"
    outcomes = obey([f"grandchild {file}", 1, 2], 1, replace(LIMITS, max_tries=1))
    assert kinds(outcomes) == [FailureKind.CRASHED, None, None]
    assert ends(int(file.read_text()))


def test_a_grandchild_of_a_living_worker_ends_with_it(tmp_path: Path, ends: Ends) -> None:
    file = tmp_path / "pid"
    assert kinds(obey([f"keep-grandchild {file}"], 1)) == [None]
    assert ends(int(file.read_text()))


def test_the_fleet_works_in_a_thread() -> None:
    found: list[dict[int, Outcome]] = []
    thread = threading.Thread(target=lambda: found.append(obey(range(20))))
    thread.start()
    thread.join()
    assert kinds(found[0]) == [None] * 20


def test_slots_must_be_there_and_differ() -> None:
    with pytest.raises(BadArguments, match="at least one slot"):
        Fleet(Factory("faults:Echo"), [])
    with pytest.raises(BadArguments, match="same name: cpu:0, cpu:0"):
        Fleet(Factory("faults:Echo"), slots(1) * 2)


@pytest.mark.slow
def test_the_memory_of_the_parent_stays_flat() -> None:
    process = psutil.Process()
    with fleet("Echo") as crew:
        for seq, _ in crew.run(range(100_000)):
            if seq == 1000:
                before = process.memory_info().rss
        assert process.memory_info().rss - before < 10 << 20
