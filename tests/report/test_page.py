"""The page as text; tests/report/test_browser.py looks at it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from tests.report.ledgers import Piece, Turn, make_journal

from galley.report import write_page
from galley.report.drawing import area


def page_of(output: Path, *turns: Turn) -> str:
    return write_page(make_journal(output, turns)).read_text(encoding="utf-8")


def test_the_page_needs_nothing_from_elsewhere_and_trusts_no_text(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>"
    pieces = [
        Piece(f"/in/{evil}.png", 0, 1, kind="rejected", message=evil, detail=f"Traceback {evil}"),
        Piece("/in/latin-\udce9.png", 1, 2, kind="timed_out", message="too slow"),
        Piece("/in/fine.png", 2, 3),
    ]
    text = page_of(tmp_path, Turn(pieces, end=5, events=[(1, "cpu:0", "died", evil)]))
    assert "alert(1)" in text
    assert evil not in text
    assert "latin-\\udce9.png" in text
    assert "default-src 'none'" in text
    assert not re.search(r"(src|href)=\"(?!data:)", text)
    assert "Done, but 2 of 3 pages failed" in text


def test_the_numbers_behind_the_charts(tmp_path: Path) -> None:
    text = page_of(tmp_path, Turn([Piece(f"/in/{n}.png", n, n + 1) for n in range(10)], end=10))
    found = re.search(r'id="bins">(.*?)</script>', text)
    assert found is not None
    data = json.loads(found[1])
    assert sum(data["done"]) == 10
    assert len(data["begins"]) == len(data["done"]) == len(data["lanes"][0])
    assert set(data["lanes"][0]) == {100}


def test_the_page_of_many_pages_is_small(tmp_path: Path) -> None:
    pieces = (Piece(f"/in/{n % 7}.pdf", n / 50, n / 50 + 0.1, f"gpu:{n % 8}", page=n) for n in range(5000))
    assert len(page_of(tmp_path, Turn(pieces, end=101))) < 200_000


@given(st.lists(st.floats(0, 10), max_size=50))
def test_steps_cover_what_is_above_zero_and_nothing_else(values: list[float]) -> None:
    covered = [0] * len(values)
    for start, height, width in re.findall(r"M(\d+) 100v-(\d+)h(\d+)V100z", area(values, 10)):
        for at in range(int(start), int(start) + int(width)):
            covered[at] += int(height)
    assert all(abs(height - value * 10) <= 1 for height, value in zip(covered, values, strict=True))
    assert all((height > 0) == (value > 0) for height, value in zip(covered, values, strict=True))
