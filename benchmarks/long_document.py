"""A document of as many pages as wanted, of copies of one.

Runs in: parent.
"""

from __future__ import annotations

from pathlib import Path


def repeat_pages(source: Path, pages: int, target: Path) -> None:
    """Write a PDF file whose pages are all the first one of `source`."""
    import pypdfium2

    first = pypdfium2.PdfDocument(source)
    document = pypdfium2.PdfDocument.new()
    document.import_pages(first, [0] * pages)
    document.save(str(target))
    document.close()
    first.close()
