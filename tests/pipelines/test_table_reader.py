from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest

from galley.config import EngineConfig
from galley.devices import Slot
from galley.models.store import ensure_models
from galley.pipelines.recognizer import ReadLine, Recognizer
from galley.pipelines.table_reader import TableReader
from galley.results import Image, TextLine
from galley.results.recognized import Characters
from galley.vision.recognize import Line
from galley.vision.table.turning import turn_back


class Spelling:
    """Reads every line as the number of its picture."""

    def __init__(self, score: float = 0.9) -> None:
        self.shown: list[Image] = []
        self._score = score

    def read(self, lines: Sequence[Image]) -> list[ReadLine]:
        start = len(self.shown)
        self.shown += lines
        texts = [f"#{start + place}" for place in range(len(lines))]
        return [ReadLine(Line(text, self._score, (), ()), 1.0, spread(text)) for text in texts]


def draw(
    rows: Sequence[Sequence[str]], walls: bool, width: int = 160, height: int = 44
) -> tuple[Image, list[TextLine]]:
    """A table of equal cells, and where its texts are."""
    image = np.full((len(rows) * height + 40, len(rows[0]) * width + 40, 3), 255, np.uint8)
    lines = []
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            left, top = 20 + column * width, 20 + row * height
            if walls:
                cv2.rectangle(image, (left, top), (left + width, top + height), (0, 0, 0), 1)
            if not text:
                continue
            (length, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.7, 1)
            cv2.putText(image, text, (left + 10, top + 30), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (0, 0, 0), 1, cv2.LINE_AA)
            lines.append(line(left + 6, top + 10, left + 14 + length, top + 36, text))
    return image, lines


def line(left: int, top: int, right: int, bottom: int, text: str) -> TextLine:
    return TextLine(np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.int32), -1, text, 0.9)


def spread(text: str) -> Characters:
    """The characters of `text`, all equally wide and sure."""
    places = [(place + 0.5) / len(text) for place in range(len(text))]
    return Characters(np.array(places, np.float32), np.full(len(text), 0.9, np.float32))


def moved(one: TextLine, right: int, down: int) -> TextLine:
    return TextLine(one.polygon + np.array([right, down], np.int32), one.angle, one.text, one.score)


SECONDS = 5
"""Of one core, at most, for any of these tables: they take hundredths."""
ROWS = [["Item", "Price", "Stock"], ["apple", "1.20", "17"], ["pear", "2.00", "8"], ["plum", "0.75", "140"]]


@pytest.mark.parametrize("walls", [True, False])
def test_every_text_is_in_its_cell(walls: bool) -> None:
    image, lines = draw(ROWS, walls)
    table = TableReader(Spelling()).read(image, (0, 0, image.shape[1], image.shape[0]), lines)
    assert table is not None
    assert table.size == (4, 3)
    assert [cell.text for cell in table.cells] == [text for row in ROWS for text in row]
    for cell, found in zip(table.cells, lines, strict=True):
        left, top, right, bottom = cell.box
        x, y = found.polygon.mean(axis=0)
        assert left < x < right and top < y < bottom


def test_a_line_over_a_wall_is_cut_and_read_again() -> None:
    image, lines = draw(ROWS, walls=True)
    merged = line(26, 64, 250, 90, "apple 1.20")
    reader = Spelling()
    table = TableReader(reader).read(image, (0, 0, image.shape[1], image.shape[0]), [*lines[:3], merged, *lines[5:]])
    assert table is not None
    assert [cell.text for cell in table.cells][3:6] == ["#0", "#1", "17"]
    assert len(reader.shown) == 2
    assert "apple 1.20" not in [each.text for each in table.lines]


@pytest.mark.parametrize(
    ("text", "places", "texts", "unread"),
    [
        ("apple1.20", [36, 48, 60, 67, 75, 195, 203, 213, 225], ["apple", "1.20"], 0),
        ("apple 1.20", [36, 48, 60, 67, 75, 150, 195, 203, 213, 225], ["apple", "1.20"], 0),
        ("apple|1.20", [36, 48, 60, 67, 75, 181, 195, 203, 213, 225], ["#0", "#1"], 2),
        ("apple20", [36, 48, 60, 67, 75, 213, 225], ["apple", "#0"], 1),
    ],
)
def test_a_line_over_a_wall_is_read_again_only_where_its_characters_do_not_tell(
    text: str, places: list[int], texts: list[str], unread: int
) -> None:
    image, lines = draw(ROWS, walls=True)
    along = np.array([(place - 26) / (250 - 26) for place in places], np.float32)
    merged = replace(line(26, 64, 250, 90, text), characters=Characters(along, np.full(len(text), 0.9, np.float32)))
    reader = Spelling()
    table = TableReader(reader).read(image, (0, 0, image.shape[1], image.shape[0]), [*lines[:3], merged, *lines[5:]])
    assert table is not None
    assert [cell.text for cell in table.cells][3:6] == [*texts, "17"]
    assert len(reader.shown) == unread


def test_a_box_that_cuts_the_head_off_is_read_to_its_rules_and_keeps_its_name() -> None:
    image, lines = draw(ROWS, walls=True)
    box = (0, 50, image.shape[1], image.shape[0])
    table = TableReader(Spelling()).read(image, box, lines)
    assert table is not None
    assert table.box == box
    assert [cell.text for cell in table.cells][:3] == ROWS[0]


@pytest.mark.parametrize("walls", [True, False])
def test_a_table_of_300_rows_is_read_in_seconds(walls: bool) -> None:
    image, lines = draw([[f"r{row}", "1.5", "7"] for row in range(300)], walls)
    start = time.process_time()
    table = TableReader(Spelling()).read(image, (0, 0, image.shape[1], image.shape[0]), lines)
    assert table is not None
    assert table.size == (300, 3)
    assert time.process_time() - start < 10


def test_a_frame_around_one_text_is_a_table_only_for_those_who_say_so() -> None:
    image, lines = draw([["alone"]], walls=True)
    box = (0, 0, image.shape[1], image.shape[0])
    assert TableReader(Spelling()).read(image, box, lines) is None
    table = TableReader(Spelling()).read(image, box, lines, is_certain=True)
    assert table is not None
    assert [cell.text for cell in table.cells] == ["alone"]


def test_a_table_that_the_page_cuts_off_is_read_as_far_as_it_goes() -> None:
    image, lines = draw(ROWS, walls=True)
    cut = np.ascontiguousarray(image[:130])
    table = TableReader(Spelling()).read(cut, (-50, -50, 5000, 5000), [one for one in lines if one.box[3] < 130])
    assert table is not None
    assert [cell.text for cell in table.cells][:6] == [*ROWS[0], *ROWS[1]]


@pytest.mark.parametrize("walls", [True, False])
@pytest.mark.parametrize("turns", [-1, 1])
def test_a_table_that_lies_on_its_side_is_turned(walls: bool, turns: int) -> None:
    upright, lines = draw(ROWS, walls)
    image = np.ascontiguousarray(np.rot90(upright, turns))
    size = (upright.shape[0], upright.shape[1])
    lying = [
        TextLine(turn_back(one.polygon.astype(np.float64), -turns, (size[1], size[0])).astype(np.int32), -1, "?", 0.2)
        for one in lines
    ]

    def read_text(picture: Image) -> list[TextLine]:
        return lines if np.array_equal(picture, upright) else lying[:1]

    start = time.process_time()
    box = (0, 0, image.shape[1], image.shape[0])
    table = TableReader(Spelling(), read_text=read_text).read(image, box, lying)
    assert table is not None and table.box == box
    assert [cell.text for cell in table.cells] == [text for row in ROWS for text in row]
    assert time.process_time() - start < SECONDS


def test_the_text_of_a_table_within_a_cell_is_that_of_the_cell() -> None:
    image, lines = draw([["Item", "Sizes"], ["plank", ""], ["beam", "long"]], walls=True, width=300, height=150)
    inner, texts = draw([["2 m", "3 m"], ["4 m", "5 m"]], walls=True, width=100, height=40)
    image[185:295, 340:570] = inner[5:115, 5:235]
    lines += [moved(one, 335, 180) for one in texts]
    start = time.process_time()
    table = TableReader(Spelling()).read(image, (0, 0, image.shape[1], image.shape[0]), lines)
    assert table is not None
    texts_of = {cell.text for cell in table.cells}
    assert {"Item", "Sizes", "plank", "beam", "long"} <= texts_of
    for text in ("2 m", "3 m", "4 m", "5 m"):
        assert sum(text in each for each in texts_of) == 1
    assert time.process_time() - start < SECONDS


@pytest.mark.parametrize("walls", [True, False])
def test_a_page_may_cut_a_table_off_on_any_side(walls: bool) -> None:
    image, lines = draw(ROWS, walls)
    height, width = image.shape[:2]
    for left, top, right, bottom in ((100, 0, width, height), (0, 45, width, height), (0, 0, 420, 150)):
        part = np.ascontiguousarray(image[top:bottom, left:right])
        seen = [
            moved(one, -left, -top)
            for one in lines
            if one.box[0] >= left and one.box[1] >= top and one.box[2] <= right and one.box[3] <= bottom
        ]
        table = TableReader(Spelling()).read(part, (-9, -9, 9999, 9999), seen)
        assert table is not None
        # What is cut off may have left ink that is read as if it were whole.
        texts = [cell.text for cell in table.cells if not cell.text.startswith("#")]
        assert [one.text for one in seen] == [text for text in texts if text]


@pytest.mark.parametrize("size", [(1, 1), (1, 400), (400, 1), (2, 3)])
@pytest.mark.parametrize("is_certain", [True, False])
def test_a_picture_of_hardly_a_pixel_is_read_as_what_is_said_of_it(size: tuple[int, int], is_certain: bool) -> None:
    image = np.zeros((*size, 3), np.uint8)
    said = [line(0, 0, size[1], size[0], "a")]
    start = time.process_time()
    table = TableReader(Spelling()).read(image, (0, 0, size[1], size[0]), said, is_certain=is_certain)
    assert table is None or [cell.text for cell in table.cells if cell.text]
    assert time.process_time() - start < SECONDS


def test_a_column_of_hardly_more_than_dashes_is_one() -> None:
    rows = [
        ["Item", "Sold", "Lost"],
        *([fruit, "17", ""] for fruit in ("apple", "pear", "plum", "fig", "kiwi", "lime")),
    ]
    rows[3][2] = "4"
    image, lines = draw(rows, walls=False)
    for row in (1, 2, 4, 5, 6):  # as the text detector misses them
        cv2.rectangle(image, (352, 20 + 44 * row + 23), (361, 20 + 44 * row + 25), (0, 0, 0), -1)
    table = TableReader(Spelling()).read(image, (0, 0, image.shape[1], image.shape[0]), lines)
    assert table is not None and table.size == (7, 3)
    assert [cell.text for cell in table.cells if cell.column == 2] == ["Lost", "-", "-", "4", "-", "-", "-"]


@pytest.mark.parametrize(("score", "ways"), [(0.99, 1), (0.9, 2)])
def test_text_that_stands_is_read_both_ways_only_where_it_is_not_sure(score: float, ways: int) -> None:
    image, lines = draw([["a", "b"], ["c", ""]], walls=True, width=60, height=200)
    text = np.full((24, 120, 3), 255, np.uint8)
    cv2.putText(text, "standing", (4, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (0, 0, 0), 1, cv2.LINE_AA)
    image[260:380, 98:122] = np.rot90(text)
    reader = Spelling(score)
    table = TableReader(reader).read(image, (0, 0, image.shape[1], image.shape[0]), lines)
    assert table is not None
    assert [cell.text for cell in table.cells] == ["a", "b", "c", "#0"]
    assert len(reader.shown) == ways
    assert all(each.shape[1] > 2 * each.shape[0] for each in reader.shown), "laid down"


def test_nothing_to_read_is_no_table() -> None:
    image, lines = draw(ROWS, walls=True)
    reader = TableReader(Spelling())
    assert reader.read(image, (0, 0, image.shape[1], image.shape[0]), []) is None
    assert reader.read(image, (0, 0, 0, 0), lines) is None
    assert reader.read(image, (5000, 5000, 6000, 6000), lines) is None


def test_ink_that_nobody_read_is_read(ocr_models: None, slot: Slot) -> None:
    image, lines = draw([["Item", "Price"], ["apple", "7"], ["pear", ""]], walls=True)
    cv2.rectangle(image, (200, 128), (209, 130), (0, 0, 0), -1)
    name = "PP-OCRv6_small_rec"
    recognizer = Recognizer(ensure_models([name])[name], EngineConfig(), slot, batch=6, shape=None)
    unseen = [each for each in lines if each.text != "7"]
    table = TableReader(recognizer).read(image, (0, 0, image.shape[1], image.shape[0]), unseen)
    recognizer.close()
    assert table is not None
    assert [cell.text for cell in table.cells] == ["Item", "Price", "apple", "7", "pear", "-"]
