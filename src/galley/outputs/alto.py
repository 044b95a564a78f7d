"""Results of OCR as ALTO 4.4, the XML of libraries and archives: pages, lines and words with their places in pixels.

Runs in: parent (a result's own `save_to_alto`) and worker (a run with an output folder, and documents of its pages).

Source of the format: http://www.loc.gov/standards/alto/v4/alto-4-4.xsd.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import BinaryIO
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from galley.outputs.characters import printable_path
from galley.outputs.documents import read_between
from galley.outputs.files import open_whole
from galley.outputs.words import Box, bounds, certainty, words_of
from galley.pages import Document
from galley.results import RecognizedPage, TextLine

SUFFIX = ".alto.xml"

_NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"
_BEGIN, _END = b"<Layout>", b"</Layout>"
"""What stands between is the pages, in any file of ours."""


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
            file.write(read_between(path, _BEGIN, _END))
        file.write(_tail())


def _head(path: str | None) -> bytes:
    buffer = io.BytesIO()
    xml = XMLGenerator(buffer, "UTF-8")
    xml.startDocument()
    _start(xml, "alto", {"xmlns": _NAMESPACE, "SCHEMAVERSION": "4.4"})
    _start(xml, "Description")
    _text(xml, "MeasurementUnit", "pixel")
    _start(xml, "sourceImageInformation")
    _text(xml, "fileName", "" if path is None else printable_path(path))
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
        box = _around([bounds(line) for line in page.lines])
        _start(xml, "TextBlock", {"ID": f"page{number}_block", **_place(box)})
        for index, line in enumerate(page.lines):
            _write_line(xml, f"page{number}_line{index}", line)
        xml.endElement("TextBlock")
    xml.endElement("PrintSpace")
    xml.endElement("Page")
    xml.ignorableWhitespace("\n")


def _write_line(xml: XMLGenerator, name: str, line: TextLine) -> None:
    words = list(words_of(line))
    if not words:
        return  # a line must hold something
    xml.ignorableWhitespace("\n")
    _start(xml, "TextLine", {"ID": name, **_place(bounds(line))})
    _start(xml, "Shape")
    points = " ".join(f"{x},{y}" for x, y in line.polygon.tolist())
    _start(xml, "Polygon", {"POINTS": points})
    for element in ("Polygon", "Shape"):
        xml.endElement(element)
    for index, word in enumerate(words):
        if word.blank is not None:
            place = _place(word.blank)
            _start(xml, "SP", {key: place[key] for key in ("HPOS", "VPOS", "WIDTH")})
            xml.endElement("SP")
        facts = {"ID": f"{name}_{index}", "CONTENT": word.text, "WC": f"{certainty(line):.4f}"}
        _start(xml, "String", {**facts, **_place(word.box)})
        xml.endElement("String")
    xml.endElement("TextLine")


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
    xml.characters(text)
    xml.endElement(name)
