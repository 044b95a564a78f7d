"""Signs of list items, and the text they stand before."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from galley.vision.labels import PageFacts
from galley.vision.markers import attach_markers
from galley.vision.regions import Region


def page(*lines: tuple[str, float, float]) -> PageFacts:
    """Lines (text, left, top), 20 pixels high and 20 wide for each sign."""
    boxes = np.array([(left, top, left + 20 * len(text), top + 20) for text, left, top in lines], float)
    return PageFacts(boxes.reshape(-1, 4), [line[0] for line in lines], 1000.0, 1400.0, 20.0)


def test_boxes_to_tick_belong_to_the_text_right_of_them() -> None:
    facts = page(("■", 100, 100), ("■", 100, 130), ("Yes, at once", 150, 102), ("No", 150, 128))
    signs = Region("text", (100, 100, 120, 150), 0.5, lines=(0, 1))
    yes, no = (
        Region("text", (150, 102, 390, 122), 0.9, lines=(2,)),
        Region("text", (150, 128, 190, 148), 0.9, lines=(3,)),
    )
    first, second = attach_markers([signs, yes, no], facts)
    assert (first.lines, first.box) == ((0, 2), (100, 100, 390, 122))
    assert second.lines == (1, 3)


def test_signs_without_text_beside_them_stay() -> None:
    facts = page(("■", 100, 100), ("far away", 400, 100), ("below", 100, 130), ("I", 140, 100))
    regions = [
        Region("text", (100, 100, 120, 120), 0.5, lines=(0,)),
        Region("image", (130, 90, 200, 130), 0.9, lines=(3,)),
    ]
    regions.append(Region("text", (100, 100, 600, 150), 0.9, lines=(1, 2)))
    assert attach_markers(regions, facts) == regions


@given(st.lists(st.tuples(st.sampled_from("■•aB"), st.integers(0, 300), st.integers(0, 300), st.integers(0, 3))))
def test_every_line_keeps_exactly_one_region(places: list[tuple[str, int, int, int]]) -> None:
    facts = page(*((text, left, top) for text, left, top, _ in places))
    labels = ("text", "paragraph_title", "image", "table")
    regions = [
        Region(label, (0, 0, 400, 400), 0.9, lines=tuple(i for i, each in enumerate(places) if each[3] == owner))
        for owner, label in enumerate(labels)
    ]
    after = attach_markers(regions, facts)
    assert sorted(line for region in after for line in region.lines) == list(range(len(places)))
