"""Reading order on pages that are drawn from columns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from galley.vision.labels import PageFacts
from galley.vision.reading_order import order_boxes, order_regions
from galley.vision.regions import Region

LETTER = 20.0
BOX = st.tuples(st.floats(0, 900), st.floats(0, 900), st.floats(1, 400), st.floats(1, 400))


def facts() -> PageFacts:
    return PageFacts(np.zeros((0, 4)), [], 1000.0, 1400.0, LETTER, opens=True)


@given(st.integers(1, 4), st.integers(1, 6), st.randoms())
def test_columns_are_read_one_after_the_other(columns: int, rows: int, chance: object) -> None:
    width = 1000 / columns
    boxes = [
        (column * width + 10, 200 + row * 100, (column + 1) * width - 10, 280 + row * 100)
        for column in range(columns)
        for row in range(rows)
    ]
    headline = (10.0, 50.0, 990.0, 100.0)
    expected = [headline, *boxes]
    shuffled = list(expected)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert [shuffled[index] for index in order_boxes(np.array(shuffled, float), LETTER)] == expected


@given(st.lists(BOX, max_size=12))
def test_every_box_is_read_once_however_they_overlap(sides: list[tuple[float, float, float, float]]) -> None:
    boxes = np.array([(x, y, x + w, y + h) for x, y, w, h in sides], float).reshape(-1, 4)
    assert sorted(order_boxes(boxes, LETTER)) == list(range(len(boxes)))


def test_margins_come_first_and_last() -> None:
    foot = Region("footer", (100, 1350, 900, 1380), 1.0)
    left, right = Region("text", (50, 100, 450, 1300), 1.0), Region("text", (550, 100, 950, 1300), 1.0)
    head = Region("header", (600, 10, 900, 40), 1.0)
    assert order_regions([foot, right, head, left], facts()) == [head, left, right, foot]


def test_the_order_of_a_layout_model_that_knows_it_counts() -> None:
    first, second = (
        Region("text", (550, 100, 950, 1300), 1.0, order=3),
        Region("text", (50, 100, 450, 90), 1.0, order=7),
    )
    assert order_regions([second, first], facts()) == [first, second]


def test_a_seal_comes_behind_what_it_is_stamped_on() -> None:
    upper, lower = Region("text", (50, 100, 950, 500), 1.0), Region("text", (50, 600, 950, 900), 1.0)
    seal = Region("seal", (500, 300, 700, 500), 1.0)
    assert order_regions([lower, seal, upper], facts()) == [upper, seal, lower]


def test_a_heading_is_read_with_the_wider_text_right_below_it() -> None:
    left, right = Region("text", (50, 100, 450, 500), 1.0), Region("text", (550, 100, 950, 500), 1.0)
    title, below = Region("paragraph_title", (50, 520, 400, 540), 1.0), Region("text", (50, 550, 950, 900), 1.0)
    assert order_regions([below, title, right, left], facts()) == [left, right, title, below]
    apart = Region("text", (50, 650, 950, 900), 1.0)
    assert order_regions([apart, title, right, left], facts()) == [left, title, right, apart]


def test_headings_to_the_left_of_all_text_are_no_column() -> None:
    titles = [Region("paragraph_title", (20, top, 120, top + 20), 1.0) for top in (100, 400)]
    texts = [Region("text", (150, top, 900, top + 150), 1.0) for top in (130, 230, 430)]
    assert order_regions([*texts, *titles], facts()) == [titles[0], texts[0], texts[1], titles[1], texts[2]]
    beside = [replace(text, box=(150, text.box[1] - 30, 900, text.box[3] - 30)) for text in texts]
    assert order_regions([*beside, *titles], facts()) == [titles[0], beside[0], beside[1], titles[1], beside[2]]
