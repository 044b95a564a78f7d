from __future__ import annotations

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from galley.vision.geometry import order_corners


@given(st.integers(20, 100), st.integers(5, 15), st.floats(-40, 40), st.permutations(range(4)))
def test_corners_come_clockwise_from_the_upper_left(width: int, height: int, angle: float, order: list[int]) -> None:
    corners = cv2.boxPoints(((200, 200), (width, height), angle))
    ordered = order_corners(corners[order])
    assert cv2.contourArea(ordered, True) > 0, "clockwise, as y points down"
    np.testing.assert_allclose(np.linalg.norm(ordered[0] - ordered[1]), width, atol=0.01)
    np.testing.assert_allclose(np.linalg.norm(ordered[1] - ordered[2]), height, atol=0.01)
    assert ordered[0][0] < ordered[1][0]
