"""Elements as Word files, read back by python-docx, which is strict about what it opens."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree

import docx
import pytest
from docx.document import Document
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.outputs.structured.pages import arabic, chinese, make_table, paper

from galley.outputs.characters import printable
from galley.outputs.structured.elements import (
    Caption,
    Element,
    Formula,
    Heading,
    HtmlTable,
    Item,
    Lines,
    Paragraph,
    Picture,
    compose,
)
from galley.outputs.structured.leaf import leaf_of
from galley.outputs.structured.saving import save_word
from galley.outputs.structured.word import LoadPicture, open_word


def jpeg(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "grey").save(buffer, "JPEG")
    return buffer.getvalue()


def write(elements: Iterable[Element], load: LoadPicture = lambda path: jpeg(200, 100)) -> bytes:
    buffer = io.BytesIO()
    with open_word(buffer, 600, 800, load) as word:
        for element in elements:
            word.add(element)
    return buffer.getvalue()


def read(content: bytes) -> Document:
    return docx.Document(io.BytesIO(content))


def test_headings_paragraphs_and_lists_have_their_styles() -> None:
    elements: list[Element] = [
        *(Heading("All", 1), Heading("One", 2), Heading("Deep", 6)),
        *(Paragraph("Text"), Item("a", ""), Item("b", "2.")),
        *(Caption("Figure 1"), Lines("if x:\n  y()", True), Formula("x^2", "(1)")),
    ]
    document = read(write(elements))
    assert [(one.style.name, one.text) for one in document.paragraphs if one.style is not None] == [
        ("Title", "All"),
        ("Heading 1", "One"),
        ("Heading 5", "Deep"),
        ("Normal", "Text"),
        ("List Paragraph", "•\ta"),
        ("List Paragraph", "2.\tb"),
        ("Caption", "Figure 1"),
        ("Listing", "if x:\n  y()"),
        ("Normal", "x^2\t(1)"),
    ]


def test_a_table_keeps_its_spans_and_its_head() -> None:
    (table,) = read(write([HtmlTable(make_table().html)])).tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["Model", "Error & cost", "Error & cost"],
        ["Model", "CER < 1 %", "ms"],
        ["small", "=SUM(A1:A9)", "12"],
    ]
    assert [row._tr.xpath("boolean(w:trPr/w:tblHeader)") for row in table.rows] == [True, True, False]


def test_columns_with_longer_texts_are_wider() -> None:
    html = "<table><tr><td>x<td>a text of some length<tr><td colspan=2>a text that is longer than all others</table>"
    (table,) = read(write([HtmlTable(html)])).tables
    first, second = (column.width for column in table.columns)
    assert first is not None and second is not None and 3 * first < second < 4 * first


def test_a_picture_is_as_wide_as_on_the_page_and_never_higher() -> None:
    document = read(write([Picture("imgs/a.jpg", 0.5), Picture("imgs/b.jpg", 1.0)], lambda path: jpeg(100, 400)))
    first, second = document.inline_shapes
    section = document.sections[0]
    assert section.page_width is not None and section.left_margin is not None and section.page_height is not None
    room = section.page_width - 2 * section.left_margin
    assert first.width == pytest.approx(0.5 * room, rel=0.5)
    assert all(shape.height == pytest.approx(4 * shape.width, rel=0.01) for shape in (first, second))
    assert all(shape.height < section.page_height for shape in (first, second))
    assert section.page_width / section.page_height == pytest.approx(600 / 800, rel=0.01)


def test_a_picture_that_is_not_there_is_left_out() -> None:
    assert not read(write([Picture("imgs/gone.jpg", 0.5), Paragraph("still here")], lambda path: None)).inline_shapes


def test_right_to_left_text_is_told_so() -> None:
    with zipfile.ZipFile(io.BytesIO(write(compose(leaf_of(arabic()))))) as archive:
        xml = archive.read("word/document.xml").decode()
    assert xml.count("<w:bidi/>") == 2 and xml.count("<w:rtl/>") == 2
    with zipfile.ZipFile(io.BytesIO(write(compose(leaf_of(chinese()))))) as archive:
        assert b"<w:bidi/>" not in archive.read("word/document.xml")


@given(st.text(st.characters()))
def test_any_text_that_was_read_can_be_written(text: str) -> None:
    text = printable(text)
    document = read(write([Paragraph(text), Lines(text, True), HtmlTable(f"<table><tr><td>{text}</table>")]))
    assert document.paragraphs[0].text.replace("\n", "").replace("\r", "") == text.replace("\n", "").replace("\r", "")


def test_nothing_is_a_file_too() -> None:
    assert [one.text for one in read(write([])).paragraphs] == []


def test_a_table_too_wide_for_word_is_lines() -> None:
    cells = "".join(f"<td>{number}" for number in range(64))
    document = read(write([HtmlTable(f"<table><tr>{cells}</table>"), HtmlTable("no table")]))
    assert not document.tables
    assert document.paragraphs[0].text.split("\t") == [str(number) for number in range(64)]


def test_the_same_elements_give_the_same_bytes() -> None:
    elements = compose(leaf_of(paper()))
    assert write(elements) == write(elements)


def test_all_xml_is_well_formed_and_every_picture_is_referred_to() -> None:
    with zipfile.ZipFile(io.BytesIO(write(compose(leaf_of(paper()))))) as archive:
        for name in archive.namelist():
            if not name.endswith(".jpg"):
                ElementTree.fromstring(archive.read(name))
        relations = archive.read("word/_rels/document.xml.rels").decode()
        pictures = [name for name in archive.namelist() if name.endswith(".jpg")]
    assert len(pictures) == 2
    assert all(name.removeprefix("word/") in relations for name in pictures)


def test_a_page_is_saved_under_its_own_name_or_a_given_one(tmp_path: Path) -> None:
    assert save_word(paper(), tmp_path) == [tmp_path / "paper_0.docx"]
    assert save_word(paper(), tmp_path / "mine.docx") == [tmp_path / "mine.docx"]
    assert len(docx.Document(str(tmp_path / "mine.docx")).inline_shapes) == 2
