from __future__ import annotations

import pytest
from benchmarks.report import paste, table

DOCUMENT = "before\n<!-- one -->\nold\n<!-- end one -->\nbetween\n<!-- two --><!-- end two -->\nafter"


def test_only_the_named_section_is_replaced() -> None:
    pasted = paste(DOCUMENT, "one", r"new \1")
    assert pasted == DOCUMENT.replace("old", r"new \1")
    assert paste(pasted, "one", "old") == DOCUMENT


def test_an_empty_section_is_filled() -> None:
    assert "<!-- two -->\nnew\n<!-- end two -->\nafter" in paste(DOCUMENT, "two", "new")


@pytest.mark.parametrize("document", ["", DOCUMENT + DOCUMENT])
def test_markers_must_be_there_once(document: str) -> None:
    with pytest.raises(ValueError, match="exactly once"):
        paste(document, "one", "new")


def test_table_has_a_rule_below_its_head() -> None:
    assert table(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"
