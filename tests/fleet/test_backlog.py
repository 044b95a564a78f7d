"""The rules about pages alone, by example; what they are worth in a fleet, `test_dispatch.py` shows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from galley.fleet.backlog import Backlog, Suspect
from galley.fleet.limits import Limits


def of(pages: int, **limits: int) -> Backlog:
    backlog = Backlog(Limits(**limits))
    backlog.begin(iter(range(pages)))
    return backlog


def fresh(backlog: Backlog) -> list[int]:
    return list(iter(backlog.next_page, None))


def test_fresh_pages_are_held_back_by_the_oldest_without_an_outcome() -> None:
    backlog = of(10, window=3)
    assert fresh(backlog) == [0, 1, 2]
    backlog.end(1)
    assert fresh(backlog) == []
    backlog.end(0)
    assert fresh(backlog) == [3, 4]


def test_pages_that_come_back_are_next_and_in_their_order() -> None:
    backlog = of(5)
    assert [backlog.next_page() for _ in range(3)] == [0, 1, 2]
    backlog.put_back([1, 2], None)
    assert fresh(backlog) == [1, 2, 3, 4]


def test_only_a_page_that_was_alone_loses_a_try() -> None:
    backlog = of(3, max_tries=2)
    fresh(backlog)
    assert backlog.accuse([0, 1], "a") == []
    assert backlog.accuse([0, 1], "a") == []
    assert backlog.accuse([2], "a") == []
    assert backlog.accuse([2], "a") == [2]
    assert [backlog.end(page) for page in range(3)] == [0, 0, 2]


def test_a_suspect_goes_elsewhere_while_there_is_another_slot() -> None:
    backlog = of(1)
    fresh(backlog)
    backlog.accuse([0], "a")
    assert backlog.next_suspect("a", last=False) is None
    assert backlog.next_suspect("b", last=False) == Suspect(0, "a")
    backlog.put_back([0], Suspect(0, "a"))
    assert fresh(backlog) == []
    assert backlog.next_suspect("a", last=True) == Suspect(0, "a")


@given(st.lists(st.sampled_from(["end", "put back", "accuse"]), max_size=60), st.integers(1, 9))
def test_every_page_is_somewhere_until_it_ends(acts: list[str], window: int) -> None:
    count = 12
    backlog = of(count, window=window, max_tries=2)
    ended: set[int] = set()
    for act in [*acts, *["end"] * count]:
        page = backlog.next_of_all()
        if page is None:
            break
        assert page not in ended
        if act == "put back":
            backlog.put_back([page], None)
        elif act == "accuse" and not backlog.accuse([page], "a"):
            continue
        else:
            backlog.end(page)
            ended.add(page)
    assert ended == set(range(count))
    assert backlog.next_of_all() is None
    assert backlog.settled
