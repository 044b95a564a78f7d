"""The dispatcher against a simulated world of workers that die, hang and dawdle, and wrong dispatchers against it.

`World` carries out commands and checks each of them; the state machine lets anything happen in any order, and at
the end lets the world run on until every page has its outcome.
"""

from __future__ import annotations

import inspect
import math
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from galley.errors import BadArguments
from galley.fleet import backlog, dispatch
from galley.fleet.commands import Forget, Kill, Recall, Send, Settle, Start
from galley.fleet.dispatch import Dispatcher
from galley.fleet.limits import Limits
from galley.pages import FailureKind


@dataclass
class Worker:
    up: bool = False
    killed: bool = False
    killed_at: float = 0.0
    pages: list[int] = field(default_factory=list)
    started: list[int] = field(default_factory=list)
    alone: int | None = None
    recalls: int = 0
    gave_nothing: bool = False
    """When last asked, and got nothing since."""
    heard: float = 0.0
    """When its silence began."""


class World:
    """Simulated workers, and what must hold at every moment."""

    def __init__(self, module: Any, slots: list[str], limits: Limits, natures: list[str]) -> None:
        self.limits, self.natures = limits, natures
        self.now = 0.0
        self.workers: dict[str, Worker] = {}
        self.outcomes: dict[int, Any] = {}
        self.taken = 0
        self.lost: Counter[int] = Counter()
        self.suspects: dict[int, str] = {}
        self.deaths: Counter[str] = Counter()
        self.crashes: Counter[str] = Counter()
        self.retired: set[str] = set()
        self.forgotten: list[str] = []
        self.slots = slots
        self.module = module
        self.dispatcher = module.Dispatcher(slots, limits)
        self.carry_out(self.dispatcher.begin(self.source(), self.now))
        self.hand_out()

    def source(self) -> Iterator[int]:
        for page in range(len(self.natures)):
            assert page < self.oldest() + self.limits.window, "taken beyond the window"
            self.taken += 1
            yield page

    def oldest(self) -> int:
        return next((page for page in range(len(self.natures)) if page not in self.outcomes), len(self.natures))

    # ---- commands

    def hand_out(self) -> None:
        for _ in range(1000):
            command = self.dispatcher.assign(self.now)
            if command is None:
                break
            self.carry_out([command])
        else:
            raise AssertionError("assignments without end")
        self.check_nobody_idles()
        self.check_nobody_waits_for_ever()

    def carry_out(self, commands: list[Any]) -> None:
        for command in commands:
            getattr(self, "on_" + type(command).__name__.lower())(command)

    def on_start(self, command: Start) -> None:
        assert command.slot not in self.workers, "started twice"
        assert command.slot not in self.retired, "started after it was given up"
        self.workers[command.slot] = Worker(heard=self.now)

    def on_send(self, command: Send) -> None:
        worker, page = self.workers[command.slot], command.page
        assert worker.up, "sent to a worker that is not ready"
        assert not worker.killed, "sent to a worker that is to die"
        assert worker.alone is None, "sent to a worker whose page must be alone"
        assert page not in self.outcomes, "sent after its outcome"
        assert not any(page in other.pages for other in self.workers.values()), "sent twice"
        assert command.alone == (page in self.suspects), "suspects run alone, and only they"
        if command.alone:
            assert not worker.pages, "a suspect in company"
            assert self.suspects[page] != command.slot or len(self.retired) == len(self.slots) - 1, "same slot"
            worker.alone = page
        if not worker.pages:
            worker.heard = self.now
        worker.gave_nothing = False
        worker.pages.append(page)
        assert len(worker.pages) <= self.limits.depth, "deeper than allowed"

    def on_recall(self, command: Recall) -> None:
        worker = self.workers[command.slot]
        assert len(worker.pages) > 1, "recalled from a worker with nothing to give"
        assert worker.recalls == 0, "recalled twice"
        worker.recalls += 1
        assert any(other.up and not other.pages for other in self.workers.values()), "recalled for nobody"

    def on_kill(self, command: Kill) -> None:
        worker = self.workers[command.slot]
        assert not worker.killed, "killed twice"
        assert worker.pages or not worker.up, "killed while idle"
        assert self.now >= self.due(worker) - 1e-6, "killed early"
        worker.killed, worker.killed_at = True, self.now

    def on_forget(self, command: Forget) -> None:
        worker = self.workers[command.slot]
        assert worker.killed, "forgotten while it lives"
        assert self.now >= self.due(worker) - 1e-6, "forgotten early"
        self.forgotten.append(command.slot)

    def on_settle(self, command: Settle) -> None:
        page = command.page
        assert page not in self.outcomes, "two outcomes"
        self.outcomes[page] = command.blame
        if command.blame is None:
            assert command.tries == self.lost[page] + 1
        elif command.blame is FailureKind.NO_WORKER:
            assert len(self.retired) == len(self.slots), "given up with workers left"
        else:
            assert command.tries == self.lost[page] == self.limits.max_tries, "an innocent page is blamed"

    def check_nobody_idles(self) -> None:
        idle = [slot for slot, w in self.workers.items() if w.up and not w.killed and not w.pages]
        held = {page for worker in self.workers.values() for page in worker.pages}
        waiting = {page for page in range(self.taken) if page not in self.outcomes} - held
        if not idle:
            return
        assert self.taken == len(self.natures) or self.taken - self.oldest() >= self.limits.window, "source forgotten"
        for page in waiting:
            assert self.suspects.get(page) in idle, "a page waits although a worker is idle"
        lonely = [w for w in self.workers.values() if w.up and not w.killed and len(w.pages) > 1 and not w.recalls]
        if not any(worker.recalls for worker in self.workers.values()):
            assert all(worker.gave_nothing for worker in lonely), "nobody is recalled"

    def due(self, worker: Worker) -> float:
        """Until when it must have been heard of."""
        if worker.killed:
            return worker.killed_at + dispatch.DEATH_TIMEOUT
        if worker.up:
            return worker.heard + self.limits.page_timeout * self.limits.batch_size
        return worker.heard + self.limits.start_timeout

    def check_nobody_waits_for_ever(self) -> None:
        for slot, worker in self.workers.items():
            if (worker.pages or not worker.up) and slot not in self.forgotten:
                deadline = self.dispatcher.next_deadline()
                assert deadline is not None, "a worker may be silent for ever"
                assert deadline <= self.due(worker) + 1e-6, "a worker may be silent for longer than allowed"

    # ---- events

    def tell(self, event: str, slot: str, *arguments: Any) -> None:
        self.carry_out(getattr(self.dispatcher, event)(slot, *arguments))
        self.hand_out()

    def ready(self, slot: str) -> None:
        self.workers[slot].up = True
        self.tell("ready", slot)

    def begin(self, slot: str) -> None:
        """The worker starts to load its next page."""
        worker = self.workers[slot]
        page = worker.pages[len(worker.started)]
        if not worker.started:
            worker.heard = self.now
        if not worker.killed:
            worker.started.append(page)
            self.tell("started", slot, page, self.now)

    def finish(self, slot: str) -> None:
        worker = self.workers[slot]
        page = worker.started.pop(0)
        worker.pages.remove(page)
        self.suspects.pop(page, None)
        worker.alone = None
        worker.heard = self.now
        self.deaths[slot] = self.crashes[slot] = 0
        self.tell("finished", slot, page, self.now)

    def give_back(self, slot: str, keep: int) -> None:
        worker = self.workers[slot]
        kept = max(keep, 1)
        given = worker.pages[kept:]
        del worker.pages[kept:]
        worker.started = [page for page in worker.started if page not in given]
        worker.recalls -= 1
        worker.gave_nothing = not given
        self.tell("returned", slot, given)

    def die(self, slot: str) -> None:
        worker = self.workers.pop(slot)
        if len(worker.started) == 1:
            self.lost[worker.started[0]] += 1
        for page in worker.started:
            self.suspects[page] = slot
        (self.crashes if worker.started else self.deaths)[slot] += 1
        if self.deaths[slot] >= self.limits.max_deaths or self.crashes[slot] >= self.limits.max_crashes:
            self.retired.add(slot)
        self.tell("died", slot, self.now)
        assert self.dispatcher.restarting(slot) == (slot not in self.retired)
        assert self.dispatcher.stranded == (len(self.retired) == len(self.slots))

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.carry_out(self.dispatcher.tick(self.now))
        while self.forgotten:
            self.die(self.forgotten.pop())
        self.hand_out()

    def wait_for_deadline(self) -> None:
        due = self.dispatcher.next_deadline()
        assert due is not None, "nothing can happen any more"
        self.wait(max(due - self.now, 0.0))

    # ---- what a worker does if nothing unusual comes between

    def nature(self, slot: str) -> str | None:
        worker = self.workers[slot]
        return self.natures[worker.started[0]] if worker.started else None

    def go_on(self, slot: str) -> bool:
        """What this worker does next; False if nothing."""
        worker = self.workers[slot]
        if worker.killed or self.nature(slot) == "poison":
            self.die(slot)
        elif not worker.up:
            self.ready(slot)
        elif worker.recalls:
            self.give_back(slot, 1)
        elif self.nature(slot) == "good":
            self.finish(slot)
        elif not worker.started and worker.pages:
            self.begin(slot)
        else:
            return False
        return True

    def run_to_the_end(self) -> None:
        for _ in range(10 * (len(self.natures) + len(self.slots)) + 1000):
            if self.dispatcher.settled or self.dispatcher.stranded:
                break
            if not any(self.go_on(slot) for slot in list(self.workers) if slot in self.workers):
                self.wait_for_deadline()
        else:
            raise AssertionError("the run does not end")
        if self.dispatcher.stranded:
            for settled in self.dispatcher.give_up():
                self.on_settle(settled)
        self.taken = len(self.natures)
        assert sorted(self.outcomes) == list(range(len(self.natures))), "pages without an outcome"
        assert self.dispatcher.settled


def machine(module: Any) -> type[RuleBasedStateMachine]:
    """The state machine that tests the dispatcher in `module`."""

    class Anything(RuleBasedStateMachine):
        @initialize(
            slots=st.integers(1, 4),
            natures=st.lists(st.sampled_from(["good", "good", "good", "poison", "hang"]), max_size=30),
            depth=st.integers(1, 4),
            batch_size=st.integers(1, 2),
            window=st.integers(1, 12),
            max_tries=st.integers(1, 3),
            restart_delay=st.sampled_from([0.0, 0.5]),
            max_crashes=st.integers(2, 20),
        )
        def start(self, slots: int, natures: list[str], depth: int, batch_size: int, **limits: Any) -> None:
            self.world = World(
                module,
                [f"slot {index}" for index in range(slots)],
                Limits(max(depth, batch_size), batch_size, page_timeout=10, start_timeout=20, **limits),
                natures,
            )

        def choose(self, data: st.DataObject, suits: Callable[[Worker], bool]) -> str | None:
            slots = [slot for slot, worker in self.world.workers.items() if suits(worker)]
            return data.draw(st.sampled_from(slots)) if slots else None

        @rule(data=st.data())
        def become_ready(self, data: st.DataObject) -> None:
            if slot := self.choose(data, lambda worker: not worker.up and not worker.killed):
                self.world.ready(slot)

        @rule(data=st.data())
        def begin_page(self, data: st.DataObject) -> None:
            if slot := self.choose(data, lambda worker: worker.up and len(worker.started) < len(worker.pages)):
                self.world.begin(slot)

        @rule(data=st.data())
        def end_page(self, data: st.DataObject) -> None:
            slot = self.choose(data, lambda worker: bool(worker.started))
            if slot and self.world.nature(slot) == "good":
                self.world.finish(slot)
            elif slot and self.world.nature(slot) == "poison":
                self.world.die(slot)

        @rule(data=st.data(), keep=st.integers(1, 3))
        def answer_recall(self, data: st.DataObject, keep: int) -> None:
            if slot := self.choose(data, lambda worker: worker.recalls > 0):
                self.world.give_back(slot, keep)

        @rule(data=st.data())
        def die_of_a_kill(self, data: st.DataObject) -> None:
            if slot := self.choose(data, lambda worker: worker.killed):
                self.world.die(slot)

        @rule(data=st.data())
        def die_of_nothing(self, data: st.DataObject) -> None:
            if slot := self.choose(data, lambda worker: True):
                self.world.die(slot)

        @rule(seconds=st.floats(0, 15))
        def wait(self, seconds: float) -> None:
            self.world.wait(seconds)

        @precondition(lambda self: self.world.dispatcher.next_deadline() is not None)
        @rule()
        def wait_for_deadline(self) -> None:
            self.world.wait_for_deadline()

        def teardown(self) -> None:
            if hasattr(self, "world"):
                self.world.run_to_the_end()

    return Anything


def test_anything_may_happen() -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call,unused-ignore]
        machine(dispatch),
        settings=settings(
            max_examples=60,
            stateful_step_count=40,
            deadline=None,
            phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )


def live(module: Any, seed: int) -> None:
    """One random life, fifty times faster than the state machine can draw one, and not to be shrunk."""
    chance = random.Random(seed)
    batch_size = chance.randint(1, 2)
    weights = (6, chance.choice([0, 1, 5]), chance.choice([0, 1]))
    world = World(
        module,
        [f"slot {index}" for index in range(chance.randint(1, 4))],
        Limits(
            depth=max(batch_size, chance.randint(1, 4)),
            batch_size=batch_size,
            max_tries=chance.randint(1, 3),
            page_timeout=10,
            start_timeout=20,
            restart_delay=chance.choice([0.0, 0.5]),
            max_crashes=chance.randint(2, 20),
            window=chance.randint(1, 12),
        ),
        chance.choices(["good", "poison", "hang"], weights, k=chance.randint(0, 30)),
    )
    sudden = chance.choice([0.0, 0.02, 0.2])
    for _ in range(chance.randint(0, 150)):
        if chance.random() < 0.1:
            world.wait(chance.uniform(0, 15))
        if world.workers:
            slot = chance.choice(list(world.workers))
            if chance.random() < sudden:
                world.die(slot)
            elif chance.random() < 0.3 and len(world.workers[slot].started) < len(world.workers[slot].pages):
                world.begin(slot)
            else:
                world.go_on(slot)
    world.run_to_the_end()


def test_anything_happens_at_random() -> None:
    for seed in range(1500):
        live(dispatch, seed)


MUTATIONS = {
    "the guilty page is blamed in company": (
        "if len(pages) == 1:",
        "if pages:",
    ),
    "waiting pages are blamed too": (
        "suspects, waiting = list(worker.started), [page for page in worker.pages if page not in worker.started]",
        "suspects, waiting = list(worker.pages), list[int]()",
    ),
    "waiting pages are lost": (
        "self._backlog.put_back(waiting, worker.alone)",
        "pass",
    ),
    "given back pages are lost": (
        "self._backlog.put_back(mine, worker.alone)",
        "pass",
    ),
    "a suspect gets company": (
        "open_to_more = worker.state is _State.READY and worker.alone is None",
        "open_to_more = worker.state is _State.READY",
    ),
    "a suspect that was only waiting is cleared": (
        "if suspect is None:\n            self._returned",
        "if True:\n            self._returned",
    ),
    "one page too many": (
        "level = count if open_to_more and count < self._limits.depth else None",
        "level = min(count, self._limits.depth - 1) if open_to_more else None",
    ),
    "one page beyond the window": (
        "self._next - self._oldest >= self._limits.window",
        "self._next - self._oldest > self._limits.window",
    ),
    "the window never opens again": (
        "self._oldest += 1\n            while",
        "while",
    ),
    "one try too few": (
        "if self._lost_tries.get(page, 0) >= self._limits.max_tries:",
        "if self._lost_tries.get(page, 0) + 1 >= self._limits.max_tries:",
    ),
    "a slot is never given up": (
        "if worker.deaths >= self._limits.max_deaths or",
        "if False and worker.deaths >= self._limits.max_deaths or",
    ),
    "a page that ends does not redeem its slot": (
        "worker.deaths = worker.crashes = 0",
        "worker.deaths = 0",
    ),
    "the same slot again": (
        "if suspect.slot != slot or last:",
        "if True:",
    ),
    "suspects wait for another slot for ever": (
        "if suspect.slot != slot or last:",
        "if suspect.slot != slot:",
    ),
    "the deadline is not moved by a page that ends": (
        "        if worker.state is _State.READY:\n            self._expect_life(worker, now)\n        self._place",
        "        self._place",
    ),
    "no deadline for pages that never start": (
        "        if len(worker.pages) == 1:\n            self._expect_life(worker, now)\n",
        "",
    ),
    "the pause before a restart never ends": (
        "self._set_deadline(worker, now + self._limits.restart_delay * 2 ** (worker.deaths - 2))",
        "pass",
    ),
    "pages are sent to a dying worker": (
        "worker.state, worker.late = _State.DYING, True",
        "worker.late = True",
    ),
    "nothing is recalled": (
        "if self._crowded and len(self._hungry[0]) > self._recalls:",
        "if False:",
    ),
    "a recall is forgotten when its worker dies": (
        "        if worker.asked:\n            self._recalls -= 1\n        worker.pages.clear()",
        "        worker.pages.clear()",
    ),
    "suspects are forgotten when all is given up": (
        "if page is None and self._suspects:",
        "if False:",
    ),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_wrong_dispatcher_is_found_out(name: str) -> None:
    old, new = MUTATIONS[name]
    sources = [inspect.getsource(module) for module in (backlog, dispatch)]
    count = sum(source.count(old) for source in sources)
    assert count == 1, f"the dispatcher has changed: {old!r} is there {count} times"
    mutant = ModuleType("mutant")
    sys.modules["mutant"] = mutant  # dataclasses look their module up
    own_backlog, deciding = (source.replace(old, new) for source in sources)
    import_line = "from galley.fleet.backlog import Backlog, Suspect\n"
    assert import_line in deciding
    try:
        exec(compile(own_backlog, "mutant", "exec"), mutant.__dict__)
        exec(compile(deciding.replace(import_line, ""), "mutant", "exec"), mutant.__dict__)
        with pytest.raises(Exception):  # noqa: B017 - however it shows
            for seed in range(3000):
                live(mutant, seed)
    finally:
        del sys.modules["mutant"]


# ---- single rules, by example


def begin(count: int, slots: int = 1, **limits: Any) -> Dispatcher:
    dispatcher = Dispatcher([f"s{index}" for index in range(slots)], Limits(**limits))
    dispatcher.begin(iter(range(count)), 0.0)
    for index in range(slots):
        dispatcher.ready(f"s{index}")
    return dispatcher


def assignments(dispatcher: Dispatcher) -> list[Any]:
    return list(iter(lambda: dispatcher.assign(0.0), None))


def test_the_first_pages_are_spread_before_any_worker_gets_two() -> None:
    sent = assignments(begin(10, slots=3))
    assert [(command.slot, command.page) for command in sent] == [
        ("s0", 0), ("s1", 1), ("s2", 2), ("s0", 3), ("s1", 4), ("s2", 5),
    ]  # fmt: skip


def test_a_page_behind_a_long_one_is_given_to_an_idle_worker() -> None:
    dispatcher = begin(4, slots=2)
    assignments(dispatcher)  # s0 has 0 and 2, s1 has 1 and 3
    dispatcher.finished("s1", 1, 1.0)
    dispatcher.finished("s1", 3, 1.0)
    assert assignments(dispatcher) == [Recall("s0")]
    dispatcher.returned("s0", [2])
    assert assignments(dispatcher) == [Send("s1", 2, False)]


def test_a_suspect_is_tried_on_another_slot() -> None:
    dispatcher = begin(2, slots=2, depth=1)
    assignments(dispatcher)
    dispatcher.started("s0", 0, 0.0)
    dispatcher.died("s0", 0.0)
    dispatcher.ready("s0")
    assert assignments(dispatcher) == []
    dispatcher.finished("s1", 1, 1.0)
    assert assignments(dispatcher) == [Send("s1", 0, True)]


def test_suspects_wait_for_fresh_pages() -> None:
    dispatcher = begin(4, depth=1, window=3)
    assignments(dispatcher)
    dispatcher.started("s0", 0, 0.0)
    dispatcher.died("s0", 0.0)
    dispatcher.ready("s0")
    order = []
    for _ in range(4):
        (sent,) = assignments(dispatcher)
        order.append(sent.page)
        dispatcher.finished("s0", sent.page, 0.0)
    assert order == [1, 2, 0, 3]


def test_restarts_without_a_page_to_blame_are_delayed_more_and_more() -> None:
    dispatcher = begin(1, max_deaths=4, restart_delay=0.5)
    assert dispatcher.died("s0", 0.0) == [Start("s0")]
    assert dispatcher.died("s0", 0.0) == []
    assert dispatcher.next_deadline() == 0.5
    assert dispatcher.tick(0.4) == []
    assert dispatcher.tick(0.5) == [Start("s0")]
    assert dispatcher.died("s0", 1.0) == []
    assert dispatcher.next_deadline() == 2.0
    assert dispatcher.tick(2.0) == [Start("s0")]
    assert dispatcher.died("s0", 3.0) == []
    assert dispatcher.stranded


def test_without_timeouts_there_is_no_deadline() -> None:
    dispatcher = begin(1, page_timeout=math.inf, start_timeout=math.inf)
    assignments(dispatcher)
    dispatcher.started("s0", 0, 0.0)
    assert dispatcher.next_deadline() is None


def test_pages_go_on_counting_in_the_next_run() -> None:
    dispatcher = begin(3, depth=3)
    assignments(dispatcher)
    for page in range(3):
        dispatcher.finished("s0", page, 0.0)
    assert assignments(dispatcher) == []
    assert dispatcher.begin(iter(range(3, 5)), 1.0) == []
    assert [command.page for command in assignments(dispatcher)] == [3, 4]


def test_the_cost_of_a_page_does_not_grow_with_the_slots() -> None:
    def cost(slots: int) -> float:
        pages = 5_000
        dispatcher = begin(pages, slots=slots)
        hands = [(command.slot, command.page) for command in assignments(dispatcher)]
        start = time.process_time()
        for slot, page in hands:
            dispatcher.started(slot, page, 0.0)
            dispatcher.finished(slot, page, 0.0)
            hands.extend((command.slot, command.page) for command in assignments(dispatcher))
        return (time.process_time() - start) / pages

    cost(2)
    assert cost(256) < 4 * cost(2)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"depth": 0}, "depth is 0"),
        ({"batch_size": 3}, "depth is 2; it must be at least batch_size"),
        ({"max_tries": 1.5}, "max_tries is 1.5"),
        ({"page_timeout": 0}, "page_timeout is 0"),
        ({"start_timeout": math.nan}, "start_timeout is nan"),
        ({"restart_delay": -1}, "restart_delay is -1"),
        ({"window": -1}, "window is -1"),
    ],
)
def test_limits_are_checked(limits: dict[str, Any], words: str) -> None:
    with pytest.raises(BadArguments, match=words):
        Limits(**limits)
