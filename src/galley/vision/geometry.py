"""Corners of rectangles, in one order everywhere.

Runs in: worker. Pure.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Points: TypeAlias = NDArray[Any]
"""Points of the plane, x and y, shape (n, 2), whole numbers or float32."""


def order_corners(corners: Points) -> NDArray[np.float32]:
    """The corners (4, 2) of a rectangle, clockwise from the upper left one.

    PaddleX's rule: the two leftmost are the left side, the higher of each side is its upper end; equal ones keep the
    order in which they came.
    """
    by_x = sorted(corners, key=lambda corner: corner[0])
    upper_left, lower_left = (by_x[0], by_x[1]) if by_x[1][1] > by_x[0][1] else (by_x[1], by_x[0])
    upper_right, lower_right = (by_x[2], by_x[3]) if by_x[3][1] > by_x[2][1] else (by_x[3], by_x[2])
    return np.array([upper_left, upper_right, lower_right, lower_left], np.float32)
