from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from galley.vision.intervals import runs


@given(st.lists(st.booleans(), max_size=40))
def test_runs_are_the_stretches_of_true(marks: list[bool]) -> None:
    found = runs(marks)
    assert [index for start, end in found for index in range(start, end)] == [
        index for index, mark in enumerate(marks) if mark
    ]
    assert all(end < start for (_, end), (start, _) in pairwise(found))
