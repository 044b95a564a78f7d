"""One file for a whole document, made of what was written for each of its pages.

Runs in: worker, which does it as it does pages; parent (names, and removing what is of no more use).

The pages may have been done by different workers, and in different runs: what each left is known by its name alone.
A file is made in a stream, with one page in memory at a time, and appears whole or not at all; making it again
replaces it by the same.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from galley.errors import BadInput
from galley.outputs.encoding import encode_json
from galley.outputs.files import open_whole, remove_folder
from galley.pages import Document

Join: TypeAlias = Callable[[Document, Sequence[Path], Path], None]
"""Makes the file at the last path of the files of all pages, in page order. Raises as `Assembly.assemble`."""
Keep: TypeAlias = Callable[[Any, Path], None]
"""Writes to a file what a `Join` needs of the page with this result. Raises OutputError."""

PARTS_SUFFIX = ".parts"
"""How the folders end that hold what was kept of the pages of one document."""


@dataclass(frozen=True, slots=True)
class DocumentForm:
    """How the pages of a document become one file. Its functions are known by name, so that it travels to workers."""

    suffix: str
    """What follows the output stem in the document's name, and the page's in the names of the parts."""
    join: Join
    keep: Keep | None = None
    """None: the parts are the pages' own files, which end in `suffix` too. Else they are written for this alone, and
    removed when the document is there."""
    alone: bool = False
    """Documents come whole, whether asked for or not, and their pages have no files of their own."""


@dataclass(frozen=True, slots=True)
class Assembly:
    """Which documents a run makes, and where the parts are."""

    folder: str
    """The output folder."""
    parts: str
    """The folder of parts that were written for this alone, with a folder for each document."""
    forms: tuple[DocumentForm, ...]

    def target(self, name: str, form: DocumentForm) -> Path:
        """The file of the document with this output stem."""
        return Path(self.folder, f"{name}{form.suffix}")

    def part(self, name: str, index: int, form: DocumentForm) -> Path:
        """What there is of one page of it."""
        if form.keep is None:
            return Path(self.folder, f"{name}_{index}{form.suffix}")
        return self.parts_of(name) / f"{index}{form.suffix}"

    def parts_of(self, name: str) -> Path:
        """The folder of the parts of one document."""
        return Path(self.parts, f"{name}{PARTS_SUFFIX}")

    def keep(self, page: Any) -> list[Path]:
        """Write what the documents need of a page beyond its own files; where it is."""
        if page.page_index is None:
            return []
        name = page.name.removesuffix(f"_{page.page_index}")
        kept = [(form.keep, self.part(name, page.page_index, form)) for form in self.forms if form.keep is not None]
        for keep, path in kept:
            keep(page, path)
        return [path for _, path in kept]

    def assemble(self, document: Document) -> list[Path]:
        """Make the files of a document whose pages are all there.

        Raises:
            BadInput: a part is not there or not whole, or the document itself is needed and cannot be read any more.
            OutputError: a file cannot be written.
        """
        forms = [form for form in self.forms if form.suffix in document.suffixes]
        for form in forms:
            parts = [self.part(document.name, index, form) for index in range(document.count)]
            form.join(document, parts, self.target(document.name, form))
        return [self.target(document.name, form) for form in forms]

    def remove_parts(self, name: str) -> None:
        """Remove what was kept of the pages of a document; what cannot be removed stays."""
        if any(form.keep is not None for form in self.forms):
            remove_folder(self.parts_of(name))

    def remove_document(self, name: str) -> None:
        """Remove the files of a document whose pages are not those any more that it was made of."""
        for form in self.forms:
            with contextlib.suppress(OSError):
                self.target(name, form).unlink()


def join_json(document: Document, pages: Sequence[Path], target: Path) -> None:
    """Write `{"input_path", "page_count", "pages": [...]}` with the JSON of all pages.

    Raises:
        BadInput: a page's file is not there or holds no JSON.
        OutputError: the document cannot be written.
    """
    with open_whole(target) as file:
        file.write(b'{\n"input_path": ' + encode_json(document.path))
        file.write(f',\n"page_count": {document.count},\n"pages": [\n'.encode())
        for number, page in enumerate(pages):
            if number:
                file.write(b",\n")
            file.write(_whole_json(page))
        file.write(b"\n]\n}\n")


def join_text(document: Document, pages: Sequence[Path], target: Path) -> None:
    """Write the texts of all pages, with a form feed after each, as pdftotext and Tesseract do.

    Raises:
        BadInput: a page's file is not there.
        OutputError: the document cannot be written.
    """
    with open_whole(target) as file:
        for page in pages:
            file.write(read_part(page) + b"\f")


def read_part(path: Path) -> bytes:
    """The file of a page.

    Raises:
        BadInput: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"what was written for a page is not there any more: {str(path)!r}: {error.strerror}") from error


def read_between(path: Path, begin: bytes, end: bytes) -> bytes:
    """What stands between two marks in the file of a page.

    Raises:
        BadInput: it cannot be read, or the marks are not there.
    """
    _, begun, rest = read_part(path).partition(begin)
    page, ended, _ = rest.rpartition(end)
    if not begun or not ended:
        raise BadInput(f"what was written for a page is not whole any more: {str(path)!r}")
    return page


def _whole_json(page: Path) -> bytes:
    content = read_part(page)
    try:
        json.loads(content)
    except ValueError as error:
        raise BadInput(f"{str(page)!r} holds no JSON any more: {error}") from error
    return content.rstrip()
