"""Files of rows: JSONL, each line a question about a picture.

Runs in: parent. Holds one line at a time.

A file of rows is to its rows what a document is to its pages. Its lines travel as they are and are read by the
worker (`galley.inputs.rows`), so that a bad one costs nobody but itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from galley.errors import BadInput
from galley.inputs.files import explain, open_file
from galley.pages import PageKind, PageRef, Unreadable


def rows_of_file(path: str, name: str, count: int | None = None) -> Iterator[PageRef | Unreadable]:
    """The rows of a JSONL file under the output name `name`; one `Unreadable` if it cannot be read or has none.

    Blank lines are no rows. A file whose `count` of rows is known is not read twice.
    """
    try:
        if count is None:
            count = sum(1 for _ in _lines(path))
        if not count:
            raise BadInput("the file holds no rows")
        for index, line in enumerate(_lines(path)):
            yield PageRef(PageKind.ROW, path, index, count, name, content=line)
    except BadInput as error:
        yield Unreadable(path, str(error))


def _lines(path: str) -> Iterator[bytes]:
    try:
        with open_file(path) as file:
            for line in file:
                if not line.isspace():
                    yield line
    except OSError as error:
        raise BadInput(explain(error)) from error
