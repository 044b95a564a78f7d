from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from galley.inputs.names import (
    Claim,
    assign,
    claim_for,
    file_stem,
    folded,
    names_in_folder,
    page_stem,
    url_file_name,
)
from galley.pages import PageKind, PageRef

# Few characters and short names, so that meetings are the rule; U+0301 combines, ß folds to two letters.
STEMS = st.text("aAxé\u0301eß_01.~ ", min_size=1, max_size=5).filter(lambda s: s.strip("."))
FILE_NAMES = st.builds(
    lambda stem, suffix: stem + suffix, STEMS, st.sampled_from([".png", ".jpg", ".PNG", ".pdf", ".tif"])
)


def page_stems(name: str, document: bool) -> set[str]:
    return {folded(f"{name}_{i}") for i in (0, 1, 10)} if document else {folded(name)}


@given(st.lists(FILE_NAMES, unique=True, max_size=8))
def test_no_two_files_of_a_folder_share_an_output(file_names: list[str]) -> None:
    renamed = names_in_folder(file_names)
    taken = [page_stems(renamed.get(name, file_stem(name)), claim_for(name).document) for name in file_names]
    for one, other in itertools.combinations(taken, 2):
        assert not one & other


@given(st.lists(st.tuples(FILE_NAMES, st.sampled_from(["", "a", "A", "a/x"])), unique=True, max_size=8))
def test_no_two_claims_get_one_name(files: list[tuple[str, str]]) -> None:
    claims = [claim_for(name, folder) for name, folder in files]
    names = assign(claims)
    for (one, first), (other, second) in itertools.combinations(zip(names, claims, strict=True), 2):
        assert not page_stems(one, first.document) & page_stems(other, second.document)


@given(st.lists(FILE_NAMES, unique=True, max_size=6), st.randoms())
def test_the_order_of_files_does_not_matter_unless_only_case_differs(files: list[str], random: object) -> None:
    if len({folded(name) for name in files}) < len(files):
        return
    assert names_in_folder(files) == names_in_folder(list(reversed(files)))


@given(st.text("aé漢\udcff", min_size=1, max_size=300))
def test_names_leave_room_for_suffixes(stem: str) -> None:
    name = file_stem(stem + ".png")
    assert len(name.encode("utf-8", "surrogateescape")) <= 200
    if len(stem.encode("utf-8", "surrogateescape")) <= 200:
        assert name == stem


def test_lone_files_are_called_by_their_stem() -> None:
    assert names_in_folder(["x.png", "y.jpg", "doc.pdf", "doc_1.pdf", "a_1.png"]) == {}


def test_files_with_one_stem_get_their_full_names() -> None:
    assert names_in_folder(["x.png", "x.jpg", "y.png"]) == {"x.png": "x.png", "x.jpg": "x.jpg"}


def test_a_picture_named_like_a_page_of_a_document() -> None:
    assert names_in_folder(["a.pdf", "a_1.png", "a_01.png"]) == {"a.pdf": "a.pdf", "a_1.png": "a_1.png"}


def test_a_full_name_meets_a_stem() -> None:
    files = ["x.png", "x.jpg", "x.png.png"]
    assert names_in_folder(files) == {name: name for name in files}


def test_names_that_differ_in_case_only_are_numbered() -> None:
    assert names_in_folder(["X.png", "x.png"]) == {"X.png": "X.png~1", "x.png": "x.png~2"}


def test_composed_and_decomposed_accents_count_as_equal() -> None:
    assert len(names_in_folder(["\u00e9.png", "e\u0301.png"])) == 2


def test_claims_step_back_together() -> None:
    claims = [Claim(("x", "x.png", "a/x"), False), Claim(("x", "x.png", "b/x"), False), Claim(("y",), False)]
    assert assign(claims) == ["a/x", "b/x", "y"]


def test_page_stem() -> None:
    assert page_stem(PageRef(PageKind.PDF, "doc.pdf", 0, 3, "sub/doc")) == "sub/doc_0"
    assert page_stem(PageRef(PageKind.IMAGE, "x.png", None, None, "x")) == "x"


def test_url_file_names_are_file_names() -> None:
    assert url_file_name("http://h/a/b%20c.png?size=1/2.pdf#x") == "b c.png"
    assert url_file_name("http://h/a%2F..%2Fb.png") == "a_.._b.png"
    assert url_file_name("http://h/") == "index"
    assert url_file_name("http://h/a/..") == "index"
