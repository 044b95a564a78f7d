"""Questions as rows: a mapping that a caller handed over, or a line of a JSONL file, each with `image` and `query`.

Runs in: parent (which questions there are) and worker (what they say). Files of rows are listed by `row_files`.
"""

# Paths stay text: `Path` would change what the user wrote (`./x`).
# ruff: noqa: PTH119

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from galley.errors import BadInput
from galley.inputs.documents import count_pdf_pages, count_tiff_frames
from galley.inputs.elements import bgr_pixels
from galley.inputs.files import check_file
from galley.inputs.names import file_stem, url_file_name
from galley.inputs.objects import list_units
from galley.inputs.options import DEFAULT_OPTIONS, SUPPORTED, InputOptions, kind_of
from galley.inputs.page_counter import PageCounter
from galley.pages import PageKind, PageRef, Unreadable
from galley.wording import counted


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A question and where its picture is."""

    fields: Mapping[str, Any]
    """All that the row holds."""
    query: str | None
    """None where it leaves the question to somebody else."""
    page: PageRef
    """The picture: a file, a page of a document, or pixels."""
    source: str | None
    """The picture as the row names it; None for pixels."""


def list_questions(
    inputs: Any, options: InputOptions = DEFAULT_OPTIONS, counter: PageCounter | None = None
) -> Iterator[PageRef | Unreadable]:
    """Questions one after the other: mappings with their own image and query, or pages that are asked the same.

    Results are named after their pictures as PaddleOCR names them; where several in a list are about one picture, and
    always in a stream, `~` and the position follow.

    Args:
        inputs: a mapping, a list or iterator of mappings, or what `list_pages` takes.
        options: how pages are listed.
        counter: opens documents, as for `list_pages`.

    Raises:
        BadArguments: mappings and pages in one list; or as `list_pages`.
    """
    units = list_units(inputs, options, counter)
    listed = [inputs] if isinstance(inputs, Mapping) else inputs if isinstance(inputs, (list, tuple)) else []
    stems = Counter(map(_stem, listed))
    for position, unit in enumerate(units):
        if isinstance(unit, PageRef) and unit.kind is PageKind.OBJECT:
            stem = _stem(unit.content)
            unit = replace(unit, name=stem if stems[stem] == 1 else f"{stem}~{position}")
        yield unit


def _stem(row: Any) -> str:
    image = row.get("image") if isinstance(row, Mapping) else None
    if not isinstance(image, (str, os.PathLike)):
        return "question"
    text = str(image)
    return file_stem(url_file_name(text) if "://" in text else os.path.basename(text))


def read_row(unit: PageRef, options: InputOptions) -> Row:
    """What a row says; a picture at a URL is fetched.

    Args:
        unit: of kind `ROW` or `OBJECT`.
        options: how documents are opened.

    Raises:
        BadInput: it is no mapping with an image, its query is no text, or the image is of no supported kind.
    """
    fields = _parse(unit.content) if unit.kind is PageKind.ROW else unit.content
    if not isinstance(fields, Mapping):
        raise BadInput(f"a {type(fields).__name__} is no question; give a mapping with image and query")
    if fields.get("image") is None:
        keys = ", ".join(map(str, fields)) if fields else "nothing"
        raise BadInput(f"a question needs an image: a path, a URL or a BGR array; this one has {keys}")
    query = fields.get("query")
    if query is not None and (not isinstance(query, str) or not query.strip()):
        raise BadInput("the query is empty" if isinstance(query, str) else f"the query is a {type(query).__name__}")
    image = fields["image"]
    if isinstance(image, np.ndarray):
        return Row(fields, query, PageRef(PageKind.ARRAY, None, None, None, unit.name, bgr_pixels(image)), None)
    if not isinstance(image, (str, os.PathLike)) or not isinstance(os.fspath(image), str):
        raise BadInput(f"the image is a {type(image).__name__}; give a path, a URL or a BGR array")
    source = os.fspath(image)
    page = _page_at(_locate(source, unit), fields.get("page_index"), unit.name, options)
    return Row({**fields, "image": source}, query, page, source)


def _parse(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"the line is not JSON: {error}") from error


def _locate(source: str, unit: PageRef) -> str:
    """The file that a row means; a relative path in a file of rows begins at that file's folder."""
    if source.startswith(("http://", "https://")):
        from galley.inputs.remote import fetch  # loads the network libraries, which most runs never need

        return fetch(source)
    if unit.kind is PageKind.ROW and unit.path is not None:
        return str(Path(unit.path).parent / source)
    return source


def _page_at(path: str, index: Any, name: str, options: InputOptions) -> PageRef:
    kind = kind_of(path)
    check_file(path)
    if kind is None:
        raise BadInput(f"the image is not a supported kind of file; its name must end in one of: {SUPPORTED}")
    if kind is PageKind.IMAGE:
        return PageRef(kind, path, None, None, name)
    count = count_pdf_pages(path, options.pdf_password) if kind is PageKind.PDF else count_tiff_frames(path)
    if index is None and count == 1:
        index = 0
    if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < count:
        raise BadInput(f"the document has {counted(count, 'page')}; say which one with page_index, 0 to {count - 1}")
    return PageRef(kind, path, index, count, name)
