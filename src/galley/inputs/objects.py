"""Inputs that are no pages: mappings for DocUnderstanding, anything for a pipeline of one's own.

Runs in: parent.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Set
from itertools import chain
from typing import Any

import numpy as np

from galley.errors import BadArguments
from galley.inputs.listing import list_pages
from galley.inputs.options import DEFAULT_OPTIONS, InputOptions
from galley.inputs.page_counter import PageCounter
from galley.pages import PageKind, PageRef, Unreadable


def list_units(
    inputs: Any,
    options: InputOptions = DEFAULT_OPTIONS,
    counter: PageCounter | None = None,
    *,
    as_objects: bool = False,
) -> Iterator[PageRef | Unreadable]:
    """What a pipeline is to do, one unit after the other: pages, or objects that only it understands.

    Paths, URLs and arrays stand for pages, as in `list_pages`. Everything else travels as it is, a mapping by
    itself or the elements of a list or iterator; the first element decides for all.

    Args:
        inputs: one input, or any number of them.
        options: how pages are listed.
        counter: opens documents, as for `list_pages`.
        as_objects: let paths, texts and arrays travel as they are, too.

    Raises:
        BadArguments: pages and objects in one list; or as `list_pages`.
    """
    if _is_single(inputs):
        return list_pages(inputs, options, counter) if is_page(inputs) and not as_objects else _objects([inputs])
    if isinstance(inputs, (list, tuple)):
        if as_objects or not any(map(is_page, inputs)):
            return _objects(inputs)
        if not all(map(is_page, inputs)):
            odd = next(each for each in inputs if not is_page(each))
            raise BadArguments(f"a {type(odd).__name__} among paths or arrays; predict them in separate calls")
        return list_pages(inputs, options, counter)
    return _units_of_stream(iter(inputs), options, counter, as_objects)


def is_page(value: object) -> bool:
    """Whether a value stands for pages."""
    return isinstance(value, (str, os.PathLike, np.ndarray))


def _is_single(inputs: Any) -> bool:
    return is_page(inputs) or isinstance(inputs, (bytes, bytearray, Mapping, Set)) or not isinstance(inputs, Iterable)


def _units_of_stream(
    inputs: Iterator[Any], options: InputOptions, counter: PageCounter | None, as_objects: bool
) -> Iterator[PageRef | Unreadable]:
    for first in inputs:
        every = chain([first], inputs)
        if is_page(first) and not as_objects:
            yield from list_pages(every, options, counter)
        else:
            yield from _objects(every)


def _objects(values: Iterable[Any]) -> Iterator[PageRef]:
    for position, value in enumerate(values):
        yield PageRef(PageKind.OBJECT, None, None, None, f"object_{position:04d}", content=value)
