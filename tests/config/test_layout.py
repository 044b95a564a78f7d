from __future__ import annotations

from typing import Any

import pytest

from galley.config import LayoutOptions
from galley.errors import BadArguments


def test_what_is_not_given_is_the_models_own() -> None:
    own = LayoutOptions(0.4, True, (1.0, 1.1), "large")
    assert LayoutOptions().over(own) == own
    assert LayoutOptions(layout_nms=False, layout_threshold={2: 0.3}).over(own) == LayoutOptions(
        {2: 0.3}, False, (1.0, 1.1), "large"
    )


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"layout_threshold": 1.5}, "layout_threshold=1.5 is out of range"),
        ({"layout_threshold": {0: 0.5, 1: -1}}, "layout_threshold=-1 is out of range"),
        ({"layout_unclip_ratio": (1.0, 0.0)}, "layout_unclip_ratio=0.0 is out of range"),
        ({"layout_unclip_ratio": {0: (1.0, float("nan"))}}, "layout_unclip_ratio=nan is out of range"),
        ({"layout_merge_bboxes_mode": "biggest"}, "choose from large, small, union"),
        ({"layout_merge_bboxes_mode": {0: "large", 1: "none"}}, "'none' is unknown"),
    ],
)
def test_values_that_mean_nothing_are_refused(options: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadArguments) as caught:
        LayoutOptions(**options)
    assert reason in str(caught.value)
