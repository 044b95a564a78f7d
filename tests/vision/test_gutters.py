"""Lines across two columns, cut between them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from galley.results import TextLine
from galley.results.recognized import Characters
from galley.vision.gutters import cut_line, find_bridges
from galley.vision.regions import Region

LEFT, RIGHT = Region("text", (50, 100, 480, 900), 0.9), Region("text", (520, 100, 950, 900), 0.9)
LINE = np.array([(52.0, 200.0, 948.0, 224.0)])


def line() -> TextLine:
    return TextLine(np.array([[52, 200], [948, 200], [948, 224], [52, 224]], np.int32), -1, "left right", 0.9)


def page() -> np.ndarray:
    """Black words on white, with nothing between 478 and 524."""
    image = np.full((1000, 1000, 3), 255, np.uint8)
    for start in range(60, 470, 30):
        image[204:220, start : start + 22] = 0
        image[204:220, start + 464 : start + 486] = 0
    return image


def test_a_line_across_the_gutter_is_cut_where_nothing_is() -> None:
    (bridge,) = find_bridges(LINE, [LEFT, RIGHT])
    parts = cut_line(page(), line(), bridge)
    assert all(part.line is None for part in parts), "nobody knows where the characters are"
    first, second = (part.corners for part in parts)
    assert first[0].tolist() == [52, 200]
    assert second[2].tolist() == [948, 224]
    assert first[1][0] == second[0][0]
    assert 478 < first[1][0] < 524


def test_the_parts_of_a_line_have_its_characters_where_these_are_known() -> None:
    (bridge,) = find_bridges(LINE, [LEFT, RIGHT])
    places = [*range(70, 490, 30), *range(534, 950, 30)]
    text = "abcdefghijklmn" * 2
    scores = np.linspace(0.8, 0.9, 28, dtype=np.float32)
    known = replace(
        line(), text=text, characters=Characters(np.array([(place - 52) / 896 for place in places], np.float32), scores)
    )
    first, second = (part.line for part in cut_line(page(), known, bridge))
    assert first is not None and second is not None
    assert first.text == second.text == text[:14]
    assert (first.score, second.score) == pytest.approx((scores[:14].mean(), scores[14:].mean()))
    again = second.characters
    assert again is not None
    left, _, right, _ = second.box
    assert left + again.places * (right - left) == pytest.approx(places[14:], abs=1)
    worded = replace(known, words=(text,), word_boxes=((52, 200, 948, 224),))
    assert all(part.line is None for part in cut_line(page(), worded, bridge)), "its words have no boxes then"


def test_lines_of_one_column_and_across_pictures_are_left_alone() -> None:
    assert find_bridges(np.array([(52.0, 200.0, 470.0, 224.0)]), [LEFT, RIGHT]) == []
    assert find_bridges(LINE, [LEFT]) == []
    assert find_bridges(LINE, [LEFT, Region("image", RIGHT.box, 0.9)]) == []
    assert find_bridges(LINE[:0], [LEFT, RIGHT]) == []
    assert find_bridges(np.array([(52.0, 20.0, 948.0, 44.0)]), [LEFT, RIGHT]) == [], "a headline above both"
