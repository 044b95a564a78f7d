"""Documents made of the files of their pages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from galley.errors import OutputError
from galley.outputs.assembling import assemble_json


def test_pages_are_in_the_order_given(tmp_path: Path) -> None:
    pages = []
    for number in (2, 0, 1):
        page = tmp_path / f"d_{number}_res.json"
        page.write_text(json.dumps({"page_index": number, "text": "ä"}, indent=4))
        pages.append(page)
    assemble_json("in/d.pdf", pages, tmp_path / "d_res.json")
    whole = json.loads((tmp_path / "d_res.json").read_text())
    assert (whole["input_path"], whole["page_count"]) == ("in/d.pdf", 3)
    assert [page["page_index"] for page in whole["pages"]] == [2, 0, 1]


@pytest.mark.parametrize("content", [None, "{"], ids=["missing", "torn"])
def test_a_page_that_is_not_whole_makes_no_document(tmp_path: Path, content: str | None) -> None:
    page = tmp_path / "d_0_res.json"
    if content is not None:
        page.write_text(content)
    with pytest.raises(OutputError, match="d_0_res"):
        assemble_json("in/d.pdf", [page], tmp_path / "d_res.json")
    assert list(tmp_path.glob("*d_res.json")) == []
    assert list(tmp_path.glob(".galley-*")) == []
