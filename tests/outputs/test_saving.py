"""Which files a result has."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from galley.errors import BadArguments
from galley.outputs.encoding import encode_json
from galley.outputs.saving import (
    SavePlan,
    check_formats,
    save_corrected,
    save_json,
    save_page,
    save_pictures,
)
from galley.results import PreprocessedPage


def make_page(input_path: str | None = "in/scan.png", name: str = "scan") -> PreprocessedPage:
    generator = np.random.default_rng(0)
    original = generator.integers(0, 256, (40, 60, 3), dtype=np.uint8)
    turned = np.ascontiguousarray(np.rot90(original))
    return PreprocessedPage(input_path, None, name, True, True, 90, original, turned, 255 - turned)


def test_a_run_writes_paddleocrs_names(tmp_path: Path) -> None:
    files = save_page(make_page(), SavePlan(str(tmp_path), ("json", "img", "corrected")))
    names = ["scan_res.json", "scan_preprocessed_img.png", "scan_corrected.png"]
    assert [Path(file).name for file in files] == names
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)


def test_the_tree_of_inputs_is_kept(tmp_path: Path) -> None:
    save_page(make_page(name="a/b/scan"), SavePlan(str(tmp_path), ("json",)))
    assert (tmp_path / "a" / "b" / "scan_res.json").is_file()


def test_the_json_file_holds_the_fields_in_order(tmp_path: Path) -> None:
    save_json(make_page(), tmp_path)
    text = (tmp_path / "scan_res.json").read_text(encoding="utf-8")
    assert list(json.loads(text)) == ["input_path", "page_index", "model_settings", "angle"]
    assert '\n    "angle": 90' in text


def test_a_file_name_as_target_is_taken_as_it_is(tmp_path: Path) -> None:
    save_json(make_page(), tmp_path / "mine.json")
    save_pictures(make_page(), tmp_path / "mine.webp")
    with Image.open(tmp_path / "mine.webp") as picture:
        assert picture.format == "WEBP"
    assert json.loads((tmp_path / "mine.json").read_bytes())["angle"] == 90


def test_three_panels_side_by_side(tmp_path: Path) -> None:
    page = make_page()
    save_pictures(page, tmp_path)
    with Image.open(tmp_path / "scan_preprocessed_img.png") as file:
        picture = np.asarray(file)
    assert picture.shape == (60 + 25, 60 + 40 + 40, 3)
    np.testing.assert_array_equal(picture[:40, :60, ::-1], page.input_img)
    np.testing.assert_array_equal(picture[:60, 60:100, ::-1], page.rot_img)
    np.testing.assert_array_equal(picture[:60, 100:140, ::-1], page.output_img)
    assert picture[60:].min() < 128, "the captions are drawn"


def test_the_corrected_page_is_saved_without_loss(tmp_path: Path) -> None:
    page = make_page()
    save_corrected(page, tmp_path)
    with Image.open(tmp_path / "scan_corrected.png") as file:
        saved = np.asarray(file)
    np.testing.assert_array_equal(saved[:, :, ::-1], page.output_img)


@pytest.mark.parametrize(
    ("input_path", "suffix"),
    [("a/x.JPG", ".JPG"), ("x.tif", ".tif"), ("x.pdf", ".png"), ("x.ras", ".png"), (None, ".png"), ("noend", ".png")],
)
def test_pictures_keep_the_suffix_of_the_input_where_it_can_be_written(
    tmp_path: Path, input_path: str | None, suffix: str
) -> None:
    (path,) = save_corrected(make_page(input_path, "x"), tmp_path)
    assert path.name == f"x_corrected{suffix}"
    with Image.open(path) as file:
        file.verify()


def test_names_that_are_not_utf8_still_give_valid_json(tmp_path: Path) -> None:
    name = b"caf\xe9.png".decode("utf-8", "surrogateescape")
    content = encode_json({"input_path": name, "text": "中文"})
    assert json.loads(content.decode("utf-8"))["input_path"] == name
    assert "中文" in encode_json({"text": "中文"}).decode()


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(BadArguments, match=r"docx.*json, img, corrected"):
        check_formats(PreprocessedPage, ("json", "docx"))
    with pytest.raises(BadArguments, match="choose from"):
        check_formats(PreprocessedPage, ())
    assert check_formats(PreprocessedPage, ("json", "img", "json")) == ("json", "img")


def test_a_plan_without_a_folder_writes_nothing() -> None:
    assert save_page(make_page(), SavePlan(None, ())) == ()
