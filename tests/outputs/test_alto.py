"""ALTO: what it holds, whatever was read; the published schema was held against it by hand (docs/pdf.md)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.outputs.pdf.results import line, page

from galley.errors import BadInput
from galley.outputs.alto import join_alto, save_alto
from galley.pages import Document, PageKind
from galley.results import RecognizedPage

NAMESPACE = {"a": "http://www.loc.gov/standards/alto/ns-v4#"}


def tree(path: Path) -> ElementTree.Element:
    return ElementTree.fromstring(path.read_bytes())


def saved(folder: Path, result: RecognizedPage) -> ElementTree.Element:
    (path,) = save_alto(result, folder)
    return tree(path)


def strings(root: ElementTree.Element) -> list[str]:
    return [each.attrib["CONTENT"] for each in root.iterfind(".//a:String", NAMESPACE)]


def test_lines_and_words_are_in_their_places(tmp_path: Path) -> None:
    root = saved(
        tmp_path, page([line("two  words", 10, 20, 100, 30), line("图书", 10, 60, 40, 20)], input_path="x & y.png")
    )
    assert root.findtext(".//a:fileName", namespaces=NAMESPACE) == "x & y.png"
    (one,) = root.iterfind(".//a:Page", NAMESPACE)
    assert (one.attrib["WIDTH"], one.attrib["HEIGHT"]) == ("600", "400")
    first, second = root.iterfind(".//a:TextLine", NAMESPACE)
    assert [first.attrib[key] for key in ("HPOS", "VPOS", "WIDTH", "HEIGHT")] == ["10", "20", "100", "30"]
    assert [each.tag.rpartition("}")[2] for each in first] == ["Shape", "String", "SP", "String"]
    left, right = first.iterfind("a:String", NAMESPACE)
    assert float(left.attrib["HPOS"]) == 10
    assert float(right.attrib["HPOS"]) + float(right.attrib["WIDTH"]) == pytest.approx(110)
    assert strings(root) == ["two", "words", "图书"]
    assert second.find("a:Shape/a:Polygon", NAMESPACE) is not None


def test_words_that_are_known_are_taken(tmp_path: Path) -> None:
    known = replace(
        line("a b", 0, 0, 30, 10), words=("a", " ", "b"), word_boxes=((0, 0, 9, 10), (9, 0, 20, 10), (20, 0, 30, 10))
    )
    root = saved(tmp_path, page([known]))
    assert [each.attrib["HPOS"] for each in root.iterfind(".//a:String", NAMESPACE)] == ["0", "20"]


@settings(max_examples=40)
@given(st.lists(st.text(max_size=8), max_size=4))
def test_any_text_makes_xml_that_can_be_read(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    root = saved(tmp_path_factory.mktemp("made"), page([line(text, 5, 5, 50, 10) for text in texts]))
    for each in root.iterfind(".//a:TextLine", NAMESPACE):
        kinds = [child.tag.rpartition("}")[2] for child in each][1:]
        assert kinds[0] == kinds[-1] == "String"
        assert "SPSP" not in "".join(kinds)


def test_a_document_has_all_pages_under_names_of_their_own(tmp_path: Path) -> None:
    results = [page([line(f"page {index}", 5, 5, 50, 10)], page_index=index, name=f"d_{index}") for index in range(3)]
    parts = [path for result in results for path in save_alto(result, tmp_path)]
    document = Document(PageKind.PDF, "d.pdf", "d", 3, (".alto.xml",))
    join_alto(document, parts, tmp_path / "d.alto.xml")
    root = tree(tmp_path / "d.alto.xml")
    assert root.findtext(".//a:fileName", namespaces=NAMESPACE) == "d.pdf"
    assert strings(root) == ["page", "0", "page", "1", "page", "2"]
    names = [each.attrib["ID"] for each in root.iter() if "ID" in each.attrib]
    assert len(names) == len(set(names))
    parts[1].write_text("<alto>")
    with pytest.raises(BadInput, match="not whole any more"):
        join_alto(document, parts, tmp_path / "d.alto.xml")
