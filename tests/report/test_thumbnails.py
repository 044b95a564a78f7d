"""Pictures of pages, also of those that nobody can read."""

from __future__ import annotations

import base64
import io
import os
from pathlib import Path

import pytest
from PIL import Image

from galley.report.thumbnails import LONG_SIDE, make_thumbnails


def opened(uri: str) -> Image.Image:
    prefix, _, content = uri.partition(",")
    assert prefix == "data:image/jpeg;base64"
    return Image.open(io.BytesIO(base64.b64decode(content)))


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """Pictures and documents whose pages have colours of their own."""
    red, blue = (Image.new("RGB", (800, 400), colour) for colour in ("red", "blue"))
    red.save(tmp_path / "red.png")
    red.copy().save(tmp_path / "two.pdf", save_all=True, append_images=[blue])
    red.copy().save(tmp_path / "two.tif", save_all=True, append_images=[blue.copy()])
    Image.effect_noise((400, 400), 90).save(tmp_path / "noise.png")
    whole = (tmp_path / "noise.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[: len(whole) // 2])
    Image.new("RGBA", (50, 100)).save(tmp_path / "glass.png")
    (tmp_path / "text.png").write_text("no picture")
    return tmp_path


def test_pages_of_pictures_and_documents(documents: Path) -> None:
    asked = [("red.png", -1), ("two.pdf", 1), ("two.tif", 1), ("cut.png", -1), ("glass.png", -1)]
    pictures = [opened(uri) for uri in make_thumbnails((str(documents / name), page) for name, page in asked)]
    assert [max(picture.size) for picture in pictures] == [LONG_SIDE, LONG_SIDE, LONG_SIDE, LONG_SIDE, 100]
    red, blue, also_blue, _, glass = (picture.getpixel((10, 10)) for picture in pictures)
    assert isinstance(red, tuple)
    assert red[0] > 240 > 20 > red[2]
    for pixel in (blue, also_blue):
        assert isinstance(pixel, tuple)
        assert pixel[2] > 240 > 20 > pixel[0]
    assert glass == (255, 255, 255)


def test_what_cannot_be_shown_is_left_out(documents: Path) -> None:
    asked = [("text.png", -1), ("missing.png", -1), ("two.pdf", 7), ("two.tif", 7), ("latin-\udce9.png", -1)]
    assert make_thumbnails((str(documents / name), page) for name, page in asked) == [""] * 5


def test_a_page_that_never_ends_costs_only_its_own_picture(documents: Path) -> None:
    os.mkfifo(documents / "pipe.png")
    asked = [(str(documents / name), -1) for name in ("red.png", "pipe.png", "red.png")]
    first, none, last = make_thumbnails(asked, page_seconds=1.0)
    assert none == ""
    assert opened(first).size == opened(last).size


def test_nothing_asked_nothing_made() -> None:
    assert make_thumbnails([]) == []
