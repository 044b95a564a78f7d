from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from galley.vision.boxes import as_boxes, enclose
from galley.vision.labels import PageFacts
from galley.vision.missed_tables import with_missed_tables
from galley.vision.regions import Region, group_loose_lines

HIGH, PITCH, LETTER_WIDTH = 20.0, 32.0, 10.0


def page_of(rows: Sequence[Sequence[tuple[float, str]]]) -> PageFacts:
    """Rows of texts, each with where it begins."""
    boxes = [
        (left, PITCH * row, left + LETTER_WIDTH * len(text), PITCH * row + HIGH)
        for row, cells in enumerate(rows)
        for left, text in cells
    ]
    texts = [text for cells in rows for _, text in cells]
    return PageFacts(as_boxes(boxes), texts, 1000.0, 1400.0, HIGH)


def as_text(page: PageFacts) -> list[Region]:
    return group_loose_lines(page.lines, range(len(page.lines)), "text")


def tables_of(page: PageFacts, regions: Sequence[Region]) -> list[list[str]]:
    found = [region for region in with_missed_tables(regions, page) if region.label == "table"]
    return [[page.texts[line] for line in table.lines] for table in found]


BILL = [
    [(100, "Item"), (200, "Description"), (450, "Hours"), (600, "Price"), (800, "Total")],
    [(100, "1"), (200, "Garden work"), (450, "28 h"), (600, "CHF 120.00"), (800, "CHF 3'360.00")],
    [(100, "2"), (200, "Cuttings"), (450, "1 h"), (600, "CHF 307.35"), (800, "CHF 307.35")],
    [(600, "Sum"), (800, "CHF 3'667.35")],
    [(600, "VAT"), (800, "7.7 %")],
]
GREETING = [[(100, "We are billing you as follows for completion of the assigned activities:")]]
THANKS = [[(100, "Thank you for the assignment. Please pay within 30 days.")]]


def test_a_bill_without_walls_is_a_table_between_its_texts() -> None:
    page = page_of([*GREETING, *BILL, *THANKS])
    regions = with_missed_tables(as_text(page), page)
    (table,) = [region for region in regions if region.label == "table"]
    assert [page.texts[line] for line in table.lines] == [text for row in BILL for _, text in row]
    assert table.box[0] < 100 and table.box[1] < PITCH < table.box[3] < 6 * PITCH
    rest = [page.texts[line] for region in regions if region is not table for line in region.lines]
    assert rest == [text for row in [*GREETING, *THANKS] for _, text in row]


def test_a_text_alone_in_its_row_is_of_the_table_if_it_stands_between_its_rows() -> None:
    page = page_of([*BILL[:2], [(200, "and weeding")], *BILL[2:]])
    assert "and weeding" in tables_of(page, as_text(page))[0]


@pytest.mark.parametrize(
    "rows",
    [
        [[(100, f"first {row}"), (500, f"{row}0")] for row in range(6)],  # two columns
        BILL[:2],  # two rows
        [[(100, "quay"), (400, "pontoon"), (700, "harbour")]] * 6,  # words in three columns
        [[(100, "1"), (140, "2"), (180, "3")]] * 2 + [[(100, "no gutter runs through a text that is wide")]] * 5,
    ],
)
def test_what_has_too_few_columns_or_rows_or_no_numbers_is_no_table(rows: list[list[tuple[float, str]]]) -> None:
    page = page_of(rows)
    assert tables_of(page, as_text(page)) == []


def test_running_text_beside_columns_is_no_part_of_a_table() -> None:
    prose = "all of these words are set in a column"
    rows = [[*cells, (900, prose)] for cells in BILL]
    page = page_of(rows)
    beside = tuple(index for index, text in enumerate(page.texts) if text == prose)
    others = tuple(index for index in range(len(page.texts)) if index not in beside)
    regions = [Region("text", enclose(page.lines[list(lines)]), 0.9, None, lines) for lines in (beside, others)]
    (table,) = tables_of(page, regions)
    assert prose not in table


def test_captions_and_what_is_called_something_else_are_left_alone() -> None:
    page = page_of(BILL)
    everything = tuple(range(len(page.texts)))
    for label in ("figure_title", "formula", "image", "table", "header", "doc_title"):
        regions = [Region(label, enclose(page.lines), 0.9, None, everything)]
        assert with_missed_tables(regions, page) == regions


def test_pages_of_lines_that_run_downwards_are_left_alone() -> None:
    page = page_of([*BILL, *BILL])
    turned = PageFacts(page.lines[:, [1, 0, 3, 2]], page.texts, page.height, page.width, HIGH)
    regions = as_text(turned)
    assert with_missed_tables(regions, turned) == regions


cells = st.tuples(st.integers(0, 9), st.sampled_from(["word", "12.50", "CHF 7", "a longer text of some words", "-"]))


@given(st.lists(st.lists(cells, min_size=1, max_size=6), max_size=12))
def test_every_line_stays_in_exactly_one_region(rows: list[list[tuple[int, str]]]) -> None:
    page = page_of([[(100.0 * place, text) for place, text in row] for row in rows])
    regions = with_missed_tables(as_text(page), page)
    assert sorted(line for region in regions for line in region.lines) == list(range(len(page.texts)))
    assert all(np.isfinite(region.box).all() for region in regions)
