"""One file for a whole document, made of the files of its pages.

Runs in: parent. The pages may have been done by different workers, and in different runs; one page is in memory at a
time.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from galley.errors import OutputError
from galley.outputs.files import describe_failure, open_whole
from galley.outputs.saving import encode_json

PAGE_SUFFIX = "_res.json"
"""How the files end that JSON documents are made of, and those documents themselves."""


def document_name(name: str) -> str:
    """The file of the document with this output stem, relative to the output folder."""
    return f"{name}{PAGE_SUFFIX}"


def assemble_json(input_path: str, pages: Sequence[Path], target: Path) -> None:
    """Write `{"input_path", "page_count", "pages": [...]}` with the JSON of all `pages`, in their order.

    Raises:
        OutputError: a page's file is not there or holds no JSON, or the document cannot be written.
    """
    with open_whole(target) as file:
        file.write(b'{\n"input_path": ' + encode_json(input_path))
        file.write(f',\n"page_count": {len(pages)},\n"pages": [\n'.encode())
        for number, page in enumerate(pages):
            if number:
                file.write(b",\n")
            file.write(_content(page))
        file.write(b"\n]\n}\n")


def _content(page: Path) -> bytes:
    try:
        content = page.read_bytes()
    except OSError as error:
        raise OutputError(describe_failure(page, error).replace("cannot write", "cannot read", 1)) from error
    try:
        json.loads(content)
    except ValueError as error:
        raise OutputError(f"{str(page)!r} holds no JSON any more: {error}") from error
    return content.rstrip()
