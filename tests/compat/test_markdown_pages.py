"""PaddleOCR's concatenate_markdown_pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from galley.compat.markdown_pages import concatenate_markdown_pages
from galley.errors import BadArguments


def page(text: str, begins: bool = True, ends: bool = True, **more: Any) -> dict[str, Any]:
    return {"markdown_texts": text, "markdown_images": {}, "page_continuation_flags": (begins, ends)} | more


@pytest.mark.parametrize(
    ("first", "second", "whole"),
    [
        ("# One\n\nThis goes", "on here.\n\nAnd more.", "# One\n\nThis goes on here.\n\nAnd more."),
        ("没有一页会丢", "失。", "没有一页会丢失。"),
        ("inter-", "rupted", "interrupted"),
        ("text", "# Heading", "text\n\n# Heading"),
        ("<div>figure</div>", "text", "<div>figure</div>\n\ntext"),
        ("text", "<table></table>", "text\n\n<table></table>"),
    ],
)
def test_pages_whose_paragraphs_go_on(first: str, second: str, whole: str) -> None:
    joined = concatenate_markdown_pages([page(first, ends=False), page(second, begins=False)])
    assert joined["markdown_texts"] == whole
    assert joined.markdown is joined


@pytest.mark.parametrize(("ends", "begins"), [(True, True), (True, False), (False, True)])
def test_pages_whose_paragraphs_do_not(ends: bool, begins: bool) -> None:
    joined = concatenate_markdown_pages([page("one", ends=ends), page("two", begins=begins)])
    assert joined["markdown_texts"] == "one\n\ntwo"


def test_empty_pages_are_nothing() -> None:
    pages = [page(""), page("one", ends=False), page("", False, False), page("two", begins=False), page("")]
    assert concatenate_markdown_pages(pages)["markdown_texts"] == "one two"
    assert concatenate_markdown_pages([])["markdown_texts"] == ""


def test_pictures_come_along(tmp_path: Path) -> None:
    picture = Image.new("RGB", (4, 4))
    pages = [page(f"![]({place})", markdown_images={place: picture}) for place in ("imgs/a_0/x.jpg", "imgs/a_1/x.jpg")]
    concatenate_markdown_pages(pages).save_to_markdown(tmp_path / "a.md")
    written = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.*"))
    assert written == ["a.md", "imgs/a_0/x.jpg", "imgs/a_1/x.jpg"]
    with pytest.raises(BadArguments, match="name of a file"):
        concatenate_markdown_pages(pages).save_to_markdown(tmp_path)


def test_what_is_no_markdown_is_named() -> None:
    for wrong in ({"markdown_texts": "a"}, "text", None, {"page_continuation_flags": None, "markdown_texts": ""}):
        with pytest.raises(BadArguments, match="element 1 is not the markdown"):
            concatenate_markdown_pages([page("one"), wrong])  # type: ignore[list-item]
