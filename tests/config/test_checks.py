"""Values that a knob cannot have."""

from __future__ import annotations

import numpy as np
import pytest

from galley.config import require_range
from galley.errors import BadArguments


@pytest.mark.parametrize("wrong", [-0.1, 1.1, float("nan"), "0.5", None, [0.5], 1j])
def test_what_is_no_number_of_the_range_is_refused(wrong: object) -> None:
    with pytest.raises(BadArguments, match="threshold="):
        require_range("threshold", wrong, 0, 1)


@pytest.mark.parametrize("right", [0, 1, 0.5, np.float32(0.5), np.int64(1)])
def test_numbers_of_any_kind_are_numbers(right: object) -> None:
    require_range("threshold", right, 0, 1)
