"""Lines along the edge are told from bits of straight ones, joined over wide gaps and parted where one ends."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from galley.vision.seal.ink import Plane
from galley.vision.seal.pieces import Piece, arc_pieces, parted

UNIT, TOP = 170.0, 15


def strip(*characters: tuple[int, int], height: int = 40, size: int = 30) -> Plane:
    """Blocks of ink at (left, top)."""
    pixels = np.zeros((110, 900), np.float32)
    for left, top in characters:
        pixels[top : top + height, left : left + size] = 1
    return pixels


def box(left: int, top: int, right: int, bottom: int, slant: int = 0) -> NDArray[np.int32]:
    return np.array([[left, top], [right, top + slant], [right, bottom + slant], [left, bottom]], np.int32)


def found(pixels: Plane, *boxes: NDArray[np.int32]) -> list[Piece]:
    return arc_pieces(np.array(boxes, np.int32).reshape(-1, 4, 2), pixels, UNIT, TOP)


def test_a_line_near_the_edge_is_one_piece() -> None:
    pixels = strip(*[(100 + 40 * number, 20) for number in range(12)])
    (piece,) = found(pixels, box(95, 15, 575, 64))
    assert (piece.left, piece.right) == (95, 576)


def test_halves_of_a_line_are_joined() -> None:
    pixels = strip(*[(100 + 60 * number, 20) for number in range(10)])
    (piece,) = found(pixels, box(95, 15, 375, 64), box(395, 15, 675, 64))
    assert (piece.left, piece.right) == (95, 676)


def test_two_lines_in_one_box_are_parted() -> None:
    pixels = strip(*[(100 + 40 * number, 20) for number in range(6)], *[(450 + 40 * number, 20) for number in range(6)])
    first, second = found(pixels, box(95, 15, 690, 64))
    assert first.right < 400 < 440 < second.left


def test_slanted_deep_and_tiny_boxes_are_none() -> None:
    pixels = strip((100, 60), (140, 62), (180, 64), (500, 80), (540, 80))
    assert found(pixels, box(95, 55, 215, 100, slant=30), box(495, 76, 580, 109), box(700, 20, 705, 25)) == []


def test_what_hangs_lower_at_the_end_of_a_line_is_cut_off() -> None:
    line = [(100 + 40 * number, 20) for number in range(10)]
    pixels = strip(*line, (500, 48), (535, 52), (570, 56))
    (piece,) = found(pixels, box(95, 12, 605, 100))
    assert piece.left <= 100
    assert 490 <= piece.right < 500
    assert piece.bottom < 75


def test_pieces_cover_what_is_mostly_in_them() -> None:
    line = Piece(100, 10, 500, 50)
    assert line.covers(Piece(450, 15, 540, 55))
    assert Piece(450, 15, 540, 55).covers(line)
    assert not line.covers(Piece(480, 15, 570, 55))
    assert not line.covers(Piece(200, 35, 300, 70))


@given(st.integers(0, 50), st.integers(1, 300), st.floats(5, 60))
def test_the_outline_of_a_piece_runs_along_the_upper_side_and_back(left: int, width: int, step: float) -> None:
    piece = Piece(left, 10, left + width, 30)
    outline = piece.outline(step)
    half = len(outline) // 2
    assert len(outline) == 2 * half >= 4
    assert (outline[:half, 1] == 10).all()
    assert (outline[half:, 1] == 30).all()
    np.testing.assert_allclose(outline[:half, 0], outline[half:, 0][::-1])
    assert np.diff(outline[:half, 0]).max() <= step + 1e-9 or half == 2


def test_a_piece_is_parted_at_its_widest_gap_only_where_it_is_wide() -> None:
    pixels = strip(*[(100 + 40 * number, 20) for number in range(6)], *[(360 + 40 * number, 20) for number in range(6)])
    first, second = parted(Piece(95, 15, 600, 64), pixels)
    assert first.right <= 345 <= second.left
    assert parted(Piece(95, 15, 335, 64), pixels) == []
