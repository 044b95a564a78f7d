from __future__ import annotations

import warnings
from collections.abc import Generator

import pytest

from galley.compat.gathering import collect, gather
from galley.errors import PagesFailed
from galley.pages import Done, Failed, FailureKind, Outcome


def outcomes(words: str, closed: list[bool]) -> Generator[Outcome, None, None]:
    """A result for each letter, a failure for each hyphen."""
    try:
        for word in words:
            if word == "-":
                yield Failed("a page", FailureKind.REJECTED, "why")
            else:
                yield Done("a page", word, "cpu:0", 0.1)
    finally:
        closed.append(True)


def test_failures_come_after_all_results() -> None:
    closed: list[bool] = []
    with pytest.raises(PagesFailed) as caught:
        collect(gather(outcomes("a-b-", closed), str.upper, "raise"))
    assert caught.value.results == ("A", "B")
    assert caught.value.count == len(caught.value.failures) == 2
    assert closed == [True]


def test_skipped_failures_are_warned_of() -> None:
    with pytest.warns(UserWarning, match="a page: why"):
        assert collect(gather(outcomes("a-b", []), str.upper, "skip")) == ["A", "B"]


def test_of_very_many_skipped_failures_it_is_said_how_many_there_are() -> None:
    with pytest.warns(UserWarning) as warned:
        collect(gather(outcomes("-" * 3000, []), str.upper, "skip"))
    assert len(warned) == 1001
    assert str(warned[-1].message) == "2,000 more failed"


def test_no_failure_no_word() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert collect(gather(outcomes("ab", []), str.upper, "skip")) == ["A", "B"]


def test_an_abandoned_run_is_ended_and_nothing_said() -> None:
    closed: list[bool] = []
    results = gather(outcomes("-ab", closed), str.upper, "raise")
    assert next(results) == "A"
    results.close()  # type: ignore[attr-defined]
    assert closed == [True]


def test_of_very_many_failures_the_first_are_kept() -> None:
    with pytest.raises(PagesFailed) as caught:
        collect(gather(outcomes("-" * 3000, []), str.upper, "raise"))
    assert (caught.value.count, len(caught.value.failures)) == (3000, 1000)
