"""What reaches into a line from beside it is taken off; the line's own strokes stay, marks at its foot too."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from galley.vision.seal.ink import Plane
from galley.vision.seal.pieces import Piece
from galley.vision.seal.strays import find_strokes, without_strays

LINE = Piece(50, 10, 450, 60)
PADDING = 10


def strip() -> Plane:
    """A line of characters 40 pixels high, in the padded strip from row 15 to 55."""
    pixels = np.zeros((120, 500), np.float32)
    for left in range(60, 400, 40):
        pixels[5:45, left : left + 30] = 1
    return pixels


def read(pixels: Plane) -> NDArray[np.bool_]:
    return without_strays(find_strokes(pixels, PADDING, 100), LINE) > 0


def test_a_line_alone_stays_as_it_is() -> None:
    np.testing.assert_array_equal(read(strip()), np.pad(strip(), PADDING)[10:60, 50:450] > 0)


def test_the_corner_of_what_stands_below_is_taken_off_with_its_faint_edge() -> None:
    pixels = strip()
    pixels[38:100, 415:454] = 1
    pixels[37, 415:454] = 0.2
    np.testing.assert_array_equal(read(pixels), read(strip()))


def test_a_full_stop_stays() -> None:
    pixels = strip()
    pixels[38:46, 405:413] = 1
    assert read(pixels)[38:46, 365:373].all()


def test_what_has_grown_together_with_a_character_stays() -> None:
    pixels = strip()
    pixels[44:110, 60:90] = 1
    assert read(pixels)[5:45, 20:50].all()


def test_what_is_cut_at_the_end_of_the_strip_is_known_by_its_other_part() -> None:
    pixels, line = strip(), Piece(0, 10, 450, 60)
    pixels[38:46, :12] = 1
    alone = without_strays(find_strokes(pixels, PADDING, 100), line)
    assert alone[38:46, 10:22].all()
    pixels[38:90, -40:] = 1
    assert not without_strays(find_strokes(pixels, PADDING, 100), line)[38:46, 10:22].any()
