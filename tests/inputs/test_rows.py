from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from galley.errors import BadArguments, BadInput
from galley.inputs import InputOptions
from galley.inputs.row_files import rows_of_file
from galley.inputs.rows import list_questions, read_row
from galley.pages import PageKind, PageRef, Unreadable

OPTIONS = InputOptions()


def row_of(content: Any, path: str | None = None) -> PageRef:
    kind = PageKind.OBJECT if path is None else PageKind.ROW
    return PageRef(kind, path, None, None, "name", content=content)


def names_of(units: Any) -> list[str]:
    return [unit.name for unit in units]


def test_results_are_named_after_their_pictures() -> None:
    assert names_of(list_questions({"image": "scans/a.png", "query": "x"})) == ["a"]
    rows = [{"image": "x/a.png"}, {"image": "y/a.jpg"}, {"image": "b.png"}, {"image": "http://h/c.png?x"}, {}, 3]
    assert names_of(list_questions(rows)) == ["a~0", "a~1", "b", "c", "question~4", "question~5"]
    assert names_of(list_questions(iter(rows[:3]))) == ["a~0", "a~1", "b~2"]


def test_pages_are_listed_as_everywhere(samples: Path) -> None:
    units = list(list_questions(str(samples / "report.pdf")))
    assert [(unit.kind, unit.index) for unit in units if isinstance(unit, PageRef)] == [
        (PageKind.PDF, index) for index in range(3)
    ]
    with pytest.raises(BadArguments, match="a dict among paths"):
        list(list_questions(["x.png", {}]))


def test_a_row_names_its_picture(samples: Path) -> None:
    path = str(samples / "english.png")
    row = read_row(row_of({"image": path, "query": "what?", "id": 3}), OPTIONS)
    assert (row.query, row.source, row.page.kind, row.page.path) == ("what?", path, PageKind.IMAGE, path)
    assert dict(row.fields) == {"image": path, "query": "what?", "id": 3}
    assert read_row(row_of({"image": Path(path)}), OPTIONS).fields["image"] == path
    pixels = np.zeros((4, 5), np.uint8)
    grey = read_row(row_of({"image": pixels}), OPTIONS)
    assert (grey.source, grey.page.kind) == (None, PageKind.ARRAY)
    assert grey.page.pixels is not None
    assert grey.page.pixels.shape == (4, 5, 3)


def test_a_row_may_be_about_one_page_of_a_document(samples: Path) -> None:
    report = str(samples / "report.pdf")
    row = read_row(row_of({"image": report, "page_index": 2}), OPTIONS)
    assert (row.page.kind, row.page.index, row.page.count) == (PageKind.PDF, 2, 3)
    for index in (None, 3, -1, True, "1"):
        with pytest.raises(BadInput, match="the document has 3 pages; say which one with page_index, 0 to 2"):
            read_row(row_of({"image": report, "page_index": index}), OPTIONS)


def test_paths_in_a_file_of_rows_begin_at_its_folder(tmp_path: Path, samples: Path) -> None:
    (tmp_path / "a.png").write_bytes((samples / "english.png").read_bytes())
    file = str(tmp_path / "rows.jsonl")
    row = read_row(row_of(b'{"image": "a.png", "query": "x"}\n', file), OPTIONS)
    assert (row.page.path, row.source) == (str(tmp_path / "a.png"), "a.png")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"not json", "the line is not JSON"),
        (b"\xff\xfe", "the line is not JSON"),
        (b"[" * 100_000, "the line is not JSON"),
        (b"[1]", "a list is no question"),
        (b'{"query": "x"}', "a question needs an image: .*; this one has query"),
        (b'{"image": null}', "a question needs an image"),
        (b'{"image": ["a"]}', "the image is a list"),
        (b'{"image": "a.txt"}', "no such file|supported"),
        (b'{"image": "a.png", "query": ""}', "the query is empty"),
        (b'{"image": "a.png", "query": ["x"]}', "the query is a list"),
        (b'{"image": "a\\u0000b.png"}', "null|embedded"),
        (b'{"image": "http://127.0.0.1:1/a.png"}', "cannot be fetched"),
    ],
)
def test_a_bad_row_says_what_is_wrong(line: bytes, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=words):
        read_row(row_of(line, str(tmp_path / "rows.jsonl")), OPTIONS)


def test_a_file_of_rows_is_to_its_rows_what_a_document_is_to_its_pages(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    lines = [json.dumps({"image": "a.png", "query": str(number)}) for number in range(3)]
    file.write_text(f"{lines[0]}\n\n  \n{lines[1]}\n{lines[2]}")
    rows = [row for row in rows_of_file(str(file), "rows") if isinstance(row, PageRef)]
    assert [(row.index, row.count, row.name) for row in rows] == [(index, 3, "rows") for index in range(3)]
    assert [json.loads(row.content)["query"] for row in rows] == ["0", "1", "2"]
    assert str(rows[2]) == f"{file}, row 3"


@pytest.mark.parametrize("content", [None, "", "\n \n"])
def test_a_file_without_rows_is_one_input_that_cannot_be_read(content: str | None, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    if content is not None:
        file.write_text(content)
    (found,) = rows_of_file(str(file), "rows")
    assert isinstance(found, Unreadable)
