"""What the results of each kind of page can do."""

from __future__ import annotations

import pickle
from pathlib import Path

import docx
import openpyxl
import pytest
from tests.outputs.structured.pages import make_page, paper

from galley.compat.results import Result
from galley.errors import BadArguments


def test_a_structured_page_has_paddleocrs_properties() -> None:
    result = Result(paper())
    assert result.markdown["markdown_texts"].startswith("# Reading")
    assert list(result.html) == list(result.xlsx) == ["table_1"]
    assert result.html["table_1"].startswith("<html><body><table>")
    assert list(result.json["res"])[:3] == ["input_path", "page_index", "page_count"]
    assert pickle.loads(pickle.dumps(result)).markdown["markdown_texts"] == result.markdown["markdown_texts"]


def test_a_structured_page_saves_all_that_paddleocrs_does(tmp_path: Path) -> None:
    Result(paper()).save_all(tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert {"paper_0_res.json", "paper_0_table_1.html", "paper_0_table_1.xlsx", "paper_0.md", "paper_0.docx"} <= names
    assert openpyxl.load_workbook(tmp_path / "paper_0_table_1.xlsx").active is not None


def test_each_saver_takes_a_folder_or_a_file(tmp_path: Path) -> None:
    result = Result(paper())
    result.save_to_markdown(tmp_path / "a.md", pretty=False)
    assert "![Image](imgs/a/img_in_" in (tmp_path / "a.md").read_text(encoding="utf-8")
    result.save_to_word(tmp_path / "a.docx")
    assert docx.Document(str(tmp_path / "a.docx")).tables
    result.save_to_text(tmp_path / "a.txt")
    result.save_to_html(tmp_path)
    result.save_to_xlsx(tmp_path / "a.xlsx")
    assert {path.name for path in tmp_path.glob("*.*")} == {"a.md", "a.docx", "a.txt", "paper_0_table_1.html", "a.xlsx"}


def test_what_a_result_has_not_is_an_error_that_says_what_it_has(tmp_path: Path) -> None:
    result = Result(make_page().recognized)
    for act in (
        lambda: result.markdown,
        lambda: result.html,
        lambda: result.xlsx,
        lambda: result.save_to_markdown(tmp_path),
        lambda: result.save_to_word(tmp_path),
        lambda: result.save_to_html(tmp_path),
        lambda: result.save_to_xlsx(tmp_path),
    ):
        with pytest.raises(BadArguments, match="it has json, img, text"):
            act()
    assert not list(tmp_path.iterdir())


def test_latex_is_refused_and_what_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadArguments, match=r"has no latex; it has json, .*markdown, word"):
        Result(paper()).save_to_latex(tmp_path)
