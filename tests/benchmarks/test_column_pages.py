from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from benchmarks.column_pages import break_lines, draw_page
from benchmarks.seal_drawing import FACES
from PIL import ImageFont


def test_no_line_begins_with_a_closing_mark() -> None:
    font = ImageFont.load_default(20)
    assert isinstance(font, ImageFont.FreeTypeFont)
    text = "abc，" * 40 + "12.5。"
    lines = break_lines(text, font, 170, 40)
    assert "".join(lines) == text
    assert len(lines) > 3
    assert not any(line.startswith(("，", "。")) for line in lines)
    assert all(font.getlength(line) <= 170 for line in lines)


@pytest.mark.skipif(not all(Path(file).exists() for file, _ in FACES.values()), reason="the fonts are not installed")
def test_a_seed_draws_one_page() -> None:
    one, again, other = draw_page(5), draw_page(5), draw_page(6)
    assert one.text == again.text
    assert np.array_equal(one.image, again.image)
    assert one.text != other.text
    assert len(one.text) > 800
