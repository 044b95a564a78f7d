"""Which documents are complete, and when."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from galley.completion import OpenDocuments
from galley.outputs.documents import Assembly, DocumentForm, join_json
from galley.pages import Document, Done, Failed, FailureKind, Outcome, PageKind, PageRef, Unit

ASSEMBLY = Assembly("nowhere", "nowhere", (DocumentForm("_res.json", join_json),))


def pages_of(*counts: int) -> list[PageRef]:
    return [
        PageRef(PageKind.PDF, f"{number}.pdf", index, count, str(number))
        for number, count in enumerate(counts)
        for index in range(count)
    ]


def done(unit: Unit) -> Outcome:
    return Done(unit, None, "cpu:0", 0.0)


@given(st.lists(st.integers(1, 6), max_size=6), st.randoms(use_true_random=False))
def test_each_document_is_given_out_once_and_after_its_last_page(counts: list[int], chance: object) -> None:
    documents = OpenDocuments(ASSEMBLY, None)
    in_work: list[Unit] = []
    given_out: list[str] = []
    left = dict(enumerate(counts))

    def work(most: int) -> None:
        chance.shuffle(in_work)  # type: ignore[attr-defined]
        while len(in_work) > most:
            unit = in_work.pop()
            if isinstance(unit, Document):
                assert left[int(unit.name)] == 0
                given_out.append(unit.name)
            else:
                left[int(unit.name)] -= 1  # type: ignore[union-attr]
            documents.end(done(unit))

    def carry_out(units: Iterator[Unit]) -> None:
        for unit in units:
            in_work.append(unit)
            work(3)
        work(0)

    carry_out(documents.among(iter(pages_of(*counts))))
    carry_out(documents.ready())
    assert sorted(given_out) == sorted(str(number) for number in range(len(counts)))


def test_a_file_given_twice_waits_for_every_page() -> None:
    documents = OpenDocuments(ASSEMBLY, None)
    first, second = pages_of(2)
    documents.end(done(first))
    documents.end(done(first))
    assert list(documents.ready()) == []
    documents.end(done(second))
    assert [document.name for document in documents.ready()] == ["0"]


def test_a_document_with_a_failed_page_is_not_made_and_said_so() -> None:
    documents = OpenDocuments(ASSEMBLY, None)
    first, second = pages_of(2)
    documents.end(Failed(first, FailureKind.REJECTED, "no"))
    with pytest.warns(UserWarning, match="0.pdf: nothing was made of the whole document, since 1 of its pages failed"):
        documents.end(done(second))
    assert list(documents.ready()) == []
