"""Levels of headings by their numbers."""

from __future__ import annotations

import pytest

from galley.vision.headings import heading_level


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Introduction", 2),
        ("3 Method", 2),
        ("3.1 Data", 3),
        ("3.1.4 Scans", 4),
        ("A.2.1 Proof", 3),
        ("1.2.3.4.5 Deep", 6),
        ("第三章 方法", 2),
        ("第二节 数据", 3),
        ("一、引言", 2),
        ("（二）数据", 3),
        ("", 2),
    ],
)
def test_numbers_tell_the_level(text: str, level: int) -> None:
    assert heading_level(text) == level
