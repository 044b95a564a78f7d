"""The pages that a benchmark is run on: files named on the command line, and turned copies of their pages.

Runs in: parent. Loads OpenCV, which Galley's own parent process never does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from galley.errors import BadInput
from galley.inputs import list_pages
from galley.inputs.loading import load_pixels
from galley.inputs.options import IMAGE_SUFFIXES, PDF_SUFFIXES, TIFF_SUFFIXES
from galley.pages import PageRef

_QUARTER_TURNS = 4


def list_files(paths: Iterable[Path]) -> list[str]:
    """The pictures and documents among `paths` and in the folders among them, sorted."""
    suffixes = IMAGE_SUFFIXES | TIFF_SUFFIXES | PDF_SUFFIXES
    files = (file for path in paths for file in (path.rglob("*") if path.is_dir() else [path]))
    return sorted(str(file) for file in files if file.is_file() and file.suffix[1:].lower() in suffixes)


def select(files: Iterable[str], max_megapixels: float) -> tuple[list[PageRef], list[str]]:
    """The pages of the files that can be read and have no page above the limit; a sentence for each other file."""
    pages: list[PageRef] = []
    left_out: list[str] = []
    for file in files:
        found = list(list_pages(file))
        reason = _objection(found, max_megapixels)
        if reason is None:
            pages += [page for page in found if isinstance(page, PageRef)]
        else:
            left_out.append(f"{Path(file).name} ({reason.rstrip('.')})")
    return pages, left_out


def _objection(pages: Sequence[object], max_megapixels: float) -> str | None:
    for page in pages:
        if not isinstance(page, PageRef):
            return str(getattr(page, "message", "unreadable"))
        try:
            height, width = load_pixels(page).shape[:2]
        except BadInput as error:
            return str(error)
        if height * width > max_megapixels * 1e6:
            return f"a page of {width} x {height} pixels"
    return None


def write_turned(pages: Iterable[PageRef], folder: Path) -> Iterator[str]:
    """PNG files of every page turned four ways, one after another."""
    for number, page in enumerate(pages):
        pixels = load_pixels(page)
        for turns in range(_QUARTER_TURNS):
            stem = Path(page.path).stem if page.path is not None else page.name
            target = folder / f"{number:04d}-{stem}-turned-{90 * turns}.png"
            turned = np.ascontiguousarray(np.rot90(pixels, turns))
            if not cv2.imwrite(str(target), turned, [cv2.IMWRITE_PNG_COMPRESSION, 1]):
                raise OSError(f"cannot write {target.name}")
            yield str(target)
            target.unlink()
