"""How much a fleet does at once."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from galley.errors import BadArguments
from galley.fleet.limits import Limits


@given(size=st.integers(1, 100), depth=st.integers(1, 100))
def test_while_one_batch_is_predicted_another_is_loaded(size: int, depth: int) -> None:
    limits = Limits(depth=depth).with_batches(size)
    assert limits.batch_size == size
    assert limits.depth == max(depth, 2 * size)


@pytest.mark.parametrize("size", [0, -1, 1.5, "2", None, True])
def test_a_batch_of_no_pages_is_refused(size: Any) -> None:
    with pytest.raises(BadArguments, match="batch_size is"):
        Limits().with_batches(size)
