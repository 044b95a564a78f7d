"""Output names for all inputs of a run, decided before the first page or without looking ahead.

Runs in: parent.
"""

# Paths stay text: `Path` would change what the user wrote (`./x`), and costs more than the work here.
# ruff: noqa: PTH100, PTH109, PTH119, PTH120, PTH208

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any, Protocol

from galley.inputs.elements import ArrayInput, Element, FileInput, TreeInput, UrlInput
from galley.inputs.names import (
    Claim,
    assign,
    claim_for,
    clashes,
    file_stem,
    is_document,
    names_in_folder,
    url_file_name,
)
from galley.inputs.options import kind_of
from galley.pages import PageKind

_RESERVED = re.compile(r"_\Z|array_|url_", re.IGNORECASE)


class Plan(Protocol):
    """Gives every input its place below the output folder."""

    among_all: bool
    """Whether names are unique among all supported files of a folder, or among those of the input only."""

    def name(self, element: ArrayInput | UrlInput | FileInput) -> str:
        """The output name of a single input."""
        ...

    def prefix(self, tree: TreeInput) -> str:
        """What precedes the names below a folder: empty, or with a trailing slash."""
        ...


def plan_names(elements: Sequence[Element]) -> Plan:
    """The names for a list of inputs that is known as a whole.

    One folder or pattern, or any number of files, arrays and URLs: flat names as PaddleOCR's, safe ones where
    those would meet. Folders or patterns together with anything else: all files are mirrored below their
    deepest common folder. The same file given twice has the same name twice.
    """
    if len(elements) > 1 and any(isinstance(element, TreeInput) for element in elements):
        return _Mirrored(elements)
    return _Flat(elements)


def without_repeats(inputs: Sequence[Any]) -> list[Any]:
    """The inputs, without a path or URL that was given before: its results would be written to the same files."""
    seen: set[str] = set()
    kept = []
    for value in inputs:
        if isinstance(value, str):
            place = value if "://" in value else _absolute(value)
            if place in seen:
                continue
            seen.add(place)
        kept.append(value)
    return kept


class _Flat:
    among_all = False

    def __init__(self, elements: Sequence[Element]) -> None:
        singles = {
            _identity(element): element
            for element in elements
            if not isinstance(element, TreeInput) and _is_page(element)
        }
        names = [_first_choice(identity, element) for identity, element in singles.items()]
        if clashes(names, [_is_numbered(element) for element in singles.values()]):
            folders = {os.path.dirname(str(i)) for i, e in singles.items() if isinstance(e, FileInput)}
            root = os.path.commonpath(folders) if folders else "/"
            names = assign([_claim(identity, element, root) for identity, element in singles.items()])
        self._names = dict(zip(singles, names, strict=True))

    def name(self, element: ArrayInput | UrlInput | FileInput) -> str:
        return self._names[_identity(element)]

    def prefix(self, tree: TreeInput) -> str:
        return ""


class _Mirrored:
    among_all = True

    def __init__(self, elements: Sequence[Element]) -> None:
        folders = [os.path.dirname(_absolute(e.path)) for e in elements if isinstance(e, FileInput)]
        folders += [_absolute(e.root) for e in elements if isinstance(e, TreeInput)]
        self._root = os.path.commonpath(folders)
        others = [e for e in elements if isinstance(e, (ArrayInput, UrlInput))]
        self._flat = _Flat(others)
        # Arrays and URLs have names without a slash; then no file may have one.
        base = os.path.basename(self._root)
        self._top = (f"{base}/" if base else "root/") if others else ""
        self._names_beside = _NamesBeside()

    def name(self, element: ArrayInput | UrlInput | FileInput) -> str:
        if not isinstance(element, FileInput):
            return self._flat.name(element)
        path = _absolute(element.path)
        return self._top + _below(os.path.dirname(path), self._root) + self._names_beside(path)

    def prefix(self, tree: TreeInput) -> str:
        return self._top + _below(_absolute(tree.root), self._root)


class StreamPlan:
    """Names for inputs that come one by one: none may depend on a later input, or on many earlier ones.

    Files are mirrored below the current folder; those outside of it, and those whose names could be taken for
    another kind's, below `_/` with their whole path. Arrays and URLs are numbered.
    """

    among_all = True

    def __init__(self) -> None:
        self._root = os.getcwd()
        self._names_beside = _NamesBeside()

    def name(self, element: ArrayInput | UrlInput | FileInput) -> str:
        """See `Plan`."""
        if isinstance(element, ArrayInput):
            return _array_name(element)
        if isinstance(element, UrlInput):
            return f"url_{element.position:04d}_{file_stem(url_file_name(element.url))}"
        path = _absolute(element.path)
        name = self._names_beside(path)
        return self._folder(os.path.dirname(path), name) + name

    def prefix(self, tree: TreeInput) -> str:
        """See `Plan`."""
        root = _absolute(tree.root)
        # The tree's own top files would stand beside arrays and URLs: only its folder can be judged.
        return self._folder(root, "_" if root == self._root else "")

    def _folder(self, folder: str, name: str) -> str:
        if folder == self._root or folder.startswith(self._root.rstrip("/") + "/"):
            below = _below(folder, self._root)
            if not _RESERVED.match((below + name).split("/", 1)[0]):
                return below
        return "_" + folder.rstrip("/") + "/"


class _NamesBeside:
    """The name of a file among all supported files of its folder; keeps the last folder's."""

    def __init__(self) -> None:
        self._folder: str | None = None
        self._renamed: dict[str, str] = {}

    def __call__(self, path: str) -> str:
        folder, file_name = os.path.split(path)
        if folder != self._folder:
            try:
                self._renamed = names_in_folder(sorted(name for name in os.listdir(folder) if kind_of(name)))
            except OSError:  # the file itself will be reported
                self._renamed = {}
            self._folder = folder
        return self._renamed[file_name] if file_name in self._renamed else file_stem(file_name)


def _is_page(element: ArrayInput | UrlInput | FileInput) -> bool:
    return not isinstance(element, FileInput) or kind_of(element.path) is not None


def _identity(element: ArrayInput | UrlInput | FileInput) -> object:
    if isinstance(element, FileInput):
        return _absolute(element.path)
    return element.position if isinstance(element, ArrayInput) else ("url", element.url)


def _is_numbered(element: ArrayInput | UrlInput | FileInput) -> bool:
    if isinstance(element, FileInput):
        return is_document(element.path)
    # What an address without a suffix holds is known only after it is fetched: perhaps a document.
    return isinstance(element, UrlInput) and kind_of(url_file_name(element.url)) is not PageKind.IMAGE


def _first_choice(identity: object, element: ArrayInput | UrlInput | FileInput) -> str:
    if isinstance(element, ArrayInput):
        return _array_name(element)
    return file_stem(url_file_name(element.url) if isinstance(element, UrlInput) else os.path.basename(str(identity)))


def _claim(identity: object, element: ArrayInput | UrlInput | FileInput, root: str) -> Claim:
    numbered = _is_numbered(element)
    if isinstance(element, ArrayInput):
        return Claim((_array_name(element),), numbered)
    if isinstance(element, UrlInput):
        return Claim(claim_for(url_file_name(element.url)).choices, numbered)
    folder, file_name = os.path.split(str(identity))
    return claim_for(file_name, _below(folder, root).rstrip("/"))


def _array_name(element: ArrayInput) -> str:
    return f"array_{element.position:04d}"


def _absolute(path: str) -> str:
    # With `..` behind a symbolic link, the path as text would name another file.
    return os.path.realpath(path) if ".." in path.split("/") else os.path.abspath(path)


def _below(folder: str, root: str) -> str:
    relative = os.path.relpath(folder, root)
    return "" if relative == "." else f"{relative}/"
