from __future__ import annotations

from benchmarks.ocr_text import Glyph
from benchmarks.text_order import character_error, look_at_layer

WIDTH = 1000


def lines(left: float, top: float, count: int) -> list[Glyph]:
    return [Glyph("x", left + 12 * place, top + 30 * line) for line in range(count) for place in range(30)]


def test_spaces_and_hyphens_do_not_count() -> None:
    assert character_error("a di-\nvided word", "a divided  word") == 0
    assert character_error("cba", "abc") == 2 / 3


def test_columns_one_after_the_other_are_in_order() -> None:
    page = [*lines(80, 100, 20), *lines(540, 100, 20)]
    layer = look_at_layer(page, WIDTH)
    assert (layer.two_columns, layer.in_order) == (True, True)


def test_what_goes_back_is_not_in_order() -> None:
    title_last = [*lines(80, 100, 20), *lines(540, 100, 20), *lines(300, 20, 1)]
    right_first = [*lines(540, 100, 20), *lines(80, 100, 20)]
    strips = [*lines(80, 100, 10), *lines(540, 100, 20), *lines(80, 400, 10)]
    for page in (title_last, right_first, strips):
        layer = look_at_layer(page, WIDTH)
        assert (layer.two_columns, layer.in_order) == (True, False)


def test_one_column_is_none_of_them() -> None:
    assert not look_at_layer(lines(80, 100, 40), WIDTH).two_columns
    assert not look_at_layer([], WIDTH).two_columns
