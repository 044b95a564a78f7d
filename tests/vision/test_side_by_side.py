from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from galley.vision.boxes import as_boxes, enclose
from galley.vision.labels import PageFacts
from galley.vision.regions import Region
from galley.vision.side_by_side import split_side_by_side

HIGH, PITCH = 20.0, 30.0


def centred(middle: float, *widths: float) -> list[tuple[float, float, float, float]]:
    return [
        (middle - width / 2, PITCH * row, middle + width / 2, PITCH * row + HIGH) for row, width in enumerate(widths)
    ]


def flush(left: float, *widths: float) -> list[tuple[float, float, float, float]]:
    return [(left, PITCH * row, left + width, PITCH * row + HIGH) for row, width in enumerate(widths)]


def split(lines: list[tuple[float, float, float, float]], label: str = "text") -> list[list[int]]:
    boxes = as_boxes(lines)
    page = PageFacts(boxes, ["word"] * len(lines), 1000.0, 1400.0, HIGH)
    region = Region(label, enclose(boxes), 0.9, None, tuple(range(len(lines))))
    return [sorted(part.lines) for part in split_side_by_side([region], page)]


def test_authors_stand_each_with_their_institute() -> None:
    one, two, three = centred(150, 80, 120, 200), centred(450, 90, 120, 200), centred(800, 70, 60, 190)
    assert split([*one, *two, *three]) == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]


def test_what_begins_flush_is_read_row_by_row() -> None:
    lines = [*flush(50, 80, 120, 200), *flush(450, 90, 120, 200)]
    assert split(lines) == [list(range(6))]
    assert split([*centred(150, 80, 120, 200), *flush(450, 90, 120, 200)]) == [list(range(6))]


def test_one_column_a_single_row_and_other_labels_stay_whole() -> None:
    assert split(centred(400, 300, 500, 200, 90)) == [[0, 1, 2, 3]]
    assert split([*centred(150, 80), *centred(450, 90), *centred(800, 60), *centred(950, 50)]) == [[0, 1, 2, 3]]
    two = [*centred(150, 80, 140), *centred(450, 90, 160)]
    assert split(two, "table") == [[0, 1, 2, 3]]
    assert split(two) == [[0, 1], [2, 3]]


@given(st.lists(st.tuples(st.integers(0, 800), st.integers(0, 500), st.integers(1, 200)), min_size=1, max_size=10))
def test_no_line_is_lost(places: list[tuple[int, int, int]]) -> None:
    parts = split([(float(x), float(y), float(x + width), y + HIGH) for x, y, width in places])
    assert sorted(line for part in parts for line in part) == list(range(len(places)))
