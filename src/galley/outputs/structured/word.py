"""Elements as a Word file, in a stream: what was written of a document is not in memory any more.

Runs in: worker and parent.

Written by hand, since python-docx holds the whole document and compares each picture with all before it: 300 pictures
take it half a minute. Source of the format: ECMA-376, Office Open XML, part 1.
"""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, TypeAlias
from xml.sax.saxutils import escape

from PIL import Image

from galley.outputs.archives import archive_entry
from galley.outputs.characters import is_right_to_left
from galley.outputs.structured import word_parts
from galley.outputs.structured.elements import (
    Caption,
    Element,
    Formula,
    Heading,
    HtmlTable,
    Item,
    Lines,
    Paragraph,
    Picture,
)
from galley.outputs.structured.grid import Grid, GridCell, parse_table

LoadPicture: TypeAlias = Callable[[str], bytes | None]
"""The JPEG file at a picture's path; None where there is none."""

_BULLET = "•"
_MOST_COLUMNS = 63
"""Word opens no table with more."""
_SHORTEST, _LONGEST = 6, 30
"""Characters by which the width of a column is reckoned, at least and at most."""
_DRAWING = (
    '<w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{width}" cy="{height}"/>'
    '<wp:docPr id="{number}" name="Picture {number}"/><a:graphic>'
    '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
    '<pic:nvPicPr><pic:cNvPr id="{number}" name="image{number}.jpg"/><pic:cNvPicPr/></pic:nvPicPr>'
    '<pic:blipFill><a:blip r:embed="rId{number}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
    '<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
    '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline>'
    "</w:drawing>"
)


@contextmanager
def open_word(file: IO[bytes], width: int, height: int, load: LoadPicture) -> Iterator[WordFile]:
    """A Word file to add elements to; it is whole at the end, unless there was an exception.

    Args:
        file: where to; can be sought.
        width: of the (first) page in pixels.
        height: of it.
        load: gives the pictures.
    """
    page = word_parts.page_size(width, height)
    # A zip file is written entry by entry; body and relations grow while pictures are added.
    with zipfile.ZipFile(file, "w") as archive, TemporaryFile() as body, TemporaryFile() as relations:
        for name, content in word_parts.constant_parts():
            archive.writestr(archive_entry(name), content)
        body.write(word_parts.DOCUMENT_START.encode())
        relations.write(word_parts.RELATIONS_START.encode())
        yield WordFile(archive, body, relations, word_parts.text_size(page), load)
        body.write((word_parts.section(page) + word_parts.DOCUMENT_END).encode())
        relations.write(word_parts.RELATIONS_END.encode())
        _copy(body, archive, "word/document.xml")
        _copy(relations, archive, "word/_rels/document.xml.rels")


class WordFile:
    """The middle of a Word file that is being written."""

    def __init__(
        self, archive: zipfile.ZipFile, body: IO[bytes], relations: IO[bytes], room: tuple[int, int], load: LoadPicture
    ) -> None:
        """`room`: width and height of the text in twips."""
        self._archive = archive
        self._body = body
        self._relations = relations
        self._room = room
        self._load = load
        self._pictures = 0

    def add(self, element: Element) -> None:
        """Write one more element."""
        self._body.write(self._xml(element).encode())

    def _xml(self, element: Element) -> str:
        match element:
            case Heading(text, level):
                return _paragraph(text, "Title" if level == 1 else f"Heading{level - 1}")
            case Paragraph(text):
                return _paragraph(text)
            case Item(text, number):
                return _paragraph(f"{number if number else _BULLET}\t{text}", "ListParagraph")
            case Lines(text, is_code):
                return _paragraph(text, "Listing" if is_code else None)
            case Caption(text):
                return _paragraph(text, "Caption")
            case Formula(tex, number):
                return _paragraph(f"{tex}\t({number.strip('()')})" if number else tex)
            case HtmlTable(html):
                return _table(parse_table(html), self._room[0])
            case Picture():
                return self._picture(element)

    def _picture(self, picture: Picture) -> str:
        content = self._load(picture.path)
        if content is None:
            return ""
        self._pictures += 1
        number = self._pictures
        self._archive.writestr(archive_entry(f"word/media/image{number}.jpg", zipfile.ZIP_STORED), content)
        self._relations.write(word_parts.picture_relation(number).encode())
        with Image.open(io.BytesIO(content)) as image:
            proportion = image.height / image.width
        most_wide, most_high = (side * word_parts.EMU_PER_TWIP for side in self._room)
        width = most_wide * min(1.0, max(0.01, picture.share))
        width = min(width, 0.95 * most_high / proportion)
        drawing = _DRAWING.format(number=number, width=round(width), height=max(1, round(width * proportion)))
        return f'<w:p><w:pPr><w:pStyle w:val="Picture"/></w:pPr><w:r>{drawing}</w:r></w:p>'


def _copy(part: IO[bytes], archive: zipfile.ZipFile, name: str) -> None:
    part.seek(0)
    with archive.open(archive_entry(name), "w", force_zip64=True) as entry:
        shutil.copyfileobj(part, entry)


def _paragraph(text: str, style: str | None = None, run: str = "") -> str:
    """Line feeds and tabs in `text` become Word's."""
    turned = is_right_to_left(text)
    named = "" if style is None else f'<w:pStyle w:val="{style}"/>'
    properties = named + ("<w:bidi/>" if turned else "")
    run += "<w:rtl/>" if turned else ""
    before = f"<w:pPr>{properties}</w:pPr>" if properties else ""
    return f"<w:p>{before}<w:r>{f'<w:rPr>{run}</w:rPr>' if run else ''}{_text(text)}</w:r></w:p>"


def _text(text: str) -> str:
    xml = f'<w:t xml:space="preserve">{escape(text)}</w:t>'
    for sign, element in (("\n", "<w:br/>"), ("\t", "<w:tab/>")):
        xml = xml.replace(sign, f'</w:t>{element}<w:t xml:space="preserve">')
    return xml


def _table(grid: Grid, width: int) -> str:
    if not grid.cells:
        return ""
    if grid.columns > _MOST_COLUMNS:
        lines = ("\t".join(cell.text for cell, begins in cells if begins) for cells in grid.by_row())
        return _paragraph("\n".join(lines), "Listing")
    widths = _column_widths(grid, width)
    columns = "".join(f'<w:gridCol w:w="{column}"/>' for column in widths)
    rows = "".join(_row(cells, row < grid.head_rows, widths) for row, cells in enumerate(grid.by_row()))
    # Two tables without a paragraph between them would become one.
    return (
        '<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="5000" w:type="pct"/></w:tblPr>'
        f"<w:tblGrid>{columns}</w:tblGrid>{rows}</w:tbl><w:p/>"
    )


def _column_widths(grid: Grid, width: int) -> list[int]:
    """Columns with longer texts get more room, within limits, so that short ones stay in one line."""
    longest = [_SHORTEST] * grid.columns
    for cell in grid.cells:
        if cell.columns == 1:
            length = max((len(line) for line in cell.text.split("\n")), default=0)
            longest[cell.column] = max(longest[cell.column], min(_LONGEST, length))
    return [width * length // sum(longest) for length in longest]


def _row(cells: list[tuple[GridCell, bool]], is_head: bool, widths: list[int]) -> str:
    properties = "<w:trPr><w:tblHeader/></w:trPr>" if is_head else ""
    written = (_cell(cell, begins, is_head, widths) for cell, begins in cells)
    return f"<w:tr>{properties}{''.join(written)}</w:tr>"


def _cell(cell: GridCell, begins: bool, is_head: bool, widths: list[int]) -> str:
    width = sum(widths[cell.column : cell.column + cell.columns])
    properties = f'<w:tcW w:w="{width}" w:type="dxa"/>'
    if cell.columns > 1:
        properties += f'<w:gridSpan w:val="{cell.columns}"/>'
    if cell.rows > 1:
        properties += '<w:vMerge w:val="restart"/>' if begins else "<w:vMerge/>"
    content = _paragraph(cell.text, run="<w:b/>" if is_head else "") if begins else "<w:p/>"
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"
