"""Which pages there are: paths, folders, patterns, documents, URLs and arrays become `PageRef`s, lazily.

Runs in: parent.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from galley.errors import BadArguments, BadInput
from galley.inputs.elements import ArrayInput, Element, FileInput, TreeInput, UrlInput, bgr_pixels, classify
from galley.inputs.files import check_file
from galley.inputs.options import DEFAULT_OPTIONS, SUPPORTED, InputOptions, has_rows, kind_of
from galley.inputs.page_counter import PageCounter
from galley.inputs.planning import Plan, StreamPlan, plan_names
from galley.inputs.row_files import rows_of_file
from galley.inputs.walking import walk
from galley.pages import PageKind, PageRef, Unreadable

Input: TypeAlias = "str | os.PathLike[str] | NDArray[np.uint8]"


def list_pages(
    inputs: Input | Iterable[Input], options: InputOptions = DEFAULT_OPTIONS, counter: PageCounter | None = None
) -> Iterator[PageRef | Unreadable]:
    """All pages of all inputs, in order, found while they are asked for.

    A list or tuple is checked and named as a whole at once; any other iterable is consumed one by one. Of a
    folder tree, only the listings of the current folder and of those above it are held. An input without a
    page yields one `Unreadable`. Documents are opened by `counter`; without one, by a process of this listing's own.

    Raises:
        BadArguments: an input is neither path, URL nor array. Of a list at once, of an iterator when reached.
    """
    if isinstance(inputs, (str, os.PathLike, np.ndarray)):
        inputs = [inputs]
    if isinstance(inputs, (list, tuple)):
        elements = [classify(value, position) for position, value in enumerate(inputs)]
        return _pages_of_all(elements, plan_names(elements), options, counter)
    if not isinstance(inputs, Iterable) or isinstance(inputs, (bytes, bytearray, Mapping, Set)):
        raise BadArguments(
            f"input is of type {type(inputs).__name__}; give a path, a URL, a numpy array, or a list of these"
        )
    stream = (classify(value, position) for position, value in enumerate(inputs))
    return _pages_of_all(stream, StreamPlan(), options, counter)


def _pages_of_all(
    elements: Iterable[Element], plan: Plan, options: InputOptions, counter: PageCounter | None
) -> Iterator[PageRef | Unreadable]:
    if counter is None:
        with PageCounter() as own:
            yield from _pages_of_all(elements, plan, options, own)
        return
    for element in elements:
        if isinstance(element, TreeInput):
            yield from _pages_of_tree(element, plan, options, counter)
        elif isinstance(element, ArrayInput):
            yield _page_of_array(element, plan)
        elif isinstance(element, UrlInput):
            yield from _pages_of_url(element, plan, options, counter)
        elif kind_of(element.path) is None:
            yield _unsupported(element)
        else:
            yield from pages_of_file(element.path, plan.name(element), options, counter)


def _pages_of_tree(
    tree: TreeInput, plan: Plan, options: InputOptions, counter: PageCounter
) -> Iterator[PageRef | Unreadable]:
    prefix = plan.prefix(tree)
    empty = True
    for found in walk(tree.root, tree.pattern, name_among_all=plan.among_all):
        empty = False
        if isinstance(found, Unreadable):
            yield found
        else:
            yield from pages_of_file(found.path, prefix + found.name, options, counter)
    if empty:
        what = "the folder holds no file" if tree.pattern is None else "no file matches"
        yield Unreadable(tree.given, f"{what} of a supported kind ({SUPPORTED})")


def _page_of_array(element: ArrayInput, plan: Plan) -> PageRef | Unreadable:
    name = plan.name(element)
    try:
        return PageRef(PageKind.ARRAY, None, None, None, name, bgr_pixels(element.pixels))
    except BadInput as error:
        return Unreadable(name, str(error))


def _pages_of_url(
    element: UrlInput, plan: Plan, options: InputOptions, counter: PageCounter
) -> Iterator[PageRef | Unreadable]:
    from galley.inputs.remote import fetch  # loads the network libraries, which most runs never need

    try:
        path = fetch(element.url)
    except BadInput as error:
        yield Unreadable(element.url, str(error))
        return
    yield from pages_of_file(path, plan.name(element), options, counter)


def _unsupported(element: FileInput) -> Unreadable:
    try:
        check_file(element.path)
    except BadInput as error:
        return Unreadable(element.path, str(error))
    return Unreadable(element.path, f"not a supported kind of file; the name must end in one of: {SUPPORTED}")


def pages_of_file(
    path: str, name: str, options: InputOptions, counter: PageCounter, count: int | None = None
) -> Iterator[PageRef | Unreadable]:
    """The pages of one file of a supported kind under the output name `name`; one `Unreadable` if it has none.

    A document whose `count` of pages is known is not opened. Of a file of rows, its rows.
    """
    if has_rows(path):
        yield from rows_of_file(path, name, count)
        return
    kind = kind_of(path)
    assert kind is not None
    try:
        check_file(path)
        if kind is PageKind.IMAGE:
            yield PageRef(kind, path, None, None, name)
            return
        if count is None:
            count = counter.count(path, kind, options.pdf_password)
    except BadInput as error:
        yield Unreadable(path, str(error))
        return
    for index in range(count):
        yield PageRef(kind, path, index, count, name)
