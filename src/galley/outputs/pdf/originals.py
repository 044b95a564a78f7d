"""The pages of a PDF file as they are, with text put over them.

Runs in: worker, and parent (a result's own `save_to_pdf`). Loads pikepdf (qpdf), which copies what it does not
understand and reads the streams of a file only when they are written: pictures and fonts never lie in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from galley.errors import BadInput
from galley.outputs.pdf.frame import Box, place_frame, shown_size
from galley.outputs.pdf.hidden import remove_hidden_text
from galley.outputs.pdf.part import PagePart, Picture, read_part
from galley.outputs.pdf.text import FONT_NAME
from galley.outputs.pdf.writer import PICTURE_NAME, fonts_alone
from galley.wording import counted

if TYPE_CHECKING:
    from pikepdf import Object, Page, Pdf

_LETTER: Box = (0.0, 0.0, 612.0, 792.0)
"""What readers take for a page that does not say."""


@contextmanager
def open_original(path: str, password: str | None) -> Iterator[Pdf]:
    """The PDF file, to copy from.

    Raises:
        BadInput: it cannot be read (any more), or is encrypted and `password` does not open it.
    """
    import pikepdf

    try:
        pdf = pikepdf.open(path, password="" if password is None else password)
    except pikepdf.PasswordError as error:
        raise BadInput("the PDF file is encrypted; give its password with pdf_password") from error
    except (pikepdf.PdfError, OSError) as error:
        raise BadInput(f"the PDF file cannot be copied: {error}") from error
    with pdf:
        try:
            yield pdf
        except pikepdf.PdfError as error:
            raise BadInput(f"the PDF file cannot be copied: {error}") from error


def lay_over_document(pdf: Pdf, parts: Sequence[Path], file: BinaryIO) -> None:
    """Write the document with what its parts say: bookmarks, forms and encryption stay.

    Raises:
        BadInput: it has not as many pages as there are parts, or a part cannot be read.
    """
    if len(pdf.pages) != len(parts):
        raise BadInput(f"the PDF file has {counted(len(pdf.pages), 'page')} where {len(parts)} had been counted")
    fonts = _Fonts(pdf)
    for page, path in zip(pdf.pages, parts, strict=True):
        _lay_over(pdf, page, read_part(path), fonts)
    _save(pdf, file, encryption=pdf.is_encrypted)


def lay_over_page(pdf: Pdf, index: int, part: PagePart, file: BinaryIO) -> None:
    """Write one page of the document, alone."""
    import pikepdf

    with pikepdf.new() as alone:
        alone.pages.append(pdf.pages[index])
        _lay_over(alone, alone.pages[0], part, _Fonts(alone))
        _save(alone, file)


def shown_sizes(pdf: Pdf) -> Iterator[tuple[float, float]]:
    """Width and height of each page as it is shown, in points."""
    for page in pdf.pages:
        yield shown_size(_shown_box(page), _rotation(page))


def _lay_over(pdf: Pdf, page: Page, part: PagePart, fonts: _Fonts) -> None:
    """Change one page: turn it, put the text over it, or the picture in its place."""
    import pikepdf

    if part.picture is not None:
        _replace(pdf, page, part, part.picture)
    elif part.rotation:
        page.obj.Rotate = (_rotation(page) + part.rotation) % 360
    if not part.text.planes:
        return
    if part.hidden_text:
        remove_hidden_text(pdf, page)
    box, rotation = _shown_box(page), _rotation(page)
    frame = f"q {place_frame(box, rotation, part.size)}".encode("ascii")
    text = pikepdf.Stream(pdf, b"")
    text.write(part.text.stream, filter=pikepdf.Name.FlateDecode)
    # First, where nothing can have changed the coordinates yet.
    streams = [pdf.make_stream(frame), text, pdf.make_stream(b"Q"), *_contents(page)]
    page.obj.Contents = pikepdf.Array(streams)
    # The dictionaries may be shared with other pages.
    resources = _copied(page.obj.get("/Resources"))
    named = _copied(resources.get("/Font"))
    for plane in part.text.planes:
        named[f"/{FONT_NAME}{plane}"] = fonts[plane]
    resources.Font = named
    page.obj.Resources = resources


def _save(pdf: Pdf, file: BinaryIO, **options: Any) -> None:
    """Write the file with all streams as they are."""
    pdf.save(file, compress_streams=False, **options)


def _replace(pdf: Pdf, page: Page, part: PagePart, picture: Picture) -> None:
    import pikepdf

    width, height = upright_points(part, shown_size(_shown_box(page), _rotation(page)))
    if part.rotation % 180:
        width, height = height, width
    stream = pikepdf.Stream(pdf, b"")
    entries = pikepdf.Object.parse(f"<< /Type /XObject /Subtype /Image {picture.entries} >>".encode("ascii"))
    filters: Any = entries.get("/Filter")
    parms: Any = entries.get("/DecodeParms")
    stream.write(picture.data, filter=filters, decode_parms=parms)
    for name, value in entries.items():
        stream[name] = value
    for name in ("/CropBox", "/TrimBox", "/BleedBox", "/ArtBox", "/Annots", "/Group"):
        if name in page.obj:
            del page.obj[name]
    page.obj.MediaBox = pikepdf.Array([0, 0, round(width, 4), round(height, 4)])
    page.obj.Rotate = part.rotation
    page.obj.Contents = pdf.make_stream(f"q {width:.4f} 0 0 {height:.4f} 0 0 cm /{PICTURE_NAME} Do Q".encode("ascii"))
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary({f"/{PICTURE_NAME}": stream}))


def upright_points(part: PagePart, shown: tuple[float, float]) -> tuple[float, float]:
    """Width and height in points of the page of a part, if its document shows it so large, perhaps sideways."""
    if part.points is not None:
        return part.points
    sideways = (part.size[0] > part.size[1]) != (shown[0] > shown[1])
    return shown[::-1] if sideways else shown


class _Fonts(dict[int, "Object"]):
    """The fonts of the planes that were needed so far, in one document."""

    def __init__(self, pdf: Pdf) -> None:
        super().__init__()
        self._pdf = pdf

    def __missing__(self, plane: int) -> Object:
        import pikepdf

        with pikepdf.open(BytesIO(fonts_alone((plane,)))) as alone:
            font = alone.pages[0].obj.Resources.Font[f"/{FONT_NAME}{plane}"]
            self[plane] = self._pdf.copy_foreign(font)
        return self[plane]


def _copied(dictionary: Any) -> Any:
    import pikepdf

    return pikepdf.Dictionary({} if dictionary is None else dict(dictionary.items()))


def _contents(page: Page) -> list[Object]:
    import pikepdf

    contents = page.obj.get("/Contents")
    if contents is None:
        return []
    return list(contents) if isinstance(contents, pikepdf.Array) else [contents]


def _rotation(page: Page) -> int:
    """Clockwise degrees, 0, 90, 180 or 270; other values count as none, as for pdfium."""
    value = page.obj.get("/Rotate", 0)
    return int(value) % 360 if isinstance(value, int) and value % 90 == 0 else 0


def _shown_box(page: Page) -> Box:
    """The part of the page that is shown: its crop box within its media box."""
    media = _box(page.obj.get("/MediaBox"), _LETTER)
    crop = _box(page.obj.get("/CropBox"), media)
    shown = (max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3]))
    return shown if shown[0] < shown[2] and shown[1] < shown[3] else media


def _box(array: Any, default: Box) -> Box:
    """A rectangle, from any two opposite corners; `default` for what is none."""
    try:
        first, second, third, fourth = (float(value) for value in array)
    except (TypeError, ValueError):
        return default
    box = (min(first, third), min(second, fourth), max(first, third), max(second, fourth))
    return box if box[0] < box[2] and box[1] < box[3] else default
