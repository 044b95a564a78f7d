"""`layout_det_res`: the regions of a page that the caller of `predict` knows already.

Runs in: parent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from galley.config.layout import GivenRegion
from galley.errors import BadArguments


def given_regions(result: Mapping[str, Any]) -> tuple[GivenRegion, ...]:
    """The regions in a result of layout detection.

    Raises:
        BadArguments: it is none.
    """
    try:
        return tuple(
            GivenRegion(int(box.get("cls_id", 0)), str(box["label"]), float(box["score"]), _corners(box["coordinate"]))
            for box in result["boxes"]
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadArguments(
            f"layout_det_res is no result of layout detection: boxes with label, score and coordinate ({error})"
        ) from error


def _corners(values: Any) -> tuple[float, float, float, float]:
    left, top, right, bottom = (float(value) for value in values)
    return left, top, right, bottom
