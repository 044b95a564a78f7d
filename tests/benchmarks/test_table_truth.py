from __future__ import annotations

import pytest
from benchmarks.table_truth import Truth, TruthCell, plain, teds, text_distance, truth_from_rows

TABLE = truth_from_rows([[("side", 2, 1), "a", "b"], ["c", "d"]])


def test_rows_become_cells_in_free_places() -> None:
    assert [(cell.row, cell.column, cell.text) for cell in TABLE.cells] == [
        (0, 0, "side"),
        (0, 1, "a"),
        (0, 2, "b"),
        (1, 1, "c"),
        (1, 2, "d"),
    ]
    assert TABLE.size == (2, 3)


def test_the_same_table_has_the_full_score_and_none_has_nothing() -> None:
    assert teds(TABLE, TABLE) == 1
    assert teds(TABLE, None) == teds(TABLE, Truth(())) == 0


def test_a_wrong_text_costs_its_part_and_nothing_of_the_structure() -> None:
    wrong = Truth((*TABLE.cells[:-1], TruthCell(1, 2, "de")))
    # 8 nodes: the table, two rows, five cells; one of two characters is too many.
    assert teds(TABLE, wrong) == pytest.approx(1 - 0.5 / 8)
    assert teds(TABLE, wrong, structure_only=True) == 1


def test_a_missing_cell_and_another_span_cost_one_each() -> None:
    assert teds(TABLE, Truth(TABLE.cells[:-1])) == pytest.approx(1 - 1 / 8)
    flat = Truth((TruthCell(0, 0, "side"), *TABLE.cells[1:]))
    assert teds(TABLE, flat) == pytest.approx(1 - 1 / 8)


def test_texts_are_compared_without_space_width_and_kind_of_dash() -> None:
    assert plain("Ａ b – c") == "Ab-c"
    assert text_distance("", "") == 0
    assert text_distance("kitten", "sitting") == pytest.approx(3 / 7)
