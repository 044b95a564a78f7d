"""One Markdown text and one Word file for all pages of a document.

Runs in: worker, which makes documents as it does pages.

What is kept of a page is its leaf; for Word its pictures too, which Markdown finds beside the pages' own texts. The
leaves are read three times, one at a time: to learn what are headers, then how deep the headings go, and to write.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path, PurePosixPath
from typing import Any

from galley.errors import BadInput
from galley.outputs.documents import read_part
from galley.outputs.encoding import encode_json
from galley.outputs.files import open_whole, write_file
from galley.outputs.pictures import encode_picture, to_picture
from galley.outputs.structured.elements import compose_document
from galley.outputs.structured.heading_levels import HeadingLevels
from galley.outputs.structured.leaf import Leaf, Piece, leaf_of, pictures_of
from galley.outputs.structured.markdown import write_markdown
from galley.outputs.structured.running_heads import RunningHeads
from galley.outputs.structured.word import open_word
from galley.pages import Document
from galley.results.structure import StructuredPage

_LEAF = "leaf.json"


def keep_leaf(page: StructuredPage, path: Path) -> None:
    """Write what a document's Markdown needs of the page.

    Raises:
        OutputError: the file cannot be written.
    """
    write_file(path, _encode(leaf_of(page)))


def keep_leaf_and_pictures(page: StructuredPage, path: Path) -> None:
    """Write what a document's Word file needs of the page: an archive.

    Raises:
        OutputError: the file cannot be written.
    """
    with open_whole(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_LEAF, _encode(leaf_of(page)))
        for name, pixels in pictures_of(page).items():
            archive.writestr(name, encode_picture(to_picture(pixels), ".jpg"))


def join_markdown(document: Document, parts: Sequence[Path], target: Path) -> None:
    """Write the Markdown of the whole document, which refers to the pictures beside those of its pages.

    Raises:
        BadInput: what was kept of a page is not there or not whole.
        OutputError: the file cannot be written.
    """
    with open_whole(target) as file:
        for text in write_markdown(compose_document(_decided(parts, _read_leaf))):
            file.write(text.encode("utf-8", "replace"))
        file.write(b"\n")


def join_word(document: Document, parts: Sequence[Path], target: Path) -> None:
    """Write the Word file of the whole document, its pictures within.

    Raises:
        BadInput: what was kept of a page is not there or not whole.
        OutputError: the file cannot be written.
    """
    first = _read_archived_leaf(parts[0])

    def load(picture: str) -> bytes | None:
        place = PurePosixPath(picture)
        return _read_member(parts[int(place.parent.name)], place.name)

    with open_whole(target) as file, open_word(file, first.width, first.height, load) as word:
        for element in compose_document(_numbered(_decided(parts, _read_archived_leaf))):
            word.add(element)


def _decided(paths: Sequence[Path], read: Callable[[Path], Leaf]) -> Iterator[Leaf]:
    """The leaves as they are in the document: with its headers, and with the levels of its headings."""
    heads, levels = RunningHeads(), HeadingLevels()
    for place, path in enumerate(paths):
        heads.learn(read(path), place)
    for place, path in enumerate(paths):
        levels.learn(heads.apply(read(path)), place)
    for place, path in enumerate(paths):
        yield levels.apply(heads.apply(read(path)), place)


def _numbered(leaves: Iterable[Leaf]) -> Iterator[Leaf]:
    """The leaves, named by their places, so that each picture's folder tells where it is."""
    for place, leaf in enumerate(leaves):
        yield replace(leaf, name=str(place))


def _encode(leaf: Leaf) -> bytes:
    return encode_json(asdict(leaf), indent=None)


def _decode(path: Path, content: bytes) -> Leaf:
    try:
        fields: dict[str, Any] = json.loads(content)
        pieces = tuple(Piece(**piece | {"box": tuple(piece["box"])}) for piece in fields.pop("pieces"))
        return Leaf(**fields | {"ignored": tuple(fields["ignored"])}, pieces=pieces)
    except (ValueError, TypeError, KeyError) as error:
        raise BadInput(f"what was kept of a page is not whole: {str(path)!r}: {error}") from error


def _read_leaf(path: Path) -> Leaf:
    return _decode(path, read_part(path))


def _read_archived_leaf(path: Path) -> Leaf:
    content = _read_member(path, _LEAF)
    if content is None:
        raise BadInput(f"what was kept of a page is not whole: {str(path)!r} has no {_LEAF}")
    return _decode(path, content)


def _read_member(path: Path, name: str) -> bytes | None:
    """A file of the archive that was kept of a page; None if it is not in there."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.read(name)
    except KeyError:
        return None
    except (OSError, zipfile.BadZipFile) as error:
        raise BadInput(f"what was kept of a page cannot be read: {str(path)!r}: {error}") from error
