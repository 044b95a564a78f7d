"""hOCR: read again, whatever was written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.outputs.pdf.results import line, page

from galley.errors import BadInput
from galley.outputs.hocr import join_hocr, save_hocr
from galley.pages import Document, PageKind
from galley.results import RecognizedPage

HTML = "{http://www.w3.org/1999/xhtml}"


def tree(path: Path) -> ElementTree.Element:
    return ElementTree.fromstring(path.read_bytes())


def saved(folder: Path, result: RecognizedPage) -> ElementTree.Element:
    (path,) = save_hocr(result, folder)
    return tree(path)


def of_class(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [each for each in root.iter() if each.get("class") == name]


def facts(element: ElementTree.Element) -> dict[str, str]:
    """The properties in the title of an element."""
    pairs = (fact.strip().partition(" ") for fact in element.attrib["title"].split(";"))
    return {name: value for name, _, value in pairs}


def box(element: ElementTree.Element) -> list[int]:
    return [int(number) for number in facts(element)["bbox"].split()]


def text(element: ElementTree.Element) -> str:
    return "".join(element.itertext())


def test_lines_and_words_are_in_their_places(tmp_path: Path) -> None:
    lines = [line("two  words", 10, 20, 100, 30), line("图书", 10, 60, 40, 20)]
    root = saved(tmp_path, page(lines, input_path="x & y.png"))
    (sheet,) = of_class(root, "ocr_page")
    assert facts(sheet) == {"image": '"x & y.png"', "bbox": "0 0 600 400"}
    first, second = of_class(root, "ocr_line")
    assert [box(first), box(second)] == [[10, 20, 110, 50], [10, 60, 50, 80]]
    assert [text(first), text(second)] == ["two words", "图书"]
    left, right = of_class(first, "ocrx_word")
    assert [text(left), text(right)] == ["two", "words"]
    assert (box(left)[0], box(right)[2]) == (10, 110)
    assert box(left)[2] < box(right)[0]
    assert facts(left)["x_wconf"] == "90"


def test_what_is_in_the_file_is_declared(tmp_path: Path) -> None:
    root = saved(tmp_path, page([line("a", 0, 0, 9, 9)]))
    metas = {each.get("name"): each.get("content") for each in root.iter(f"{HTML}meta")}
    classes = {each.attrib["class"] for each in root.iter() if "class" in each.attrib}
    assert set(str(metas["ocr-capabilities"]).split()) == classes
    assert str(metas["ocr-system"]).startswith("Galley ")


def test_words_that_are_known_are_taken(tmp_path: Path) -> None:
    known = replace(
        line("图书 b", 0, 0, 30, 10),
        words=("图", "书", " ", "b"),
        word_boxes=((0, 0, 9, 10), (9, 0, 18, 10), (18, 0, 20, 10), (20, 0, 30, 10)),
    )
    (only,) = of_class(saved(tmp_path, page([known])), "ocr_line")
    assert text(only) == "图书 b"
    assert [box(each)[0] for each in of_class(only, "ocrx_word")] == [0, 9, 20]


def test_a_page_without_text_is_a_page(tmp_path: Path) -> None:
    (sheet,) = of_class(saved(tmp_path, page([])), "ocr_page")
    assert text(sheet).strip() == ""


@settings(max_examples=40)
@given(st.lists(st.text(max_size=8), max_size=4), st.text(st.characters(exclude_characters="\x00")), st.floats())
def test_anything_makes_html_that_can_be_read(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], path: str, score: float
) -> None:
    lines = [replace(line(text, 5, 5, 50, 10), score=score) for text in texts]
    shown = replace(page(lines, input_path=path), options=replace(page([]).options, text_rec_score_thresh=0))
    root = saved(tmp_path_factory.mktemp("made"), shown)
    (sheet,) = of_class(root, "ocr_page")
    assert list(facts(sheet)) == ["image", "bbox"]
    for each in of_class(root, "ocr_line"):
        words = of_class(each, "ocrx_word")
        assert words
        assert all(0 <= int(facts(word)["x_wconf"]) <= 100 for word in words)


def test_a_document_has_all_pages_in_order_under_names_of_their_own(tmp_path: Path) -> None:
    results = [page([line(f"page {index}", 5, 5, 50, 10)], page_index=index, name=f"d_{index}") for index in range(3)]
    parts = [path for result in results for path in save_hocr(result, tmp_path)]
    document = Document(PageKind.PDF, "d.pdf", "d", 3, (".hocr",))
    join_hocr(document, parts, tmp_path / "d.hocr")
    root = tree(tmp_path / "d.hocr")
    assert [facts(each)["ppageno"] for each in of_class(root, "ocr_page")] == ["0", "1", "2"]
    assert [text(each) for each in of_class(root, "ocr_line")] == ["page 0", "page 1", "page 2"]
    names = [each.attrib["id"] for each in root.iter() if "id" in each.attrib]
    assert len(names) == len(set(names)) == 12
    parts[1].write_text("<html>")
    with pytest.raises(BadInput, match="not whole any more"):
        join_hocr(document, parts, tmp_path / "d.hocr")
