"""Documents made of what was written for their pages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from galley.errors import BadInput
from galley.outputs.documents import Assembly, DocumentForm, join_json, join_text
from galley.pages import Document, PageKind

JSON = DocumentForm("_res.json", join_json)
TEXT = DocumentForm(".txt", join_text)


def document(count: int, *forms: DocumentForm) -> Document:
    return Document(PageKind.PDF, "in/d.pdf", "sub/d", count, tuple(form.suffix for form in forms))


@pytest.fixture
def assembly(tmp_path: Path) -> Assembly:
    (tmp_path / "sub").mkdir()
    return Assembly(str(tmp_path), str(tmp_path / "parts"), (JSON, TEXT))


def test_pages_are_in_order(assembly: Assembly, tmp_path: Path) -> None:
    for number in (10, 2, 0, 1, 3, 4, 5, 6, 7, 8, 9):
        content = json.dumps({"page_index": number, "text": "ä"}, indent=4)
        assembly.part("sub/d", number, JSON).write_text(content)
    assert assembly.assemble(document(11, JSON)) == [tmp_path / "sub/d_res.json"]
    whole = json.loads((tmp_path / "sub/d_res.json").read_text())
    assert (whole["input_path"], whole["page_count"]) == ("in/d.pdf", 11)
    assert [page["page_index"] for page in whole["pages"]] == list(range(11))


def test_pages_of_text_end_in_form_feeds(assembly: Assembly, tmp_path: Path) -> None:
    for number, text in enumerate(("a\nb\n", "", "c\n")):
        assembly.part("sub/d", number, TEXT).write_text(text)
    assembly.assemble(document(3, TEXT))
    assert (tmp_path / "sub/d.txt").read_text() == "a\nb\n\f\fc\n\f"


@pytest.mark.parametrize("content", [None, "{"], ids=["missing", "torn"])
def test_a_page_that_is_not_whole_makes_no_document(assembly: Assembly, tmp_path: Path, content: str | None) -> None:
    if content is not None:
        assembly.part("sub/d", 0, JSON).write_text(content)
    (tmp_path / "sub/d_res.json").write_text("the last one")
    with pytest.raises(BadInput, match="d_0_res"):
        assembly.assemble(document(1, JSON))
    assert (tmp_path / "sub/d_res.json").read_text() == "the last one"
    assert list(tmp_path.rglob(".galley-*")) == []


def keep_nothing(page: object, path: Path) -> None:
    pass


def test_parts_of_documents_with_related_names_are_kept_apart(tmp_path: Path) -> None:
    form = DocumentForm(".x", join_text, keep_nothing)
    assembly = Assembly(str(tmp_path), str(tmp_path / "parts"), (form,))
    paths = [assembly.part(name, 0, form) for name in ("a", "a/b", "a_0", "ab")]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assembly.remove_parts("a")
    assert [path.exists() for path in paths] == [False, True, True, True]
