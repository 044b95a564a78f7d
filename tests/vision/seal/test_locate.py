"""Seals are found on pages by colour and shape, whatever the size of the page."""

from __future__ import annotations

import time

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from galley.vision.seal.ink import separate_ink
from galley.vision.seal.locate import is_cut_off, locate_seals, main_rim

RED, BLUE, BLACK = (40, 40, 200), (180, 70, 30), (30, 30, 30)


def page(height: int = 1100, width: int = 800) -> NDArray[np.uint8]:
    paper = np.full((height, width, 3), 250, np.uint8)
    for row in range(40, height, 40):
        cv2.putText(paper, "the goods are handed over at the quay", (30, row), cv2.FONT_HERSHEY_SIMPLEX, 1, BLACK, 2)
    return paper


def stamp(paper: NDArray[np.uint8], x: int, y: int, radius: int, colour: tuple[int, int, int]) -> None:
    cv2.circle(paper, (x, y), radius, colour, max(2, radius // 30), cv2.LINE_AA)
    cv2.putText(
        paper, "PAID", (x - radius // 2, y), cv2.FONT_HERSHEY_SIMPLEX, radius / 45, colour, max(1, radius // 25)
    )


@pytest.mark.parametrize("colour", [RED, BLUE])
@pytest.mark.parametrize("radius", [40, 80, 160])
def test_a_seal_is_found_where_it_is(colour: tuple[int, int, int], radius: int) -> None:
    paper = page()
    stamp(paper, 500, 700, radius, colour)
    (place,) = locate_seals(paper)
    assert (place.ellipse.x, place.ellipse.y) == pytest.approx((500, 700), abs=0.06 * radius + 1)
    assert place.ellipse.least == pytest.approx(radius, rel=0.1)
    assert place.score > 0.8


def test_a_red_one_and_a_blue_one_from_top_to_bottom() -> None:
    paper = page()
    stamp(paper, 200, 800, 90, RED)
    stamp(paper, 500, 300, 90, BLUE)
    assert [round(place.ellipse.y / 100) for place in locate_seals(paper)] == [3, 8]


def logo() -> NDArray[np.uint8]:
    paper = page()
    cv2.circle(paper, (600, 120), 60, RED, -1)
    return paper


def headline() -> NDArray[np.uint8]:
    paper = page()
    cv2.putText(paper, "SALE", (80, 200), cv2.FONT_HERSHEY_SIMPLEX, 6, RED, 20)
    cv2.rectangle(paper, (400, 500), (700, 700), BLUE, 8)
    return paper


@pytest.mark.parametrize(
    "paper",
    [page(), logo(), headline(), np.full((300, 300, 3), 255, np.uint8), np.zeros((1, 1, 3), np.uint8)],
    ids=["text", "logo", "headline and frame", "blank", "one pixel"],
)
def test_pages_without_seals_have_none(paper: NDArray[np.uint8]) -> None:
    assert locate_seals(paper) == []


def test_fifty_megapixels_cost_hardly_more_than_their_reduction() -> None:
    paper = cv2.resize(page(), (6000, 8400), interpolation=cv2.INTER_NEAREST)
    stamp(paper, 3000, 4000, 600, RED)
    start = time.process_time()
    (place,) = locate_seals(paper)
    assert time.process_time() - start < 5
    assert place.ellipse.least == pytest.approx(600, rel=0.05)


def test_a_picture_of_a_red_a_black_and_no_seal() -> None:
    for colour in (RED, BLACK):
        crop = np.full((240, 260, 3), 255, np.uint8)
        stamp(crop, 130, 120, 100, colour)
        found = main_rim(separate_ink(crop))
        assert found is not None
        assert (found.x, found.y, found.least) == pytest.approx((130, 120, 101), abs=3)
    assert main_rim(separate_ink(np.full((240, 260, 3), 255, np.uint8))) is None


def test_a_worn_edge_in_many_pieces_is_one_edge() -> None:
    crop = np.full((240, 260, 3), 255, np.uint8)
    stamp(crop, 130, 120, 100, RED)
    for degrees in range(0, 360, 40):
        cv2.ellipse(crop, (130, 120), (100, 100), 0, degrees, degrees + 9, (255, 255, 255), 8)
    found = main_rim(separate_ink(crop))
    assert found is not None
    assert (found.x, found.y, found.least) == pytest.approx((130, 120, 101), abs=3)


def pair(apart: int) -> NDArray[np.uint8]:
    paper = page()
    for x in (300, 300 + apart):
        stamp(paper, x, 500, 120, RED)
    return paper


@pytest.mark.parametrize("apart", [235, 200, 150])
def test_seals_over_one_another_are_two(apart: int) -> None:
    found = sorted(place.ellipse.x for place in locate_seals(pair(apart)))
    assert found == pytest.approx([300, 300 + apart], abs=6)


def test_two_that_hardly_differ_in_place_are_taken_for_one() -> None:
    assert len(locate_seals(pair(60))) == 1


@pytest.mark.parametrize(("missing", "found"), [(0.15, 1), (0.4, 1), (0.7, 0)])
def test_a_seal_that_the_page_cuts_off_is_found_by_half_of_its_edge(missing: float, found: int) -> None:
    paper = page()
    stamp(paper, 400, 500, 120, RED)
    edge = round(520 - 240 * missing)
    cut = np.ascontiguousarray(paper[:, :edge])
    places = locate_seals(cut)
    assert len(places) == found
    for place in places:
        assert place.ellipse.x == pytest.approx(400, abs=5)
        assert is_cut_off(place.ellipse, edge, 1100)
        assert not is_cut_off(place.ellipse, 800, 1100)


def test_black_and_square_seals_are_not_found_on_pages() -> None:
    paper = page()
    cv2.rectangle(paper, (200, 500), (360, 660), RED, 6)
    cv2.putText(paper, "QA", (230, 610), cv2.FONT_HERSHEY_SIMPLEX, 2, RED, 6)
    stamp(paper, 500, 800, 90, BLACK)
    assert locate_seals(paper) == []
