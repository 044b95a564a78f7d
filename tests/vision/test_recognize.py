from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from galley.vision.recognize import (
    Line,
    LineSize,
    Together,
    decode,
    line_input,
    padded_width,
    plan_batches,
    plan_steps,
    plan_together,
    stretched_input,
)

SIZE = LineSize(height=48, width=320, max_width=3200)
shapes = st.tuples(st.integers(1, 400), st.integers(1, 6000))


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((48, 100), 320), ((48, 320), 320), ((48, 1000), 1000), ((30, 701), 1121), ((10, 6000), 3200), ((1, 1), 320)],
)
def test_lines_keep_their_proportions_between_two_limits(shape: tuple[int, int], expected: int) -> None:
    assert padded_width(*shape, SIZE) == expected


@given(st.lists(shapes, max_size=40), st.integers(1, 8))
def test_every_line_is_in_one_batch_that_is_wide_enough(lines: list[tuple[int, int]], count: int) -> None:
    batches = plan_batches(lines, SIZE, count)
    assert sorted(index for batch in batches for index in batch.lines) == list(range(len(lines)))
    assert all(len(batch.lines) == count for batch in batches[:-1])
    for batch in batches:
        assert batch.width == max(padded_width(*lines[index], SIZE) for index in batch.lines)
        assert batch.proportion == max(20 / 3, *(lines[index][1] / lines[index][0] for index in batch.lines))
    ratios = [lines[index][1] / lines[index][0] for batch in batches for index in batch.lines]
    assert ratios == sorted(ratios)


@given(st.lists(shapes, max_size=40), st.sampled_from([1, 8, 32]), st.sampled_from([1.0, 0.6, 0.25]))
def test_a_line_alone_has_its_part_of_its_width_and_less_than_a_step_more(
    lines: list[tuple[int, int]], step: int, part: float
) -> None:
    batches = plan_steps(lines, SIZE, step, part)
    assert sorted(index for batch in batches for index in batch.lines) == list(range(len(lines)))
    for batch in batches:
        (line,) = batch.lines
        own = 48 * lines[line][1] / lines[line][0]
        wanted = min(max(320, int(own * part)), SIZE.max_width)
        assert 0 <= batch.width - wanted < step
        assert batch.width % step == 0
        assert batch.width <= SIZE.max_width
        assert batch.proportion == batch.width / 48


@given(st.lists(shapes, max_size=60), st.integers(1, 9), st.integers(1, 20_000), st.sampled_from([1.0, 0.6]))
def test_lines_of_one_width_go_together_as_wide_as_alone(
    lines: list[tuple[int, int]], count: int, pixels: int, part: float
) -> None:
    alone = {batch.lines[0]: (batch.width, batch.proportion) for batch in plan_steps(lines, SIZE, 32, part)}
    batches = plan_together(lines, SIZE, 32, Together(count, pixels), part)
    assert sorted(index for batch in batches for index in batch.lines) == list(range(len(lines)))
    for batch in batches:
        assert {alone[index] for index in batch.lines} == {(batch.width, batch.proportion)}
        assert len(batch.lines) == 1 or (len(batch.lines) <= count and len(batch.lines) * batch.width <= pixels)


def test_as_many_lines_as_may_go_together() -> None:
    batches = plan_together([(48, 330)] * 7 + [(48, 3100)], SIZE, 32, Together(lines=3, pixels=2000))
    assert [(len(batch.lines), batch.width) for batch in batches] == [(3, 352), (3, 352), (1, 352), (1, 3104)]


@given(st.integers(1, 60), st.integers(1, 2000), st.integers(0, 400))
def test_the_input_is_the_line_and_zeros_to_the_right(height: int, width: int, extra: int) -> None:
    line = np.full((height, width, 3), 255, np.uint8)
    total = padded_width(height, width, SIZE) + extra
    planes = line_input(line, SIZE, total)
    used = min(padded_width(height, width, SIZE), math.ceil(48 * (width / height)))
    assert planes.shape == (3, 48, total)
    assert planes.dtype == np.float32
    assert (planes[:, :, :used] == 1).all()
    assert (planes[:, :, used:] == 0).all()


@given(st.integers(1, 60), st.integers(1, 2000), st.integers(1, 320))
def test_a_line_too_wide_for_the_input_fills_it(height: int, width: int, total: int) -> None:
    planes = line_input(np.full((height, width, 3), 255, np.uint8), SIZE, total)
    assert planes.shape == (3, 48, total)
    used = min(total, math.ceil(48 * (width / height)))
    assert (planes[:, :, :used] == 1).all()
    assert (planes[:, :, used:] == 0).all()


def test_a_line_longer_than_the_limit_is_squeezed() -> None:
    line = np.zeros((20, 5400, 3), np.uint8)
    planes = line_input(line, SIZE, 3200)
    assert planes.shape == (3, 48, 3200)
    assert (planes == -1).all()


def test_channels_stay_in_order_and_black_is_minus_one() -> None:
    line = np.zeros((48, 400, 3), np.uint8)
    line[:, :, 2] = 255
    planes = stretched_input(line, 48, 100)
    assert planes.shape == (3, 48, 100)
    assert [planes[channel].mean() for channel in range(3)] == [-1, -1, 1]


CHARACTERS = ("", "a", "b", "c", " ")


def answer(*classes: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    return np.array(classes), np.linspace(0.5, 1, len(classes), dtype=np.float32)


@pytest.mark.parametrize(
    ("classes", "text", "columns"),
    [
        ((), "", ()),
        ((0, 0, 0), "", ()),
        ((1, 1, 0, 1, 2), "aab", (0, 3, 4)),
        ((0, 3, 3, 3, 0), "c", (1,)),
        ((1, 4, 4, 2), "a b", (0, 1, 3)),
    ],
)
def test_repetitions_and_blanks_are_dropped(classes: tuple[int, ...], text: str, columns: tuple[int, ...]) -> None:
    best, scores = answer(*classes)
    line = decode(best, scores, CHARACTERS)
    assert (line.text, line.columns) == (text, columns)
    assert line.score == pytest.approx(float(np.mean(scores[list(columns)])) if columns else 0.0)


@given(st.lists(st.integers(0, 4), max_size=60))
def test_decoding_inverts_spelling_with_blanks(classes: list[int]) -> None:
    """Between any two characters a blank, and each held for a while: the same text comes back."""
    spelled = [step for each in classes for step in (each, each, 0)]
    best, scores = answer(*spelled)
    line = decode(best.astype(np.int64), scores, CHARACTERS)
    assert line.text == "".join(CHARACTERS[each] for each in classes)
    assert len(line.columns) == len(line.text)
    assert isinstance(line, Line)
    assert isinstance(line.score, float)
