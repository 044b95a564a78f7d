"""Lines across two columns, cut between them."""

from __future__ import annotations

import numpy as np

from galley.vision.gutters import cut_line, find_bridges
from galley.vision.regions import Region

LEFT, RIGHT = Region("text", (50, 100, 480, 900), 0.9), Region("text", (520, 100, 950, 900), 0.9)
LINE = np.array([(52.0, 200.0, 948.0, 224.0)])


def page() -> np.ndarray:
    """Black words on white, with nothing between 478 and 524."""
    image = np.full((1000, 1000, 3), 255, np.uint8)
    for start in range(60, 470, 30):
        image[204:220, start : start + 22] = 0
        image[204:220, start + 464 : start + 486] = 0
    return image


def test_a_line_across_the_gutter_is_cut_where_nothing_is() -> None:
    (bridge,) = find_bridges(LINE, [LEFT, RIGHT])
    first, second = cut_line(page(), LINE[0], bridge)
    assert first[0].tolist() == [52, 200]
    assert second[2].tolist() == [948, 224]
    assert first[1][0] == second[0][0]
    assert 478 < first[1][0] < 524


def test_lines_of_one_column_and_across_pictures_are_left_alone() -> None:
    assert find_bridges(np.array([(52.0, 200.0, 470.0, 224.0)]), [LEFT, RIGHT]) == []
    assert find_bridges(LINE, [LEFT]) == []
    assert find_bridges(LINE, [LEFT, Region("image", RIGHT.box, 0.9)]) == []
    assert find_bridges(LINE[:0], [LEFT, RIGHT]) == []
    assert find_bridges(np.array([(52.0, 20.0, 948.0, 44.0)]), [LEFT, RIGHT]) == [], "a headline above both"
