"""What a page is, where it is, and how it ended.

Runs in: parent and worker. Pure values; all of them can be pickled.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeAlias

from galley.wording import shown

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class PageKind(Enum):
    """How the pixels of a page are obtained."""

    IMAGE = "image"
    """A file that holds one picture."""
    TIFF = "tiff"
    """One frame of a TIFF file."""
    PDF = "pdf"
    """One page of a PDF file, to be rendered."""
    ARRAY = "array"
    """Pixels that the caller handed over."""
    ROW = "row"
    """A line of a file of rows, each of which names its picture."""
    OBJECT = "object"
    """Anything else that the caller handed over, for a pipeline that knows what it is."""


ROWS_SUFFIX = ".jsonl"
"""How files end that hold rows."""


def name_place(file: str, index: int | None) -> str:
    """A page, or a row, as a person would name it; `index` is 0-based, and None for a whole file."""
    if index is None:
        return shown(file)
    return f"{shown(file)}, {'row' if file.lower().endswith(ROWS_SUFFIX) else 'page'} {index + 1}"


@dataclass(frozen=True, slots=True, eq=False)
class PageRef:
    """Where one page is. Small and picklable: pixels are loaded by the worker, except for `ARRAY` and `OBJECT`."""

    kind: PageKind
    path: str | None
    """The file as the user named it (`surrogateescape` for names that are not UTF-8); None for an array."""
    index: int | None
    """0-based page of a document, as PaddleOCR's `page_index`, or row of a file; None for single pictures."""
    count: int | None
    """Number of pages of the document; None where `index` is None."""
    name: str
    """Output stem, unique in the run and relative to the output folder (may hold `/`), without page number."""
    pixels: NDArray[np.uint8] | None = None
    """BGR, shape (height, width, 3); only for `ARRAY`."""
    content: Any = None
    """What the caller handed over, or the line; only for `OBJECT` and `ROW`."""

    def __str__(self) -> str:
        """The page as a person would name it: `scan.pdf, page 3`."""
        return name_place(self.path if self.path is not None else self.name, self.index)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An input that yields no page at all, found while inputs are listed."""

    path: str
    message: str

    def __str__(self) -> str:
        return shown(self.path)


@dataclass(frozen=True, slots=True)
class Document:
    """A document all of whose pages have their results: files of the whole are to be made of theirs."""

    kind: PageKind
    path: str
    """The file as the user named it."""
    name: str
    """Output stem, without page number."""
    count: int
    """Number of pages."""
    suffixes: tuple[str, ...]
    """How the files end that are to be made."""
    password: str | None = field(default=None, repr=False)
    """Opens the file where it is encrypted."""

    def __str__(self) -> str:
        return f"{shown(self.path)}, the whole document"


Unit: TypeAlias = PageRef | Unreadable | Document
"""What a run works on; each has one outcome."""


@dataclass(frozen=True, slots=True, eq=False)
class EncodedPicture:
    """A picture as a file, for others to read."""

    mime: str
    content: bytes


class FailureKind(Enum):
    """Why a page has no result."""

    UNREADABLE = "unreadable"
    """The input is missing, damaged, encrypted, too large or of no supported kind."""
    REJECTED = "rejected"
    """The pipeline raised an exception: the same answer every time, so it is never tried again."""
    CRASHED = "crashed"
    """The worker died, alone with this page, as often as pages may be tried."""
    TIMED_OUT = "timed_out"
    """The page ran longer than allowed, and its worker was killed."""
    NO_WORKER = "no_worker"
    """Every slot was retired before this page's turn came."""
    NOT_WRITTEN = "not_written"
    """The result could not be written to the output folder."""


@dataclass(frozen=True, slots=True)
class Done:
    """A page that has a result."""

    page: Any
    result: Any
    slot: str
    """Name of the slot that did it, such as `gpu:1` or `cpu:0#1`."""
    seconds: float
    """From the worker's start on this page to its result."""
    tries: int = 1


@dataclass(frozen=True, slots=True)
class Failed:
    """A page, or a whole input, that has none."""

    page: Any
    kind: FailureKind
    message: str
    """One line for a person."""
    detail: str = ""
    """The traceback, or the last lines that the worker wrote to its standard error."""
    tries: int = 1


Outcome: TypeAlias = Done | Failed
"""Every page ends in exactly one of these."""
