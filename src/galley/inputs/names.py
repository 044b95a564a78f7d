"""Output names: two inputs never get names whose files could overwrite each other.

Runs in: parent and worker. Pure.

The names are PaddleOCR's wherever that is safe: the stem of the file, and `_{page index}` after the stem of a
document (PDF or TIFF). Where two inputs would meet, all of them take their next choice (the full file name,
then the name with its folders), and in the last resort a number. Upper and lower case, and composed and
decomposed accents, count as equal, because the output folder may lie on a file system that does not tell them
apart. Names of folders are kept as they are.
"""

# Paths stay text: `Path` would change what the user wrote (`./x`), and costs more than the work here.
# ruff: noqa: PTH122

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

import numpy as np

from galley.inputs.options import kind_of
from galley.pages import PageKind, PageRef

_PAGE = re.compile(r"(.+)_(?:0|[1-9][0-9]*)", re.DOTALL)
_MAX_NAME_BYTES = 200
"""File systems allow 255; the rest is for the page number, the kind of result and a temporary suffix."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The names that one input would take, best first."""

    choices: tuple[str, ...]
    document: bool
    """Whether `_{index}` follows the name."""


def page_stem(page: PageRef) -> str:
    """The stem of all output files of a page, relative to the output folder: `sub/doc_0`, `sub/x`."""
    return page.name if page.index is None else f"{page.name}_{page.index}"


def is_document(file_name: str) -> bool:
    """Whether the pages of this file are numbered."""
    return kind_of(file_name) in (PageKind.PDF, PageKind.TIFF)


def file_stem(file_name: str) -> str:
    """The file name without its suffix, short enough to get further suffixes."""
    return _shortened(os.path.splitext(file_name)[0])


def url_file_name(url: str) -> str:
    """The file name at the end of a URL's path, safe to be one here; `index` if there is none."""
    # By hand, since `urlsplit` raises on hosts that are none; that is for whoever fetches it to report.
    path = re.split(r"[?#]", url.partition("://")[2], maxsplit=1)[0].partition("/")[2]
    name = unquote(path.rstrip("/").rpartition("/")[2], errors="replace")
    name = "".join("_" if character in "/\\" or ord(character) < 32 else character for character in name)
    return name if name.strip(".") else "index"


def claim_for(file_name: str, folder: str | None = None) -> Claim:
    """What a file would be called: its stem, its name, then both below `folder` (`""` adds nothing)."""
    plain = (file_stem(file_name), _shortened(file_name))
    mirrored = tuple(f"{folder}/{name}" for name in plain) if folder else ()
    return Claim((*plain, *mirrored), is_document(file_name))


def names_in_folder(file_names: Collection[str]) -> dict[str, str]:
    """The names of those files of one folder that cannot have their `file_stem`."""
    if not _may_meet(file_names):
        return {}
    stems = [file_stem(name) for name in file_names]
    if not clashes(stems, [is_document(name) for name in file_names]):
        return {}
    names = assign([claim_for(name) for name in file_names])
    return {file_name: name for file_name, stem, name in zip(file_names, stems, names, strict=True) if name != stem}


def _may_meet(file_names: Collection[str]) -> bool:
    """Whether stems could be equal, or a page of another's document; in 8 bytes for each file.

    Nearly always they are not, and then no folder is too large to be listed.
    """
    hashes = np.fromiter((hash(folded(file_stem(name))) for name in file_names), np.int64, len(file_names))
    hashes.sort()
    if (hashes[1:] == hashes[:-1]).any():
        return True
    kinds = {is_document(name) for name in file_names}
    return len(kinds) == 2 and any(_PAGE.fullmatch(file_stem(name)) for name in file_names if not is_document(name))


def assign(claims: Sequence[Claim]) -> list[str]:
    """Give every claim a name.

    No two of the names are equal (see `folded`), and none is a page of another's document. Of claims that meet,
    those that have stepped back least take their next choice, together; so the outcome does not depend on their
    order, except for the numbers of the last resort.
    """
    levels = [0] * len(claims)
    last_resorts = _last_resorts(claims)
    documents = [claim.document for claim in claims]
    while True:
        names = [
            claim.choices[level] if level < len(claim.choices) else last_resort
            for claim, level, last_resort in zip(claims, levels, last_resorts, strict=True)
        ]
        moving: set[int] = set()
        for pair in clashes(names, documents):
            movable = [i for i in pair if levels[i] < len(claims[i].choices)]
            lowest = min((levels[i] for i in movable), default=0)
            moving.update(i for i in movable if levels[i] == lowest)
        if not moving:
            return names
        for i in moving:
            levels[i] += 1


def folded(name: str) -> str:
    """A form in which names are equal that some file systems do not tell apart."""
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _last_resorts(claims: Sequence[Claim]) -> list[str]:
    """`{last choice}~{number}`: unique by the number, and by the `~` never a page of a document."""
    used: dict[str, int] = defaultdict(int)
    names = []
    for claim in claims:
        last = claim.choices[-1]
        used[folded(last)] += 1
        names.append(f"{last}~{used[folded(last)]}")
    return names


def clashes(names: Iterable[str], documents: Sequence[bool]) -> list[tuple[int, int]]:
    """Pairs of positions whose names are equal, or one of them a page of the other, a document.

    Not all pairs, but at least one for every name that meets another.
    """
    keys = [folded(name) for name in names]
    first: dict[str, int] = {}
    first_documents: dict[str, int] = {}
    pairs = []
    for i, (key, document) in enumerate(zip(keys, documents, strict=True)):
        if key in first:
            pairs.append((i, first[key]))
        else:
            first[key] = i
        if document:
            first_documents.setdefault(key, i)
    if first_documents:
        for i, (key, document) in enumerate(zip(keys, documents, strict=True)):
            match = None if document else _PAGE.fullmatch(key)
            if match is not None and match[1] in first_documents:
                pairs.append((i, first_documents[match[1]]))
    return pairs


def _shortened(name: str) -> str:
    """The name itself, or its beginning and a checksum if output files could not be written under it."""
    if len(name) <= _MAX_NAME_BYTES // 4:  # no character has more than four bytes
        return name
    encoded = name.encode("utf-8", "surrogateescape")
    if len(encoded) <= _MAX_NAME_BYTES:
        return name
    checksum = hashlib.sha256(encoded).hexdigest()[:8]
    while len(name.encode("utf-8", "surrogateescape")) > _MAX_NAME_BYTES - 9:
        name = name[:-1]
    return f"{name}~{checksum}"
