"""Tables that lie on their side, or on their head, in an upright page.

Runs in: worker. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_TALL = 1.5
"""Lines this many times as high as wide are written upwards or downwards."""
_MOST = 0.6
"""Part of all lines, by their length, from which on the table lies."""
QUARTER_TURNS = (-1, 1)
"""How a table that lies is turned, in quarters counter-clockwise: text written upwards, and downwards."""


def lies(polygons: Sequence[NDArray[np.int32]]) -> bool:
    """Whether most of the text with these corners (n, 2) is written upwards or downwards."""
    sides = [np.ptp(polygon, axis=0).tolist() for polygon in polygons]
    lengths = [float(max(side)) for side in sides]
    tall = sum(length for length, (width, height) in zip(lengths, sides, strict=True) if height > _TALL * width)
    return len(polygons) >= 3 and tall > _MOST * sum(lengths)


def turn_back(points: NDArray[np.float64], turns: int, size: tuple[int, int]) -> NDArray[np.float64]:
    """Points (n, 2) of a picture turned by `turns` quarters counter-clockwise, in the one before it.

    Args:
        points: x and y.
        turns: any number of quarters, also below 0.
        size: height and width before the picture was turned.
    """
    height, width = size
    x, y = points[:, 0], points[:, 1]
    back = ((x, y), (width - y, x), (width - x, height - y), (y, height - x))
    return np.stack(back[turns % 4], axis=1)
