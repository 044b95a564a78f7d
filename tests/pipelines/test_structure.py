"""PPStructureV3 in this process, with real weights, on pages that are hard to take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from galley.config import PreprocessingOptions, StructureConfig
from galley.devices import Device, Slot
from galley.models.store import ensure_models
from galley.pages import PageKind, PageRef
from galley.pipelines.structure import Structure
from galley.results import Image, StructuredPage

TURNED = PreprocessingOptions(use_doc_unwarping=False)
AS_IT_IS = PreprocessingOptions(use_doc_preprocessor=False, use_doc_unwarping=False)
CONFIG = StructureConfig(replace(StructureConfig().options, preprocessing=TURNED, use_seal_recognition=True))
HEBREW = "\u05d6\u05d4\u05d5 \u05de\u05e1\u05de\u05da \u05e7\u05e6\u05e8 \u05d1\u05e2\u05d1\u05e8\u05d9\u05ea"
DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")


@pytest.fixture(scope="module")
def pipeline(ocr_models: None, layout_models: None) -> Iterator[Structure]:
    names = {step: choice.name for step, choice in CONFIG.models().items()}
    models = ensure_models(names.values())
    opened = Structure(
        CONFIG, {step: models[name] for step, name in names.items()}, Slot(Device("cpu"), 0, (0,), False)
    )
    yield opened
    opened.close()


def process(pipeline: Structure, image: Image, preprocessing: PreprocessingOptions = AS_IT_IS) -> StructuredPage:
    page = PageRef(PageKind.ARRAY, None, None, None, "page")
    return pipeline.process(image, page, replace(CONFIG.options, preprocessing=preprocessing))


def contents(page: StructuredPage) -> list[tuple[str, str]]:
    return [(block.label, block.content) for block in page.blocks]


def blank(height: int, width: int) -> Image:
    return np.full((height, width, 3), 255, np.uint8)


def written(lines: Sequence[str], font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> Image:
    page = Pillow.new("RGB", (900, 1200), "white")
    for row, line in enumerate(lines):
        ImageDraw.Draw(page).text((60, 60 + 44 * row), line, "black", font)
    return np.ascontiguousarray(np.asarray(page)[:, :, ::-1])


@pytest.mark.parametrize("size", [(1200, 900), (1, 1), (3, 4000)])
def test_an_empty_page_says_that_it_is_empty(pipeline: Structure, size: tuple[int, int]) -> None:
    result = process(pipeline, blank(*size), TURNED)
    assert result.blocks == ()
    assert result.metadata["notes"] == ("nothing was found on this page",)


def test_a_page_of_only_a_picture_is_a_picture(pipeline: Structure) -> None:
    chance = np.random.default_rng(0)
    y, x = np.mgrid[:700, :700]
    picture = np.stack([128 + 100 * np.sin(x / 90 + y / 140), 128 + 90 * np.cos(y / 110), 128 + x / 9], 2).astype(
        np.uint8
    )
    for _ in range(12):
        place = (int(chance.integers(700)), int(chance.integers(700)))
        cv2.circle(picture, place, int(chance.integers(30, 160)), chance.integers(0, 255, 3).tolist(), -1)
    page = blank(1200, 900)
    page[200:900, 100:800] = picture
    (block,) = process(pipeline, page).blocks
    assert block.label == "image"
    assert block.image is not None and block.image.shape[0] > 600
    assert block.content == ""


def test_a_page_that_lies_on_its_side_is_turned_when_asked_for_and_named_when_not(
    pipeline: Structure, samples: Path
) -> None:
    upright, turned = (cv2.imread(str(samples / f"{name}.png")) for name in ("english", "english_90"))
    assert upright is not None and turned is not None
    upright, turned = np.asarray(upright, np.uint8), np.asarray(turned, np.uint8)
    as_asked = process(pipeline, turned, TURNED)
    assert [label for label, _ in contents(as_asked)] == [label for label, _ in contents(process(pipeline, upright))]
    assert "notes" not in as_asked.metadata
    notes = process(pipeline, turned).metadata["notes"]
    assert any("use_doc_orientation_classify=True" in note for note in notes)


def test_text_that_the_model_cannot_read_is_named(pipeline: Structure) -> None:
    if not DEJAVU.exists():
        pytest.skip("no font with Hebrew letters here")
    page = written([HEBREW[::-1]] * 8, ImageFont.truetype(str(DEJAVU), 28))
    (note,) = process(pipeline, page).metadata["notes"]
    assert "8 of 8 lines were read with little certainty" in note


def test_the_text_of_a_table_of_one_cell_is_kept(pipeline: Structure) -> None:
    page = written(["", "", "", "", "The one cell of this table"], ImageFont.load_default(28))
    cv2.rectangle(page, (40, 210), (600, 300), (0, 0, 0), 2)
    result = process(pipeline, page)
    assert ["The one cell of this table" in content for _, content in contents(result)] == [True]


def test_a_bill_without_walls_and_a_drawing_are_seen_whatever_the_layout_model_says(pipeline: Structure) -> None:
    page = Pillow.new("RGB", (1000, 1200), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(20)
    rows = [
        ("Item", "Description", "Amount", "Price", "Total"),
        ("A1", "Garden work", "28 h", "CHF 120.00", "CHF 3360.00"),
        ("B2", "Disposal of cuttings", "12 h", "CHF 307.35", "CHF 307.35"),
        ("", "", "", "Sum", "CHF 3667.35"),
    ]
    draw.text((60, 60), "We are billing you as follows for completion of the assigned activities:", "black", font)
    for number, row in enumerate(rows):
        for left, text in zip((60, 140, 420, 560, 740), row, strict=True):
            draw.text((left, 160 + 40 * number), text, "black", font)
    draw.text((60, 380), "Thank you for the assignment. Please pay within 30 days.", "black", font)
    for step in range(0, 300, 8):
        draw.line((100, 600 + step, 100 + step, 900), "black", 2)
    blocks = {block.label: block for block in process(pipeline, np.asarray(page)[:, :, ::-1].copy()).blocks}
    for row in rows:
        cells = "".join(f"<td>{cell}</td>" for cell in row).replace(" ", "")
        assert cells in blocks["table"].content.replace(" ", "")
    assert blocks["image"].image is not None and blocks["image"].image.shape[0] > 250


@pytest.mark.slow
def test_a_scan_of_50_megapixels_is_read_like_a_small_one(pipeline: Structure, samples: Path) -> None:
    small = cv2.imread(str(samples / "english.png"))
    assert small is not None
    large = np.asarray(cv2.resize(small, (6000, 8485), interpolation=cv2.INTER_CUBIC), np.uint8)
    result = process(pipeline, large)
    assert len(result.tables) == 1
    text = " ".join(content for _, content in contents(result))
    assert "Dredging of the eastern channel" in text and "Visiting yachts that leave the marina" in text
