"""The pixels of a page.

Runs in: worker.
"""

# Paths stay text: `Path` would change what the user wrote (`./x`), and costs more than the work here.
# ruff: noqa: PTH116

from __future__ import annotations

import math
import os
from collections import OrderedDict
from contextlib import ExitStack
from typing import Any

import numpy as np
from numpy.typing import NDArray

from galley.errors import BadInput
from galley.inputs.contents import HEAD_BYTES, refuse_picture
from galley.inputs.documents import open_pdf, open_picture, tolerant_pillow
from galley.inputs.files import explain, open_file, read_file
from galley.inputs.integrity import check_picture, check_size
from galley.inputs.options import DEFAULT_OPTIONS, MIN_PDF_SCALE, InputOptions
from galley.inputs.text_layer import read_text_layer
from galley.pages import PageKind, PageRef
from galley.results.text_layer import TextLayer

_OPEN_DOCUMENTS = 2
"""Neighbouring pages come from one document, at its end from two."""


class PageLoader:
    """Loads pages and keeps the last documents open, so that neighbouring pages do not open them again."""

    def __init__(self, options: InputOptions = DEFAULT_OPTIONS) -> None:
        self._options = options
        self._documents: OrderedDict[tuple[object, ...], tuple[Any, ExitStack]] = OrderedDict()

    def load(self, page: PageRef) -> NDArray[np.uint8]:
        """The pixels of a page: BGR, shape (height, width, 3), the same as PaddleOCR reads.

        Raises:
            BadInput: the file vanished, is damaged, truncated, encrypted or too large.
        """
        if page.kind is PageKind.ARRAY:
            assert page.pixels is not None
            return np.ascontiguousarray(page.pixels)
        assert page.path is not None
        if page.kind is PageKind.IMAGE:
            return _decode(page.path, self._options.max_pixels)
        assert page.index is not None
        if page.kind is PageKind.TIFF:
            return _read_frame(self._open(page.path, page.kind), page.index, self._options.max_pixels)
        return _render(self._open(page.path, page.kind), page.index, self._options)

    def load_layer(self, page: PageRef, shape: tuple[int, int]) -> TextLayer | None:
        """The text that a page of a PDF file brings along, for its pixels of `shape` (height, width).

        None where there is nothing to be had: no PDF file, or a text that cannot be parsed.
        """
        if page.kind is not PageKind.PDF:
            return None
        assert page.path is not None and page.index is not None
        import pypdfium2

        try:
            opened = self._open(page.path, page.kind)[page.index]
        except (BadInput, pypdfium2.PdfiumError, IndexError):
            return None
        try:
            return read_text_layer(opened, shape[1], shape[0])
        except pypdfium2.PdfiumError:
            return None
        finally:
            opened.close()

    def close(self) -> None:
        """Close the documents. The loader can go on to be used."""
        while self._documents:
            self._documents.popitem()[1][1].close()

    def _open(self, path: str, kind: PageKind) -> Any:
        try:
            status = os.stat(path)
        except OSError as error:
            raise BadInput(explain(error)) from error
        # A file that was written anew is another document.
        key = (path, kind, status.st_ino, status.st_size, status.st_mtime_ns)
        if key in self._documents:
            self._documents.move_to_end(key)
            return self._documents[key][0]
        while len(self._documents) >= _OPEN_DOCUMENTS:
            self._documents.popitem(last=False)[1][1].close()
        with ExitStack() as stack:
            if kind is PageKind.PDF:
                document = open_pdf(path, self._options.pdf_password)
                stack.callback(document.close)
                document.init_forms()
            else:
                document = stack.enter_context(open_picture(stack.enter_context(open_file(path))))
            self._documents[key] = (document, stack.pop_all())
        return document


def load_pixels(page: PageRef, options: InputOptions = DEFAULT_OPTIONS) -> NDArray[np.uint8]:
    """The pixels of one page, with nothing kept open. See `PageLoader.load`.

    Raises:
        BadInput: the file vanished, is damaged, truncated, encrypted or too large.
    """
    loader = PageLoader(options)
    try:
        return loader.load(page)
    finally:
        loader.close()


def pdf_scale_within(width: float, height: float, scale: float, max_pixels: int) -> float:
    """The largest scale up to `scale` at which a PDF page has at most `max_pixels` pixels.

    `width` and `height` in PDF units. By bisection in 32 steps between `MIN_PDF_SCALE` and the limit, as
    PaddleX 3.7 finds it, so that the sizes are the same.

    Raises:
        BadInput: even `MIN_PDF_SCALE` gives more, or the page has no area or no bounds.
    """
    if not (0 < width < math.inf and 0 < height < math.inf):
        raise BadInput(f"the page has an impossible size: {width:g} x {height:g} points")

    def pixels(at: float) -> int:
        return math.ceil(width * at) * math.ceil(height * at)

    if pixels(scale) <= max_pixels:
        return scale
    if pixels(MIN_PDF_SCALE) > max_pixels:
        raise BadInput(
            f"the page is too large to render: {width:g} x {height:g} points are more than "
            f"{max_pixels} pixels even at scale {MIN_PDF_SCALE}"
        )
    low, high = MIN_PDF_SCALE, min(scale, math.sqrt(max_pixels / (width * height)))
    for _ in range(32):
        middle = (low + high) / 2
        if pixels(middle) <= max_pixels:
            low = middle
        else:
            high = middle
    return low


def _decode(path: str, max_pixels: int) -> NDArray[np.uint8]:
    import cv2

    data = read_file(path)
    check_picture(data, max_pixels)
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise BadInput(f"the picture cannot be decoded: {str(error).strip()}") from error
    if image is None:
        raise BadInput(refuse_picture(data[:HEAD_BYTES]))
    return np.asarray(image, np.uint8)


def _read_frame(image: Any, index: int, max_pixels: int) -> NDArray[np.uint8]:
    import cv2

    try:
        with tolerant_pillow():
            image.seek(index)
            width, height = image.size
            check_size(width, height, max_pixels)
            if image.mode in ("1", "L"):
                pixels = cv2.cvtColor(np.asarray(image.convert("L")), cv2.COLOR_GRAY2BGR)
            else:
                pixels = cv2.cvtColor(np.asarray(image.convert("RGB")), cv2.COLOR_RGB2BGR)
    except BadInput:
        raise
    except Exception as error:  # Pillow's parsers raise nearly anything on damaged files
        raise BadInput(f"damaged TIFF file: {error}") from error
    return np.asarray(pixels, np.uint8)


def _render(document: Any, index: int, options: InputOptions) -> NDArray[np.uint8]:
    import pypdfium2

    try:
        page = document[index]
    except (pypdfium2.PdfiumError, IndexError) as error:
        raise BadInput(f"the page cannot be loaded: {error}") from error
    try:
        scale = pdf_scale_within(page.get_width(), page.get_height(), options.pdf_scale, options.max_pixels)
        return np.asarray(page.render(scale=scale).to_numpy(), np.uint8)
    except pypdfium2.PdfiumError as error:
        raise BadInput(f"the page cannot be rendered: {error}") from error
    finally:
        page.close()
