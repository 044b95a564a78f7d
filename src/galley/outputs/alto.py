"""Results of OCR as ALTO 4.4, the XML of libraries and archives: pages, lines and words with their places in pixels.

Runs in: parent (a result's own `save_to_alto`) and worker (a run with an output folder, and documents of its pages).

Source of the format: http://www.loc.gov/standards/alto/v4/alto-4-4.xsd.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import BinaryIO
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from galley.errors import BadInput
from galley.outputs.documents import read_part
from galley.outputs.files import open_whole
from galley.outputs.pdf.text import char_width
from galley.pages import Document
from galley.results import RecognizedPage, TextLine

SUFFIX = ".alto.xml"

_NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"
_BEGIN, _END = b"<Layout>", b"</Layout>"
"""What stands between is the pages, in any file of ours."""

Box = tuple[float, float, float, float]


def save_alto(page: RecognizedPage, target: Path) -> list[Path]:
    """Write a page to the XML file `target`, or under its own name into the folder `target`."""
    path = target if target.suffix.lower() == ".xml" else target / f"{page.name}{SUFFIX}"
    with open_whole(path) as file:
        file.write(_head(page.input_path))
        _write_page(page, file)
        file.write(_tail())
    return [path]


def join_alto(document: Document, pages: Sequence[Path], target: Path) -> None:
    """Write all pages of a document into one file.

    Raises:
        BadInput: a page's file is not there or not whole.
        OutputError: the document cannot be written.
    """
    with open_whole(target) as file:
        file.write(_head(document.path))
        for path in pages:
            _, begin, rest = read_part(path).partition(_BEGIN)
            page, end, _ = rest.rpartition(_END)
            if not begin or not end:
                raise BadInput(f"{str(path)!r} holds no ALTO any more")
            file.write(page)
        file.write(_tail())


def _head(path: str | None) -> bytes:
    buffer = io.BytesIO()
    xml = XMLGenerator(buffer, "UTF-8")
    xml.startDocument()
    _start(xml, "alto", {"xmlns": _NAMESPACE, "SCHEMAVERSION": "4.4"})
    _start(xml, "Description")
    _text(xml, "MeasurementUnit", "pixel")
    _start(xml, "sourceImageInformation")
    _text(xml, "fileName", "" if path is None else path)
    xml.endElement("sourceImageInformation")
    _start(xml, "Processing", {"ID": "galley"})
    _start(xml, "processingSoftware")
    _text(xml, "softwareName", "Galley")
    _text(xml, "softwareVersion", metadata.version("galley-ocr"))
    for name in ("processingSoftware", "Processing", "Description"):
        xml.endElement(name)
    return buffer.getvalue() + b"\n" + _BEGIN


def _tail() -> bytes:
    return _END + b"\n</alto>\n"


def _write_page(page: RecognizedPage, file: BinaryIO) -> None:
    xml = XMLGenerator(file, "UTF-8", short_empty_elements=True)
    number = 0 if page.page_index is None else page.page_index
    height, width = page.preprocessed.output_img.shape[:2]
    size = {"WIDTH": str(width), "HEIGHT": str(height)}
    xml.ignorableWhitespace("\n")
    _start(xml, "Page", {"ID": f"page{number}", "PHYSICAL_IMG_NR": str(number), **size})
    _start(xml, "PrintSpace", {"HPOS": "0", "VPOS": "0", **size})
    if page.lines:
        box = _around([_bounds(line) for line in page.lines])
        _start(xml, "TextBlock", {"ID": f"page{number}_block", **_place(box)})
        for index, line in enumerate(page.lines):
            _write_line(xml, f"page{number}_line{index}", line)
        xml.endElement("TextBlock")
    xml.endElement("PrintSpace")
    xml.endElement("Page")
    xml.ignorableWhitespace("\n")


def _write_line(xml: XMLGenerator, name: str, line: TextLine) -> None:
    words = [(_valid(text), box) for text, box in (_known_words(line) if line.words else _likely_words(line))]
    if not any(text.strip() for text, _ in words):
        return  # a line must hold something
    xml.ignorableWhitespace("\n")
    _start(xml, "TextLine", {"ID": name, **_place(_bounds(line))})
    _start(xml, "Shape")
    points = " ".join(f"{x},{y}" for x, y in line.polygon.tolist())
    _start(xml, "Polygon", {"POINTS": points})
    for element in ("Polygon", "Shape"):
        xml.endElement(element)
    score = f"{min(max(line.score, 0.0), 1.0):.4f}" if math.isfinite(line.score) else "0"
    blank: Box | None = None  # between two words only, and one
    begun = False
    for index, (text, box) in enumerate(words):
        if not text.strip():
            blank = box
            continue
        if begun and blank is not None:
            place = _place(blank)
            _start(xml, "SP", {key: place[key] for key in ("HPOS", "VPOS", "WIDTH")})
            xml.endElement("SP")
        _start(xml, "String", {"ID": f"{name}_{index}", "CONTENT": text, "WC": score, **_place(box)})
        xml.endElement("String")
        blank, begun = None, True
    xml.endElement("TextLine")


def _known_words(line: TextLine) -> Iterator[tuple[str, Box]]:
    yield from zip(line.words, line.word_boxes, strict=False)


def _likely_words(line: TextLine) -> Iterator[tuple[str, Box]]:
    """The words and the blanks between them, where letters of usual widths would have them."""
    left, top, right, bottom = _bounds(line)
    tall = bottom - top > 1.5 * (right - left)
    total = max(sum(map(char_width, line.text)), 1)
    place = 0
    for word in _split(line.text):
        start, place = place, place + sum(map(char_width, word))
        first, last = start / total, place / total
        if line.angle == 1:
            first, last = 1 - last, 1 - first
        if tall:
            yield word, (left, top + first * (bottom - top), right, top + last * (bottom - top))
        else:
            yield word, (left + first * (right - left), top, left + last * (right - left), bottom)


def _split(text: str) -> Iterator[str]:
    for number, word in enumerate(text.split(" ")):
        if number:
            yield " "
        if word:
            yield word


def _bounds(line: TextLine) -> Box:
    left, top, right, bottom = line.box
    return left, top, right, bottom


def _around(boxes: Sequence[Box]) -> Box:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _place(box: Box) -> Mapping[str, str]:
    left, top, right, bottom = box
    values = {"HPOS": left, "VPOS": top, "WIDTH": right - left, "HEIGHT": bottom - top}
    return {name: f"{value:.1f}".removesuffix(".0") for name, value in values.items()}


def _start(xml: XMLGenerator, name: str, attributes: Mapping[str, str] | None = None) -> None:
    xml.startElement(name, AttributesImpl({} if attributes is None else attributes))


def _text(xml: XMLGenerator, name: str, text: str) -> None:
    _start(xml, name)
    xml.characters(_valid(text))
    xml.endElement(name)


def _valid(text: str) -> str:
    """Without what XML cannot hold; file names that are not UTF-8 are escaped."""
    readable = text.encode("utf-8", "backslashreplace").decode()
    return "".join(character for character in readable if character in "\t\n\r" or ord(character) >= 32).translate(
        {0xFFFE: None, 0xFFFF: None}
    )
