"""Pages as elements, and paragraphs over columns and pages."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.outputs.structured.pages import block, chinese, figure, make_page, paper

from galley.outputs.structured.elements import (
    Caption,
    Formula,
    Heading,
    HtmlTable,
    Item,
    Lines,
    Paragraph,
    Picture,
    compose,
    compose_document,
)
from galley.outputs.structured.leaf import leaf_of


def test_a_paper_in_reading_order() -> None:
    elements = compose(leaf_of(paper()))
    assert [type(each) for each in elements] == [
        Heading,
        Heading,
        Paragraph,
        Picture,
        Caption,
        Item,
        Item,
        Item,
        Heading,
        Item,
        Item,
        Caption,
        HtmlTable,
        Picture,
    ]
    assert elements[0] == Heading("Reading *all* of it", 1)
    assert elements[8] == Heading("1.1 Data", 3)
    assert elements[9] == Item("Scans of <b>books</b>", "1.")
    assert elements[5] == Item("one device", "")


def test_a_paragraph_goes_on_behind_a_figure() -> None:
    paragraph = compose(leaf_of(paper()))[2]
    assert isinstance(paragraph, Paragraph)
    assert paragraph.text.endswith("This paragraph goes on in the next column.")


def test_a_word_is_never_left_in_two_paragraphs() -> None:
    page = make_page([block("text", "Each document cate-"), block("text", "gory was sourced."), block("text", "New.")])
    assert compose(leaf_of(page)) == [Paragraph("Each document category was sourced."), Paragraph("New.")]


def test_chinese_goes_on_without_a_space() -> None:
    assert compose(leaf_of(chinese()))[-1] == Paragraph("许多设备同时读取页面，没有一页会丢失。")


def test_pictures_have_a_folder_for_each_page_and_their_part_of_the_width() -> None:
    picture = compose(leaf_of(paper()))[3]
    assert picture == Picture("imgs/paper_0/img_in_image_box_60_210_290_330.jpg", 230 / 600)
    leaf = leaf_of(make_page([block("image", picture=figure())], name="folder/of it/scan_3"))
    (picture,) = compose(leaf)
    assert picture.path == "imgs/scan_3/img_in_image_box_60_100_540_130.jpg"  # type: ignore[union-attr]


def test_ignored_labels_are_left_out_and_others_kept() -> None:
    page = make_page([block("header", "above"), block("text", "middle"), block("footer", "below")], ignored=("footer",))
    assert compose(leaf_of(page)) == [Paragraph("above"), Paragraph("middle")]


def test_blocks_without_anything_are_nothing() -> None:
    nothing = [block("text"), block("image"), block("table"), block("formula"), block("text", " \n ")]
    assert compose(leaf_of(make_page(nothing))) == []
    assert compose(leaf_of(make_page())) == []


def test_what_has_no_model_is_a_picture_and_what_has_content_is_not() -> None:
    page = make_page([block("formula", picture=figure()), block("formula", "$$x^2$$", picture=figure())])
    first, second = compose(leaf_of(page))
    assert isinstance(first, Picture)
    assert second == Formula("x^2", "")


def test_a_formula_takes_the_number_behind_it() -> None:
    page = make_page([block("formula", "x"), block("formula_number", "(3)"), block("text", "so")])
    assert compose(leaf_of(page)) == [Formula("x", "(3)"), Paragraph("so")]


def test_a_seal_is_a_picture_with_its_text() -> None:
    first, second = compose(leaf_of(make_page([block("seal", "某某公司", picture=figure())])))
    assert isinstance(first, Picture) and second == Caption("某某公司")


def test_lines_stay_lines_where_they_matter() -> None:
    page = make_page([block("content", "1 One .... 3\n2 Two .... 4"), block("algorithm", "if x:\n  y()")])
    assert compose(leaf_of(page)) == [Lines("1 One .... 3\n2 Two .... 4", False), Lines("if x:\n  y()", True)]


def test_the_word_references_is_a_heading() -> None:
    page = make_page(
        [block("reference", "References\n[1] A. Author. A paper."), block("abstract", "Abstract\nWe read.")]
    )
    assert compose(leaf_of(page)) == [
        Heading("References", 2),
        Paragraph("[1] A. Author. A paper."),
        Heading("Abstract", 2),
        Paragraph("We read."),
    ]


def test_a_document_glues_paragraphs_over_pages_and_their_floats() -> None:
    first = make_page(
        [block("text", "It begins and is inter-"), block("image", picture=figure())], continues=(True, False)
    )
    second = make_page(
        [block("figure_title", "Figure 2"), block("text", "rupted by"), block("image", picture=figure())],
        name="paper_1",
        index=1,
        continues=(False, False),
    )
    third = make_page([block("text", "figures."), block("text", "Next.")], name="paper_2", continues=(False, True))
    elements = list(compose_document(leaf_of(page) for page in (first, second, third)))
    assert elements[0] == Paragraph("It begins and is interrupted by figures.")
    assert [type(each) for each in elements[1:]] == [Picture, Caption, Picture, Paragraph]


def test_a_document_glues_only_where_both_pages_say_so() -> None:
    def pages(ends: bool, begins: bool) -> list[object]:
        first = make_page([block("text", "one")], continues=(True, ends))
        second = make_page([block("text", "two")], continues=(begins, True))
        return list(compose_document([leaf_of(first), leaf_of(second)]))

    assert pages(False, False) == [Paragraph("one two")]
    for ends, begins in ((True, True), (True, False), (False, True)):
        assert pages(ends, begins) == [Paragraph("one"), Paragraph("two")]


@given(st.lists(st.tuples(st.sampled_from(["text", "image", "table", "paragraph_title"]), st.booleans()), max_size=12))
def test_nothing_is_lost_over_pages(kinds: list[tuple[str, bool]]) -> None:
    """Whatever stands on the pages and whatever they say of their edges, every word comes out once and in order."""
    pages = [
        make_page(
            [
                block(
                    label, "" if label == "image" else f"w{number}", picture=figure(4, 4) if label == "image" else None
                )
            ],
            continues=(flag, flag),
        )
        for number, (label, flag) in enumerate(kinds)
    ]
    elements = list(compose_document(leaf_of(page) for page in pages))
    said = " ".join(getattr(each, "text", getattr(each, "html", "")) for each in elements).split()
    expected = [f"w{number}" for number, (label, _) in enumerate(kinds) if label != "image"]
    assert sorted(said) == sorted(expected)
    assert sum(isinstance(each, Picture) for each in elements) == sum(label == "image" for label, _ in kinds)
