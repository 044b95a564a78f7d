"""What a caller may hand over as input, sorted into four kinds.

Runs in: parent.
"""

# Paths stay text: `Path` would change what the user wrote (`./x`), and costs more than the work here.
# ruff: noqa: PTH112

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from galley.errors import BadArguments, BadInput
from galley.inputs.options import kind_of
from galley.inputs.walking import Pattern, is_pattern, split_pattern


@dataclass(frozen=True, slots=True, eq=False)
class ArrayInput:
    """Pixels, not checked yet."""

    position: int
    """Among all inputs of the run, from 0."""
    pixels: NDArray[Any]


@dataclass(frozen=True, slots=True)
class UrlInput:
    """An `http://` or `https://` address."""

    position: int
    url: str


@dataclass(frozen=True, slots=True)
class FileInput:
    """A path that is to be one file; whether it is there is not checked yet."""

    path: str


@dataclass(frozen=True, slots=True)
class TreeInput:
    """A folder, or a glob pattern below one."""

    given: str
    """As the user wrote it."""
    root: str
    pattern: Pattern | None


Element: TypeAlias = ArrayInput | UrlInput | FileInput | TreeInput


def classify(value: object, position: int) -> Element:
    """Which kind of input a value is.

    A file whose name merely looks like a pattern wins over the pattern. A folder whose name ends in a
    supported suffix is taken for a (wrong) file, as PaddleOCR does, unless a slash follows.

    Raises:
        BadArguments: no kind at all.
    """
    if isinstance(value, np.ndarray):
        return ArrayInput(position, value)
    if not isinstance(value, (str, os.PathLike)):
        raise BadArguments(
            f"input {position + 1} is of type {type(value).__name__}; "
            "give a path, a URL, a numpy array, or a list of these"
        )
    path = os.fspath(value)
    if not isinstance(path, str):
        raise BadArguments(f"input {position + 1} is a path of bytes; decode it with os.fsdecode")
    if path.startswith(("http://", "https://")):
        return UrlInput(position, path)
    if is_pattern(path) and not os.path.lexists(path):
        root, pattern = split_pattern(path)
        return TreeInput(path, root, pattern)
    if kind_of(path) is None and os.path.isdir(path):
        return TreeInput(path, path, None)
    return FileInput(path)


def bgr_pixels(array: NDArray[Any]) -> NDArray[np.uint8]:
    """An array as the pipelines want it: BGR, uint8, shape (height, width, 3). Grey is expanded.

    Raises:
        BadInput: another dtype or shape, or no pixels.
    """
    grey = array.ndim == 2 or (array.ndim == 3 and array.shape[2] == 1)
    fits = grey or (array.ndim == 3 and array.shape[2] == 3)
    if array.dtype != np.uint8 or not fits or array.size == 0:
        raise BadInput(
            f"an array of dtype {array.dtype} and shape {array.shape}; "
            "pixels must be uint8, of shape (height, width, 3) in the order BGR, or (height, width) grey"
        )
    if grey:
        return np.repeat(array.reshape(*array.shape[:2], 1), 3, axis=2)
    return array
