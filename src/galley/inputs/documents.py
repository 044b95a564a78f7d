"""Opening documents of several pages: PDF and TIFF.

Runs in: worker (pages) and the child of `galley.inputs.page_counter` (number of pages).
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from galley.errors import BadInput
from galley.inputs.contents import HEAD_BYTES, refuse_pdf, refuse_picture
from galley.inputs.files import is_utf8, open_file

if TYPE_CHECKING:
    from PIL.Image import Image

_PASSWORD_ERROR = 4
"""FPDF_ERR_PASSWORD of pdfium's fpdfview.h."""

_pillow_settings = threading.RLock()


def count_pdf_pages(path: str, password: str | None) -> int:
    """Number of pages of a PDF file, without looking at any of them.

    Raises:
        BadInput: it cannot be opened, is no PDF, is encrypted, or has no page.
    """
    document = open_pdf(path, password)
    try:
        count = len(document)
    finally:
        document.close()
    if count < 1:
        raise BadInput("the PDF file has no pages")
    return count


def open_pdf(path: str, password: str | None) -> Any:
    """A `pypdfium2.PdfDocument`, to be closed by the caller.

    Raises:
        BadInput: it cannot be opened, is no PDF, or is encrypted and `password` does not open it.
    """
    import pypdfium2

    file = open_file(path)
    try:
        # Older pypdfium2 takes no names that are not UTF-8; file objects it takes, but they are slower.
        if is_utf8(path):
            file.close()
            return pypdfium2.PdfDocument(Path(path).absolute(), password=password)
        return pypdfium2.PdfDocument(file, password=password, autoclose=True)
    except pypdfium2.PdfiumError as error:
        file.close()
        raise BadInput(_explain_pdf(error, path, password)) from error
    except OSError as error:
        file.close()
        raise BadInput("the PDF file vanished while it was read") from error


def count_tiff_frames(path: str) -> int:
    """Number of frames of a TIFF file.

    Raises:
        BadInput: it cannot be opened or is no picture.
    """
    with open_file(path) as file, open_picture(file) as image, tolerant_pillow():
        try:
            return int(getattr(image, "n_frames", 1))
        except Exception as error:  # Pillow's parsers raise nearly anything on damaged files
            raise BadInput(f"damaged TIFF file: {error}") from error


def open_picture(file: BinaryIO) -> Image:
    """Read the header of a picture with Pillow, whatever its size. `file` must stay open meanwhile.

    Raises:
        BadInput: it is no picture, or too damaged to have a size.
    """
    from PIL import Image

    try:
        with tolerant_pillow():
            return Image.open(file)
    except Exception as error:  # Pillow's parsers raise nearly anything on damaged files
        raise BadInput(refuse_picture(_head(file))) from error


@contextmanager
def tolerant_pillow() -> Iterator[None]:
    """Pillow without its pixel limit, which is global while ours is an option, and without warnings of odd files."""
    from PIL import Image

    with _pillow_settings, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        limit = Image.MAX_IMAGE_PIXELS
        Image.MAX_IMAGE_PIXELS = None
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = limit


def _explain_pdf(error: Exception, path: str, password: str | None) -> str:
    # Older pypdfium2 has no code in the exception, but always the reason in the text.
    if getattr(error, "err_code", None) == _PASSWORD_ERROR or "password" in str(error).lower():
        if password is None:
            return "the PDF file is encrypted; give its password with pdf_password"
        return "the PDF file is encrypted, and the password given does not open it"
    with open_file(path) as file:
        return f"{refuse_pdf(_head(file))} ({str(error).rstrip('.')})"


def _head(file: BinaryIO) -> bytes:
    """The first bytes of a file, wherever it has been read to."""
    try:
        file.seek(0)
        return file.read(HEAD_BYTES)
    except OSError:
        return b""
