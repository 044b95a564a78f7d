"""The text that pages of PDF files bring along, in the pixels that they are rendered with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.born_digital import PROSE, make_pdf, text

from galley.inputs import InputOptions, PageLoader
from galley.pages import PageKind, PageRef
from galley.results.text_layer import TextLayer


def load(path: Path, kind: PageKind = PageKind.PDF) -> tuple[NDArray[np.uint8], TextLayer | None]:
    loader = PageLoader(InputOptions())
    page = PageRef(kind, str(path), 0, 1, "x")
    try:
        image = loader.load(page)
        return image, loader.load_layer(page, (image.shape[0], image.shape[1]))
    finally:
        loader.close()


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, (20, 10, 380, 290)])
def test_boxes_are_where_the_ink_is(tmp_path: Path, rotate: int, crop: tuple[int, ...] | None) -> None:
    image, layer = load(make_pdf(tmp_path / "x.pdf", [text("HHHH", 100, 150, 40)], rotate=rotate, crop=crop))
    assert layer is not None
    assert layer.characters == "HHHH"
    dark = np.argwhere(image.min(axis=2) < 100)
    (top, left), (bottom, right) = dark.min(axis=0), dark.max(axis=0)
    box = [*layer.boxes[:, :2].min(axis=0), *layer.boxes[:, 2:].max(axis=0)]
    assert box[0] - 2 <= left and box[1] - 2 <= top and box[2] + 2 >= right and box[3] + 2 >= bottom
    area = (box[2] - box[0]) * (box[3] - box[1])
    assert area < 2.2 * (right - left) * (bottom - top)
    assert np.abs((layer.directions - rotate + 180) % 360 - 180).max() < 1
    assert layer.sizes == pytest.approx(np.full(4, 80), rel=0.01)


def test_what_is_not_drawn_is_known(tmp_path: Path) -> None:
    _, layer = load(make_pdf(tmp_path / "x.pdf", [text("seen", 50, 50) + text("not", 50, 100, before="3 Tr")]))
    assert layer is not None
    hidden = {character for character, is_hidden in zip(layer.characters, layer.hidden, strict=True) if is_hidden}
    assert hidden == set("not")


@pytest.mark.parametrize(
    ("content", "share"), [("q 400 0 0 300 0 0 cm /P1 Do Q", 1.0), ("q 200 0 0 30 9 9 cm /P1 Do Q", 0.05), ("", 0.0)]
)
def test_the_largest_picture_is_known(tmp_path: Path, content: str, share: float) -> None:
    _, layer = load(make_pdf(tmp_path / "x.pdf", [PROSE + content]))
    assert layer is not None
    assert layer.largest_picture == pytest.approx(share, abs=0.01)


def test_a_page_without_text_has_an_empty_layer(tmp_path: Path) -> None:
    _, layer = load(make_pdf(tmp_path / "x.pdf", [""]))
    assert layer is not None
    assert layer.characters == ""
    assert layer.boxes.shape == (0, 4)


def test_other_files_have_none(samples: Path) -> None:
    loader = PageLoader(InputOptions())
    assert loader.load_layer(PageRef(PageKind.TIFF, str(samples / "scan.tif"), 0, 2, "x"), (10, 10)) is None
