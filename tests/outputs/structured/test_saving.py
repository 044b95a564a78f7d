"""Texts of structured pages as files."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from PIL import Image
from tests.outputs.structured.pages import arabic, block, chinese, figure, make_page, make_table, paper

from galley.outputs.structured.saving import markdown_of, save_markdown, save_plain_text
from galley.outputs.tables import save_html, save_xlsx


def pictures_in(text: str) -> list[str]:
    return [
        unquote(place) for place in re.findall(r'src="([^"]*)"|!\[Image\]\(([^)]*)\)', text) for place in place if place
    ]


def test_markdown_as_a_value() -> None:
    markdown = markdown_of(paper())
    assert list(markdown) == [
        "markdown_texts",
        "markdown_images",
        "page_continuation_flags",
        "page_index",
        "input_path",
    ]
    assert markdown["page_continuation_flags"] == (True, True)
    assert sorted(markdown["markdown_images"]) == sorted(pictures_in(markdown["markdown_texts"]))
    assert all(isinstance(picture, Image.Image) for picture in markdown["markdown_images"].values())


@pytest.mark.parametrize("pretty", [True, False])
@pytest.mark.parametrize("name", ["paper_0", "a b/中文 #1 100%_0", "ünï (copy) [2]_3"])
def test_every_picture_is_where_the_text_says(tmp_path: Path, name: str, pretty: bool) -> None:
    page = make_page([block("image", picture=figure()), block("text", "so")], name=name)
    path, *pictures = save_markdown(page, tmp_path, pretty)
    places = pictures_in(path.read_text(encoding="utf-8"))
    assert path == tmp_path / f"{name}.md"
    assert [path.parent / place for place in places] == pictures
    with Image.open(pictures[0]) as picture:
        assert picture.format == "JPEG" and picture.size == (200, 100)


def test_pages_and_documents_never_overwrite_each_others_pictures(tmp_path: Path) -> None:
    written: list[Path] = []
    for name in ("one_0", "one_1", "two_0", "sub/one_0"):
        written += save_markdown(make_page([block("image", picture=figure())], name=name), tmp_path)
    assert len(set(written)) == 8
    for number in range(2):
        page = make_page([block("image", picture=figure())])
        written += save_markdown(page, tmp_path / f"mine{number}.md")
    assert len(set(written)) == 12 and all(path.is_file() for path in written)


def test_a_thousand_figures(tmp_path: Path) -> None:
    boxes = [
        (number % 40 * 15, number // 40 * 30, number % 40 * 15 + 10, number // 40 * 30 + 20) for number in range(1000)
    ]
    page = make_page([block("image", "", box, picture=figure(10, 20)) for box in boxes])
    path, *pictures = save_markdown(page, tmp_path)
    assert len(set(pictures)) == 1000
    assert path.read_text(encoding="utf-8").count("<img") == 1000


def test_plain_text_has_the_cells_of_tables_between_tabs(tmp_path: Path) -> None:
    (path,) = save_plain_text(paper(), tmp_path)
    text = path.read_text(encoding="utf-8")
    assert path.name == "paper_0.txt"
    assert text.startswith("Reading *all* of it\n\n1 Introduction\n\nPages are read by many oars")
    assert "Model\tError & cost\n\tCER < 1 %\tms\nsmall\t=SUM(A1:A9)\t12\n" in text
    assert "<" not in text.replace("< 1 %", "").replace("<b>books</b>", "").replace("Oars < sails", "")
    assert save_plain_text(make_page(), tmp_path / "empty.txt")[0].read_bytes() == b"\n"


@pytest.mark.parametrize("page", [chinese(), arabic()], ids=["chinese", "arabic"])
def test_other_scripts_stay_as_they_are(tmp_path: Path, page: object) -> None:
    (path,) = save_plain_text(page, tmp_path)  # type: ignore[arg-type]
    text = path.read_text(encoding="utf-8")
    assert all(one.content in text for one in page.blocks[:2])  # type: ignore[attr-defined]


def test_control_characters_are_left_out(tmp_path: Path) -> None:
    page = make_page([block("text", "a\x00b\x0b\x1bc\ud800\ufffed")])
    assert markdown_of(page)["markdown_texts"] == "abcd"
    assert save_plain_text(page, tmp_path)[0].read_text(encoding="utf-8") == "abcd\n"


def test_tables_are_numbered_from_one_and_a_file_gets_the_first(tmp_path: Path) -> None:
    page = make_page(tables=[make_table(), make_table()])
    assert [path.name for path in save_html(page, tmp_path)] == ["paper_0_table_1.html", "paper_0_table_2.html"]
    assert [path.name for path in save_xlsx(page, tmp_path)] == ["paper_0_table_1.xlsx", "paper_0_table_2.xlsx"]
    assert [path.name for path in save_html(page, tmp_path / "mine.html")] == ["mine.html"]
    assert save_html(make_page(), tmp_path) == []
