from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from galley.vision.table.blanks import find_dashes
from galley.vision.table.text import Line

HEIGHT = 24.0
Grey = NDArray[np.uint8]


def paper() -> Grey:
    return np.full((120, 400), 255, np.uint8)


def dash(grey: Grey, left: int, middle: int = 40) -> None:
    cv2.rectangle(grey, (left, middle - 1), (left + 9, middle + 1), 0, -1)


def line(left: float, right: float, middle: float = 40) -> Line:
    return Line(left, middle - 12, right, middle + 12, "pear", 0.9)


FAR = line(350, 399, 100)
"""So that everything is within the frame of the text."""


@pytest.mark.parametrize("ink", [0, 100])
def test_dashes_after_a_text_are_found(ink: int) -> None:
    grey = paper()
    dash(grey, 200)
    dash(grey, 300)
    grey = np.maximum(grey, np.uint8(ink))
    found = find_dashes([line(10, 90), FAR], grey, 255.0, HEIGHT)
    assert [(each.text, each.left, each.middle) for each in found] == [("-", 200, 40.5), ("-", 300, 40.5)]


def test_bullets_and_strokes_of_what_was_read_are_none() -> None:
    grey = paper()
    dash(grey, 20)
    dash(grey, 100)
    assert not find_dashes([line(60, 150), FAR], grey, 255.0, HEIGHT)


def test_dashed_rules_walls_and_upright_strokes_are_none() -> None:
    grey = paper()
    for left in range(150, 330, 16):
        dash(grey, left)
    grey[10:30, 200:203] = 0
    grey[90:92, 20:380] = 0
    assert not find_dashes([line(10, 90), FAR], grey, 255.0, HEIGHT)
