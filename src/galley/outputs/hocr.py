"""Results of OCR as hOCR 1.2, HTML that says where its lines and words are.

Runs in: parent (a result's own `save_to_hocr`) and worker (a run with an output folder, and documents of its pages).

Source of the format: http://kba.github.io/hocr-spec/1.2/.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from galley.outputs.characters import printable_path
from galley.outputs.documents import read_between
from galley.outputs.files import open_whole
from galley.outputs.words import Box, bounds, certainty, words_of
from galley.pages import Document
from galley.results import RecognizedPage, TextLine

SUFFIX = ".hocr"

_BEGIN, _END = b"<body>\n", b"</body>\n"
"""What stands between is the pages, in any file of ours."""
_TAIL = _END + b"</html>\n"


def save_hocr(page: RecognizedPage, target: Path) -> list[Path]:
    """Write a page to the file `target`, if it is named as hOCR or HTML, or under its own name into that folder."""
    path = target if target.suffix.lower() in (SUFFIX, ".html", ".xhtml") else target / f"{page.name}{SUFFIX}"
    with open_whole(path) as file:
        file.write(_head(page.name))
        file.writelines(line.encode() for line in _page(page))
        file.write(_TAIL)
    return [path]


def join_hocr(document: Document, pages: Sequence[Path], target: Path) -> None:
    """Write all pages of a document into one file.

    Raises:
        BadInput: a page's file is not there or not whole.
        OutputError: the document cannot be written.
    """
    with open_whole(target) as file:
        file.write(_head(document.name))
        for path in pages:
            file.write(read_between(path, _BEGIN, _END))
        file.write(_TAIL)


def _head(title: str) -> bytes:
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<!DOCTYPE html>",
        '<html xmlns="http://www.w3.org/1999/xhtml">',
        "<head>",
        f"<title>{escape(printable_path(title))}</title>",
        '<meta http-equiv="Content-Type" content="text/html; charset=utf-8"/>',
        f'<meta name="ocr-system" content="Galley {metadata.version("galley-ocr")}"/>',
        '<meta name="ocr-capabilities" content="ocr_page ocr_line ocrx_word"/>',
        "</head>",
    ]
    return "\n".join(lines).encode() + b"\n" + _BEGIN


def _page(page: RecognizedPage) -> Iterator[str]:
    number = 0 if page.page_index is None else page.page_index
    height, width = page.preprocessed.output_img.shape[:2]
    facts = [_bbox((0, 0, width, height))]
    if page.input_path is not None:
        # Readers split at semicolons and take what is between quotes.
        path = printable_path(page.input_path).replace('"', "%22").replace(";", "%3B")
        facts.insert(0, f'image "{path}"')
    if page.page_index is not None:
        facts.append(f"ppageno {number}")
    yield f'<div class="ocr_page" id="page_{number}" title={quoteattr("; ".join(facts))}>\n'
    for index, line in enumerate(page.lines):
        yield from _line(f"{number}_{index}", line)
    yield "</div>\n"


def _line(name: str, line: TextLine) -> Iterator[str]:
    words = list(words_of(line))
    if not words:
        return
    yield f'<span class="ocr_line" id="line_{name}" title="{_bbox(bounds(line))}">'
    for index, word in enumerate(words):
        blank = "" if word.blank is None else " "
        title = f"{_bbox(word.box)}; x_wconf {100 * certainty(line):.0f}"
        yield f'{blank}<span class="ocrx_word" id="word_{name}_{index}" title="{title}">{escape(word.text)}</span>'
    yield "</span><br/>\n"


def _bbox(box: Box) -> str:
    """Whole pixels, as the format wants them."""
    return "bbox " + " ".join(str(round(value)) for value in box)
