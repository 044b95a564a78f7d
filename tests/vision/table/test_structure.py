from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from galley.vision.table.boxes import drop_doubles, refine, share_out, structure_from_boxes, with_boxes
from galley.vision.table.structure import END, START, BoxedCell, Structure, decode_structure, lay_cells
from galley.vision.table.text import Frame, Line

WORDS = ["<thead>", "</thead>", "<tr>", "</tr>", "<td></td>", "<td", ">", "</td>", ' rowspan="3"', ' colspan="2"']
TOKENS = (START, *WORDS, END)
SPANS = st.lists(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), max_size=5), max_size=6)
FRAMES = st.lists(
    st.tuples(*(st.floats(-50, 500),) * 2, *(st.floats(0, 200),) * 2).map(
        lambda each: Frame(each[0], each[1], each[0] + each[2], each[1] + each[3])
    ),
    max_size=12,
)


def covered(structure: Structure) -> None:
    """Every place of the grid belongs to exactly one cell."""
    places = [
        (row, column)
        for cell in structure.cells
        for row in range(cell.row, cell.row + cell.rows)
        for column in range(cell.column, cell.column + cell.columns)
    ]
    assert len(places) == len(set(places))
    if places:
        rows, columns = max(row for row, _ in places) + 1, max(column for _, column in places) + 1
        assert len(places) == rows * columns


@given(SPANS)
def test_any_spans_cover_the_grid_once(spans: list[list[tuple[int, int]]]) -> None:
    count = sum(map(len, spans))
    structure = lay_cells(iter(spans), [None] * count, 1)
    covered(structure)
    assert structure.head_rows <= len(spans)


@given(st.lists(st.integers(0, len(TOKENS) - 1), max_size=60))
def test_any_answer_of_a_network_becomes_a_table(steps: list[int]) -> None:
    scores = np.zeros((len(steps), len(TOKENS)), np.float32)
    scores[np.arange(len(steps)), steps] = 1
    boxes = np.random.default_rng(0).random((len(steps), 8)).astype(np.float32)
    covered(decode_structure(scores, boxes, TOKENS, (100, 50)))


@given(FRAMES)
def test_any_boxes_make_a_grid(frames: list[Frame]) -> None:
    structure = structure_from_boxes(frames)
    covered(structure)
    lines = [Line(frame.left, frame.top, frame.right, frame.bottom, "x") for frame in frames]
    if structure.cells:
        assert sum(map(len, share_out(structure, lines))) == len(lines)


@given(FRAMES, FRAMES)
def test_boxes_can_be_refined_by_any_others(frames: list[Frame], others: list[Frame]) -> None:
    structure = structure_from_boxes(frames)
    refined = refine(structure, drop_doubles(others, [0.5] * len(others)))
    if structure.cells:
        assert [(cell.row, cell.column) for cell in refined.cells] == [
            (cell.row, cell.column) for cell in structure.cells
        ]


def test_the_stronger_of_two_boxes_is_kept() -> None:
    one, other, third = Frame(0, 0, 10, 10), Frame(1, 0, 10, 10), Frame(20, 0, 30, 10)
    assert drop_doubles([one, other, third], [0.4, 0.9, 0.5]) == [other, third]


def test_cells_without_a_box_lie_where_their_row_and_column_cross() -> None:
    known = BoxedCell(0, 0, 1, 1, Frame(0, 0, 10, 5)), BoxedCell(0, 1, 1, 1, Frame(10, 0, 30, 5))
    below = BoxedCell(1, 0, 1, 1, Frame(0, 5, 10, 20)), BoxedCell(1, 1, 1, 1, None)
    filled = with_boxes(Structure((*known, *below), 0), Frame(0, 0, 30, 20))
    assert filled.cells[-1].frame == Frame(10, 5, 30, 20)
