"""Pictures of what was found on a structured page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tests.outputs.structured.pages import block, chinese, make_page, paper

from galley.outputs.saving import drawings, save_pictures
from galley.outputs.structured.drawings import draw_structure
from galley.results.layout import LayoutBox


def changed(picture: Image.Image, plain: Image.Image) -> NDArray[np.bool_]:
    differences: NDArray[np.bool_] = np.any(np.asarray(picture) != np.asarray(plain), axis=2)
    return differences


def test_paddleocrs_keys_in_its_order() -> None:
    assert list(drawings(paper())) == ["layout_det_res", "overall_ocr_res", "table_cell_img", "layout_order_res"]
    assert list(drawings(make_page())) == ["layout_det_res", "overall_ocr_res", "layout_order_res"]


def test_each_region_has_a_frame_and_nothing_is_drawn_inside() -> None:
    page = make_page([block("text", "a", (100, 100, 300, 200))])
    picture = draw_structure(page)["layout_det_res"]
    touched = changed(picture, Image.new("RGB", picture.size, "white"))
    assert touched[150, 100] and touched[150, 300] and touched[200, 200]
    assert not touched[130:190, 110:290].any()


def test_each_cell_has_a_frame() -> None:
    page = paper()
    touched = changed(draw_structure(page)["table_cell_img"], Image.fromarray(page.preprocessed.output_img[:, :, ::-1]))
    for cell in page.tables[0].cells:
        left, top, right, bottom = map(int, cell.box)
        assert touched[top, left] and touched[bottom, right]


def test_the_order_is_drawn_for_what_has_a_place_in_it() -> None:
    blocks = [block("text", "a", (50, 50, 250, 150)), block("footer", "b", (50, 600, 250, 650))]
    picture = np.asarray(draw_structure(make_page(blocks))["layout_order_res"])
    assert (picture[40:60, 40:60] == (220, 30, 30)).all(axis=2).any()
    assert not (picture[590:610, 40:60] == (220, 30, 30)).all(axis=2).any()
    assert (picture[630, 150] != 255).any()


def test_boxes_outside_the_page_or_turned_around_are_drawn_as_far_as_they_go(tmp_path: Path) -> None:
    page = make_page([block("text", "a", (-50, -50, 700, 900)), block("strange", "b", (300, 300, 200, 200))])
    assert len(save_pictures(page, tmp_path)) == 3
    assert LayoutBox(0, "text", 0.5, (5.0, 5.0, 1.0, 1.0)).json()["score"] == 0.5
    assert len(save_pictures(chinese(), tmp_path)) == 3
