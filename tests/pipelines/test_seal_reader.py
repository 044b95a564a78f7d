"""The seal step with a text detector given by folder: a graph whose answer is known, then real reading."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from PIL import Image, ImageDraw, ImageFont

from galley.config import EngineConfig, SealTextOptions
from galley.devices import Slot
from galley.models.folder import read_folder
from galley.models.store import ensure_models
from galley.pipelines.detector import Detector
from galley.pipelines.recognizer import Recognizer
from galley.pipelines.seal_reader import SealReader

SaveFolder = Callable[[str, onnx.GraphProto, dict[str, Any]], Path]
NAME = "PP-OCRv4_server_seal_det"
OPERATORS: list[dict[str, Any]] = [
    {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
    {"DetResizeForTest": {"resize_long": 736}},
    {"NormalizeImage": {"mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5], "scale": "1./255.", "order": "hwc"}},
    {"ToCHWImage": None},
]


DETECTOR_SETTINGS: dict[str, Any] = {
    "PreProcess": {"transform_ops": OPERATORS},
    "PostProcess": {
        "name": "DBPostProcess",
        "thresh": 0.2,
        "box_thresh": 0.6,
        "max_candidates": 1000,
        "unclip_ratio": 0.5,
    },
}


def yellow_graph() -> onnx.GraphProto:
    """A "seal text detector" of PaddleX's form, for which text is where red is brighter than blue."""
    weights = np.array([-10, 0, 10], np.float32).reshape(1, 3, 1, 1)
    return helper.make_graph(
        [
            helper.make_node("Conv", ["x", "weights", "bias"], ["contrast"]),
            helper.make_node("Sigmoid", ["contrast"], ["maps"]),
        ],
        "yellow",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, "h", "w"])],
        [helper.make_tensor_value_info("maps", TensorProto.FLOAT, ["n", 1, "h", "w"])],
        [numpy_helper.from_array(weights, "weights"), numpy_helper.from_array(np.array([-4], np.float32), "bias")],
    )


@pytest.fixture
def yellow_is_text(save_folder: SaveFolder) -> Path:
    return save_folder(NAME, yellow_graph(), DETECTOR_SETTINGS)


def curved_band(text: str) -> NDArray[np.uint8]:
    """Dark yellow text along the upper part of a circle, on a light yellow band."""
    picture = Image.new("RGB", (480, 480), "white")
    pen = ImageDraw.Draw(picture)
    pen.arc((60, 60, 420, 420), 205, 335, fill=(255, 240, 120), width=56)
    write_around(picture, text, 152, (130, 70, 0), 13)
    return np.ascontiguousarray(np.asarray(picture)[:, :, ::-1])


def write_around(
    picture: Image.Image, text: str, radius: float, colour: tuple[int, int, int], step: float, *, below: bool = False
) -> None:
    """Text around the middle of a square picture, `step` degrees each character; above it, or on its head below."""
    middle, direction = picture.width / 2, -1 if below else 1
    for number, character in enumerate(text):
        angle = math.radians(direction * (-90 + (number - (len(text) - 1) / 2) * step))
        patch = Image.new("L", (60, 60), 0)
        ImageDraw.Draw(patch).text((30, 30), character, 255, ImageFont.load_default(34), anchor="mm")
        place = (middle + radius * math.cos(angle) - 30, middle + radius * math.sin(angle) - 30)
        turned = patch.rotate(-math.degrees(angle) - 90 * direction, Image.Resampling.BICUBIC)
        picture.paste(colour, (round(place[0]), round(place[1])), turned)


@pytest.fixture
def reader(yellow_is_text: Path, ocr_models: None, slot: Slot) -> Iterator[SealReader]:
    engine = EngineConfig()
    models = ensure_models(["PP-OCRv6_small_det", "PP-OCRv6_small_rec"])
    detector = Detector(models["PP-OCRv6_small_det"], engine, slot, None)
    recognizer = Recognizer(models["PP-OCRv6_small_rec"], engine, slot, batch=1, shape=None)
    own = Detector(read_folder(yellow_is_text, NAME), engine, slot, None)
    yield SealReader(detector, recognizer, own)
    for step in (detector, recognizer, own):
        step.close()


def test_polygons_follow_curved_text(yellow_is_text: Path, slot: Slot) -> None:
    detector = Detector(read_folder(yellow_is_text, NAME), EngineConfig(), slot, None)
    (polygon,) = detector.find_curved(curved_band(""), SealTextOptions().ocr)
    radii = np.hypot(*(polygon - 240).T)
    assert len(polygon) > 8
    area, length = math.radians(130) / 2 * (180**2 - 124**2), math.radians(130) * (180 + 124) + 2 * 56
    grown = 0.5 * area / length
    assert radii.max() == pytest.approx(180 + grown, abs=6)
    assert radii.min() == pytest.approx(124 - grown, abs=6)
    assert cv2.contourArea(polygon) == pytest.approx(area + grown * length, rel=0.1)


def test_text_in_polygons_is_straightened_and_read(reader: SealReader) -> None:
    page = np.full((700, 600, 3), 255, np.uint8)
    page[150:630, 60:540] = curved_band("ARDMOUTH")
    seal = reader.read(page, (60, 150, 540, 630), SealTextOptions())
    assert "ARDMOUTH" in seal.texts
    polygon = next(line.polygon for line in seal.found if line.text == "ARDMOUTH")
    radii = np.hypot(*(polygon - (300, 390)).T)
    assert 110 < radii.min() < radii.max() < 195, "in pixels of the page"


def test_a_box_outside_of_the_page_is_cut_to_it(reader: SealReader) -> None:
    seal = reader.read(np.full((50, 60, 3), 255, np.uint8), (-20, -20, 500, 500), SealTextOptions())
    assert seal.box == (0, 0, 60, 50)
    assert seal.found == ()


def stamped_circle(side: int, text: str) -> NDArray[np.uint8]:
    """A red ring with text straight across it, and none along it."""
    paper = np.full((side, side, 3), 255, np.uint8)
    cv2.circle(paper, (side // 2, side // 2), round(0.4 * side), (40, 40, 200), side // 40, cv2.LINE_AA)
    scale, thickness = side / 220, max(2, side // 80)
    (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, thickness)
    corner = ((side - width) // 2, (side + height) // 2)
    cv2.putText(paper, text, corner, cv2.FONT_HERSHEY_SIMPLEX, scale, (40, 40, 200), thickness, cv2.LINE_AA)
    return paper


def test_a_line_and_one_on_its_head_next_to_it_are_two(reader: SealReader) -> None:
    picture = Image.new("RGB", (480, 480), "white")
    ImageDraw.Draw(picture).ellipse((40, 40, 440, 440), outline=(200, 40, 40), width=8)
    write_around(picture, "REPUBLIC OF OZARK LAND", 165, (200, 40, 40), 8.3)
    write_around(picture, "QUALITY DEPARTMENTS", 165, (200, 40, 40), 8.3, below=True)
    seal = reader.read(np.ascontiguousarray(np.asarray(picture)[:, :, ::-1]), None, SealTextOptions())
    assert seal.texts == ("REPUBLIC OF OZARK LAND", "QUALITY DEPARTMENTS")


def test_what_has_no_text_along_its_edge_may_be_a_logo(reader: SealReader) -> None:
    seal = reader.read(stamped_circle(400, "PAID"), None, SealTextOptions())
    assert seal.texts == ("PAID",)
    assert seal.notes == ("no text was read along the edge: this may be a square seal, or a logo",)


def test_square_seals_are_read_by_their_straight_text(reader: SealReader) -> None:
    paper = np.full((300, 300, 3), 255, np.uint8)
    cv2.rectangle(paper, (50, 50), (250, 250), (40, 40, 200), 8)
    cv2.putText(paper, "CHECKED", (75, 160), cv2.FONT_HERSHEY_SIMPLEX, 1.1, (40, 40, 200), 3, cv2.LINE_AA)
    seal = reader.read(paper, None, SealTextOptions())
    assert "CHECKED" in seal.texts
    assert seal.notes


def test_a_seal_that_is_cut_off_says_so(reader: SealReader) -> None:
    whole = stamped_circle(400, "PAID")
    cut = reader.read(np.ascontiguousarray(whole[:, :300]), None, SealTextOptions())
    assert cut.notes[0] == "the seal goes on beyond the picture: only what is there was read"


def test_fine_scans_are_read_on_a_reduction_and_answered_in_their_own_pixels(reader: SealReader) -> None:
    """15 megapixels of one seal, as on a page of 50."""
    coarse, fine = (reader.read(stamped_circle(side, "PAID"), None, SealTextOptions()) for side in (400, 3900))
    assert fine.texts == coarse.texts == ("PAID",)
    np.testing.assert_allclose(fine.found[0].polygon / 3900, coarse.found[0].polygon / 400, atol=0.02)
