from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from galley.vision.boxes import as_boxes
from galley.vision.labels import PageFacts
from galley.vision.missed_pictures import with_missed_pictures
from galley.vision.regions import Region

WIDTH, HEIGHT, LETTER = 1000, 1400, 20
WHOLE = (300, 400, 700, 700)
FRAME = (300.0, 400.0, 700.0, 700.0)


def blank(level: int = 255) -> NDArray[np.uint8]:
    return np.full((HEIGHT, WIDTH, 3), level, np.uint8)


def facts(*lines: tuple[float, float, float, float]) -> PageFacts:
    return PageFacts(as_boxes(lines), ["word"] * len(lines), float(WIDTH), float(HEIGHT), float(LETTER))


def draw(page: NDArray[np.uint8], box: tuple[int, int, int, int]) -> None:
    """A drawing of thin strokes that touch the sides of `box`."""
    left, top, right, bottom = box
    for shift in range(0, max(right - left, bottom - top), 9):
        cv2.line(
            page, (left + shift % (right - left), top), (right - 1, bottom - 1 - shift % (bottom - top)), (0, 0, 0)
        )


def found(page: NDArray[np.uint8], page_facts: PageFacts, *regions: Region) -> list[tuple[float, ...]]:
    known = list(regions)
    after = with_missed_pictures(known, page, page_facts)
    assert after[: len(known)] == known
    assert all((region.label, region.lines) == ("image", ()) for region in after[len(known) :])
    return [region.box for region in after[len(known) :]]


@pytest.mark.parametrize("paper", [255, 200])
def test_a_drawing_that_nobody_saw_is_a_picture(paper: int) -> None:
    page = blank(paper)
    draw(page, WHOLE)
    (box,) = found(page, facts())
    assert np.abs(np.subtract(box, WHOLE)).max() <= 10


def test_what_is_known_is_not_found_again() -> None:
    page = blank()
    draw(page, WHOLE)
    assert found(page, facts(), Region("image", FRAME, 0.9)) == []
    assert found(page, facts(), Region("table", FRAME, 0.9)) == []
    assert len(found(page, facts(), Region("text", FRAME, 0.9))) == 1, "its lines do not explain it"


def test_text_frames_shadows_and_small_things_are_no_pictures() -> None:
    page = blank()
    lines = [(100.0, 100.0 + 40 * row, 900.0, 120.0 + 40 * row) for row in range(20)]
    for left, top, right, bottom in lines:
        cv2.putText(page, "the harbour of a town", (int(left), int(bottom) - 4), 0, 0.7, (0, 0, 0), 2)
        assert left < right and top < bottom
    cv2.rectangle(page, (60, 60), (940, 1000), (0, 0, 0), 2)
    cv2.rectangle(page, (0, 0), (60, HEIGHT), (60, 60, 60), -1)
    draw(page, (500, 1100, 560, 1160))
    assert found(page, facts(*lines)) == []


def test_a_mark_behind_text_is_no_picture() -> None:
    page = blank()
    draw(page, WHOLE)
    lines = [(310.0, 410.0 + 40 * row, 690.0, 430.0 + 40 * row) for row in range(6)]
    assert found(page, facts(*lines)) == []


def test_a_page_that_is_dark_as_a_whole_is_no_picture_of_itself() -> None:
    page = blank()
    page[20:-20, 20:-20] = 30
    page[:900] = 255
    assert len(found(page, facts())) == 1
    page[20:-20, 20:-20] = 30
    assert found(page, facts()) == []


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 300), st.integers(1, 300), st.integers(0, 2**32 - 1), st.booleans())
def test_any_page_has_pictures_within_it(height: int, width: int, seed: int, noisy: bool) -> None:
    chance = np.random.default_rng(seed)
    page = (
        chance.integers(0, 256, (height, width, 3)).astype(np.uint8)
        if noisy
        else np.zeros((height, width, 3), np.uint8)
    )
    page_facts = PageFacts(as_boxes([]), [], float(width), float(height), 1.0)
    for region in with_missed_pictures([], page, page_facts):
        left, top, right, bottom = region.box
        assert 0 <= left < right <= width + 3 and 0 <= top < bottom <= height + 3
