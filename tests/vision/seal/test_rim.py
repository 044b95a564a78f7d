"""The edges of drawn seals are found: whole, worn, cut off, over one another; what is none is not."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from galley.vision.seal.ellipse import Ellipse
from galley.vision.seal.ink import Plane
from galley.vision.seal.rim import fit_rims, outermost, refine, rim_coverage, search_rim

ENOUGH = 0.72
shapes = st.builds(
    Ellipse,
    x=st.floats(180, 220),
    y=st.floats(180, 220),
    a=st.floats(70, 150),
    b=st.floats(70, 150),
    angle=st.floats(-math.pi, math.pi),
).filter(lambda ellipse: ellipse.most / ellipse.least < 2)


def draw(*ellipses: Ellipse, size: int = 400) -> NDArray[np.uint8]:
    """Rings with some ink inside."""
    mask = np.zeros((size, size), np.uint8)
    for ellipse in ellipses:
        place, degrees = (ellipse.x, ellipse.y), math.degrees(ellipse.angle)
        cv2.ellipse(mask, (place, (2 * ellipse.a - 4, 2 * ellipse.b - 4), degrees), 1, 4)
        cv2.ellipse(mask, (place, (ellipse.a, ellipse.b), degrees), 1, 3)
    return mask


def largest(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The largest connected piece."""
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(mask)
    return np.asarray(labels == 1 + int(np.argmax(boxes[1:, 4])), np.uint8)


def is_near(found: Ellipse, truth: Ellipse, part: float = 0.05) -> bool:
    around = truth.points(np.linspace(0, 2 * np.pi, 60))
    return float(np.abs(found.depth(around)).max()) < part * truth.most


@given(shapes)
def test_a_seal_is_found(truth: Ellipse) -> None:
    (rim,) = fit_rims(draw(truth), ENOUGH)
    assert is_near(rim.ellipse, truth)
    assert rim.coverage > 0.95
    assert rim.outside < 0.02


@settings(max_examples=20)
@given(shapes, st.floats(0, 2 * math.pi))
def test_a_fifth_of_the_edge_may_be_missing(truth: Ellipse, start: float) -> None:
    mask = draw(truth)
    gap = truth.points(np.linspace(start, start + 1.25, 30))
    cv2.polylines(mask, [np.rint(gap).astype(np.int32)], False, 0, 24)
    rims = list(fit_rims(largest(mask), ENOUGH - 0.1))
    assert any(is_near(rim.ellipse, truth, 0.12) for rim in rims)


@pytest.mark.parametrize("shift", [90, 130, 170])
def test_two_seals_over_one_another_are_both_found(shift: int) -> None:
    truths = [Ellipse(150, 200, 110, 110, 0), Ellipse(150 + shift, 205, 100, 100, 0)]
    rims = list(fit_rims(draw(*truths, size=460), ENOUGH))
    assert len(rims) == 2
    for truth in truths:
        assert any(is_near(rim.ellipse, truth) for rim in rims)


@pytest.mark.parametrize("hidden", [20, 50, 80])
def test_a_seal_at_the_edge_of_the_page_is_found(hidden: int) -> None:
    truth = Ellipse(110 - hidden, 200, 110, 110, 0)
    rims = list(fit_rims(largest(draw(truth)), ENOUGH))
    assert any(is_near(rim.ellipse, truth, 0.1) for rim in rims)


def square() -> NDArray[np.uint8]:
    mask = np.zeros((300, 300), np.uint8)
    cv2.rectangle(mask, (40, 40), (260, 260), 1, 6)
    cv2.putText(mask, "AB", (80, 200), cv2.FONT_HERSHEY_SIMPLEX, 4, 1, 10)
    return mask


def words() -> NDArray[np.uint8]:
    mask = np.zeros((100, 600), np.uint8)
    cv2.putText(mask, "red headline", (10, 70), cv2.FONT_HERSHEY_SIMPLEX, 2.5, 1, 8)
    return mask


@pytest.mark.parametrize(
    "mask",
    [square(), words(), np.zeros((50, 50), np.uint8), np.ones((50, 50), np.uint8), np.ones((1, 1), np.uint8)],
    ids=["square", "words", "blank", "full", "one pixel"],
)
def test_what_is_no_seal_has_no_edge(mask: NDArray[np.uint8]) -> None:
    assert list(fit_rims(mask, ENOUGH)) == []


@given(shapes, st.floats(-4, 4), st.floats(-4, 4), st.floats(-3, 3))
def test_refining_moves_a_near_guess_onto_the_edge(truth: Ellipse, x: float, y: float, length: float) -> None:
    plane = draw(truth).astype(np.float32)
    found = refine(truth.moved(x, y).grown(length), plane)
    assert is_near(found, truth, 0.05)


def test_an_edge_is_searched_for_between_other_black_text() -> None:
    """The flattest are missed now and then."""
    found = [_is_found(seed, flatness) for seed in range(0, 12, 2) for flatness in (0.75, 0.875, 1.0)]
    found += [_is_found(seed, 0.75) for seed in (12, 14)]
    assert found.count(False) <= 1


def _is_found(seed: int, flatness: float) -> bool:
    chance = np.random.default_rng(seed)
    truth = Ellipse(chance.uniform(105, 115), chance.uniform(105, 115), 90, 90 * flatness, chance.uniform(-0.3, 0.3))
    mask = draw(truth, size=220)
    for row in range(20, 220, 30):
        cv2.putText(mask, "paid by 19 May to", (2, row), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 1, 2)
    plane: Plane = mask.astype(np.float32)
    found = search_rim(plane)
    return found is not None and is_near(refine(found.ellipse, plane), truth, 0.12)


@given(shapes)
def test_the_outermost_points_are_on_the_edge(truth: Ellipse) -> None:
    points = outermost(draw(truth))
    assert len(points) > 150
    assert float(np.abs(truth.depth(points)).max()) < 4


def test_an_ellipse_mostly_outside_of_the_picture_is_not_covered() -> None:
    assert rim_coverage(Ellipse(-80, 50, 100, 100, 0), np.ones((100, 100), np.uint8)) == 0.0
