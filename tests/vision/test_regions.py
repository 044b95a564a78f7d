"""Lines and the regions that own them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from galley.vision.regions import Region, assign_lines, drop_nested, find_regions, is_page_itself, runs_downwards

SIDES = st.tuples(st.integers(0, 800), st.integers(0, 800), st.integers(1, 300), st.integers(1, 300))
LABELS = st.sampled_from(["text", "paragraph_title", "image", "table", "formula", "figure_title", "seal"])


def around(sides: tuple[int, int, int, int]) -> tuple[float, float, float, float]:
    left, top, width, height = sides
    return float(left), float(top), float(left + width), float(top + height)


@given(st.lists(st.tuples(LABELS, SIDES, st.floats(0, 1)), max_size=8), st.lists(SIDES, max_size=12))
def test_every_line_belongs_to_exactly_one_region(
    seen: list[tuple[str, tuple[int, int, int, int], float]], lines: list[tuple[int, int, int, int]]
) -> None:
    boxes = np.array([around(each) for each in lines], float).reshape(-1, 4)
    regions = find_regions([Region(label, around(sides), score) for label, sides, score in seen], boxes)
    assert sorted(line for region in regions for line in region.lines) == list(range(len(lines)))
    assert all(region.lines or region.label not in ("text", "paragraph_title", "figure_title") for region in regions)


def test_what_is_seen_twice_is_taken_once() -> None:
    sure, unsure = Region("text", (0, 0, 100, 100), 0.9), Region("paragraph_title", (5, 5, 95, 95), 0.5)
    assert drop_nested([unsure, sure]) == [sure]
    halves = [Region("text", (0, 0, 100, 60), 0.9), Region("text", (0, 20, 100, 100), 0.8)]
    assert [region.box for region in drop_nested(halves)] == [(0, 0, 100, 100)]


def test_a_caption_within_a_picture_is_cut_off_it() -> None:
    picture, caption = Region("image", (0, 0, 500, 400), 0.9), Region("text", (10, 350, 490, 390), 0.5)
    lines = np.array([(10, 352, 480, 368), (10, 372, 300, 388), (100, 100, 160, 116)], float)
    image, text = find_regions([picture, caption], lines)
    assert (image.label, image.lines) == ("image", (2,))
    assert image.box[3] <= 352
    assert text.lines == (0, 1)


def rows(count: int, left: float, right: float, top: float = 0.0, height: float = 20.0) -> list[tuple[float, ...]]:
    """Lines 30 pixels apart."""
    return [(left, top + 30 * row, right, top + 30 * row + height) for row in range(count)]


def test_a_picture_seen_around_a_column_of_text_is_cut_beside_it() -> None:
    picture, column = Region("image", (0, 0, 1000, 600), 0.9), Region("text", (510, 0, 1000, 600), 0.6)
    running = np.array(rows(10, 520, 990))
    assert {region.label: region.box[2] for region in find_regions([picture, column], running)} == {
        "image": 510,
        "text": 990,
    }
    labels = np.concatenate([np.array(rows(10, 520, 990, height=8)), rows(11, 0, 400, 700)])
    assert find_regions([picture, column], labels)[0].box == picture.box, "what is smaller than text is in the picture"


@pytest.mark.parametrize(
    ("label", "box", "inside", "outside", "expected"),
    [
        ("image", (0, 0, 900, 1300), 20, 2, True),
        ("image", (0, 0, 900, 1300), 5, 0, False),  # a photograph with a few words
        ("image", (0, 0, 900, 1300), 16, 10, False),  # a figure, and text around it
        ("image", (0, 0, 500, 700), 20, 2, False),  # a figure on a page of few words
        ("table", (0, 0, 900, 1300), 20, 2, False),
        ("image", (0, 0, 1000, 900), 3, 0, False),
    ],
)
def test_a_picture_that_is_the_page_itself(
    label: str, box: tuple[float, float, float, float], inside: int, outside: int, expected: bool
) -> None:
    region = Region(label, box, 0.9, lines=tuple(range(inside)))
    assert is_page_itself(region, np.array(rows(inside + outside, 10, 500)), (0, 0, 1000, 1400)) is expected


def test_a_picture_full_of_a_few_large_lines_is_the_page_itself() -> None:
    region = Region("image", (0, 0, 1000, 1000), 0.9, lines=(0, 1, 2))
    large = np.array([(0, 300 * row, 900, 300 * row + 200) for row in range(3)], float)
    assert is_page_itself(region, large, (0, 0, 1000, 1000))
    assert not is_page_itself(region, large * 0.5, (0, 0, 1000, 1000))


def test_a_line_in_a_text_and_in_a_picture_is_the_texts() -> None:
    regions = [Region("image", (0, 0, 480, 420), 0.9), Region("text", (0, 403, 500, 500), 0.5)]
    lines = np.array([(0, 400, 500, 420), (0, 425, 500, 445), (0, 100, 50, 120)], float)
    image, text = assign_lines(regions, lines)[0]
    assert (image.lines, text.lines) == ((2,), (0, 1))


def test_a_line_that_was_just_missed_is_attached() -> None:
    lines = np.array([(0, 0, 300, 20), (0, 25, 300, 45), (0, 50, 300, 70), (0, 200, 300, 220)], float)
    owned, loose = assign_lines([Region("text", (0, 0, 300, 46), 0.9)], lines)
    assert owned[0].lines == (0, 1, 2)
    assert loose == [3]


def test_lines_may_run_downwards() -> None:
    upright = np.array([(0, 0, 20, 300), (40, 0, 60, 300)], float)
    assert runs_downwards(upright, ["縦書きの文章", "もう一行"])
    assert not runs_downwards(upright[:, [1, 0, 3, 2]], ["one line", "another"])
    assert not runs_downwards(upright, ["I", "l"])
