from __future__ import annotations

import json
from pathlib import Path

from galley.compat.results import Result
from galley.outputs.answers import save_answer, save_usage
from galley.results import UnderstoodPage

PAGE = UnderstoodPage("x.png", None, "sub/x", {"image": "x.png", "query": "?"}, "an answer: ü", {"prompt_tokens": 3})


def test_an_answer_is_a_text_file(tmp_path: Path) -> None:
    assert save_answer(PAGE, tmp_path) == [tmp_path / "sub" / "x.txt"]
    assert (tmp_path / "sub" / "x.txt").read_text(encoding="utf-8") == "an answer: ü\n"
    assert save_answer(PAGE, tmp_path / "y.txt") == [tmp_path / "y.txt"]


def test_its_cost_is_a_file_beside(tmp_path: Path) -> None:
    assert save_usage(PAGE, tmp_path) == [tmp_path / "sub" / "x_usage.json"]
    assert json.loads((tmp_path / "sub" / "x_usage.json").read_text()) == {"prompt_tokens": 3}


def test_there_is_nothing_to_draw(tmp_path: Path) -> None:
    result = Result(PAGE)
    assert result.img == {}
    result.save_all(tmp_path)
    assert [path.name for path in (tmp_path / "sub").iterdir()] == ["x_res.json"]
