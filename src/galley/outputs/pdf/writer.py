"""A PDF file written from its first byte to its last: one page in memory at a time, however many there are.

Runs in: worker, and parent (a result's own `save_to_pdf`).

Libraries hold a document until it is whole. What is written here is the little that pages need that are one picture
under text that is not seen (PDF 1.7, 7.5 and 7.7).
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable
from io import BytesIO
from typing import BinaryIO

from galley.outputs.pdf.font import glyph_map, to_unicode, truetype, widths
from galley.outputs.pdf.frame import place_frame
from galley.outputs.pdf.part import PagePart
from galley.outputs.pdf.text import DESCENT, EM, FONT_NAME, TextContent

_SIBLINGS = 256
"""Pages below one node of the page tree, so that a reader finds any page quickly."""
PICTURE_NAME = "GalleyP"
"""A picture's name among the resources of its page."""
_FONT = "GalleyNotSeen"


class PdfWriter:
    """Appends pages to a file; `close` completes it."""

    def __init__(self, file: BinaryIO) -> None:
        """Begin the file."""
        self._file = file
        self._length = 0
        self._offsets = array("Q", [0])
        self._catalog, self._top = self._reserve(), self._reserve()
        self._tree: list[tuple[int, int]] = []  # number and pages of the nodes that are full
        self._node = 0
        self._pages: list[int] = []  # those below the node in work
        self._fonts: dict[int, int] = {}
        self._shared: int | None = None
        self._write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def add_page(self, part: PagePart, upright: tuple[float, float]) -> None:
        """A page of the part's picture and text, `upright` points wide and high when it is upright."""
        width, height = upright[::-1] if part.rotation % 180 else upright
        box = (0.0, 0.0, width, height)
        below = ""
        resources = [
            f"/Font << {' '.join(f'/{FONT_NAME}{plane} {self._font(plane)} 0 R' for plane in part.text.planes)} >>"
        ]
        if part.picture is not None:
            picture = self._stream(f"/Type /XObject /Subtype /Image {part.picture.entries}", part.picture.data)
            resources.append(f"/XObject << /{PICTURE_NAME} {picture} 0 R >>")
            below = f"q {width:.4f} 0 0 {height:.4f} 0 0 cm /{PICTURE_NAME} Do Q\n"
        before = f"{below}q {place_frame(box, part.rotation, part.size)}"
        contents = (
            self._stream("", before.encode("ascii")),
            self._stream("/Filter /FlateDecode", part.text.stream),
            self._stream("", b"Q"),
        )
        if not self._pages:
            self._node = self._reserve()
        page = self._put(
            f"<< /Type /Page /Parent {_refer(self._node)} /MediaBox [0 0 {width:.4f} {height:.4f}] "
            f"/Rotate {part.rotation} /Resources << {' '.join(resources)} >> /Contents {_array(contents)} >>"
        )
        self._pages.append(page)
        if len(self._pages) == _SIBLINGS:
            self._end_node()

    def close(self) -> None:
        """Write what stands at the end of a file; the file itself stays open."""
        if self._pages:
            self._end_node()
        nodes, count = [number for number, _ in self._tree], sum(pages for _, pages in self._tree)
        self._put(f"<< /Type /Pages /Kids {_array(nodes)} /Count {count} >>", self._top)
        self._put(f"<< /Type /Catalog /Pages {_refer(self._top)} >>", self._catalog)
        about = self._put("<< /Producer (Galley) >>")
        start = self._length
        self._write(f"xref\n0 {len(self._offsets)}\n0000000000 65535 f \n".encode("ascii"))
        for offset in self._offsets[1:]:
            self._write(b"%010d 00000 n \n" % offset)
        trailer = f"/Size {len(self._offsets)} /Root {_refer(self._catalog)} /Info {_refer(about)}"
        self._write(f"trailer\n<< {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode("ascii"))

    def _end_node(self) -> None:
        pages, self._pages = self._pages, []
        parent = f"/Parent {_refer(self._top)}"
        self._put(f"<< /Type /Pages {parent} /Kids {_array(pages)} /Count {len(pages)} >>", self._node)
        self._tree.append((self._node, len(pages)))

    # ---- fonts: each is written when it is first needed ----

    def _font(self, plane: int) -> int:
        """The number of the font of a plane."""
        if plane not in self._fonts:
            glyphs = self._stream("/Filter /FlateDecode", glyph_map(plane))
            descendant = self._put(
                f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{_FONT} "
                "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> "
                f"/FontDescriptor {_refer(self._descriptor())} /CIDToGIDMap {_refer(glyphs)} "
                f"/DW {EM} /W {widths(plane)} >>"
            )
            self._fonts[plane] = self._put(
                f"<< /Type /Font /Subtype /Type0 /BaseFont /{_FONT} /Encoding /Identity-H "
                f"/DescendantFonts [{_refer(descendant)}] "
                f"/ToUnicode {_refer(self._stream('/Filter /FlateDecode', to_unicode(plane)))} >>"
            )
        return self._fonts[plane]

    def _descriptor(self) -> int:
        """The number of what all of them share."""
        if self._shared is not None:
            return self._shared
        file = truetype()
        program = self._stream(f"/Filter /FlateDecode /Length1 {len(file)}", zlib.compress(file, 9))
        ascent = EM - DESCENT
        self._shared = self._put(
            f"<< /Type /FontDescriptor /FontName /{_FONT} /Flags 4 /FontBBox [0 {-DESCENT} {EM} {ascent}] "
            f"/ItalicAngle 0 /Ascent {ascent} /Descent {-DESCENT} /CapHeight {ascent} /StemV 80 "
            f"/FontFile2 {_refer(program)} >>"
        )
        return self._shared

    # ---- objects ----

    def _reserve(self) -> int:
        """The number of an object that is written later."""
        self._offsets.append(0)
        return len(self._offsets) - 1

    def _put(self, content: str, number: int | None = None) -> int:
        """Write an object, under a number that was reserved or the next one; its number."""
        if number is None:
            number = self._reserve()
        self._offsets[number] = self._length
        self._write(f"{number} 0 obj\n{content}\nendobj\n".encode("ascii"))
        return number

    def _stream(self, entries: str, data: bytes) -> int:
        """Write a stream; its number."""
        number = self._reserve()
        self._offsets[number] = self._length
        self._write(f"{number} 0 obj\n<< {entries} /Length {len(data)} >>\nstream\n".encode("ascii"))
        self._write(data)
        self._write(b"\nendstream\nendobj\n")
        return number

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        self._length += len(data)


def fonts_alone(planes: tuple[int, ...]) -> bytes:
    """A PDF file of one empty page that has the fonts of these planes, for others to copy."""
    file = BytesIO()
    writer = PdfWriter(file)
    writer.add_page(PagePart((1, 1), TextContent(zlib.compress(b""), planes)), (1.0, 1.0))
    writer.close()
    return file.getvalue()


def _refer(number: int) -> str:
    return f"{number} 0 R"


def _array(numbers: Iterable[int]) -> str:
    return f"[{' '.join(_refer(number) for number in numbers)}]"
