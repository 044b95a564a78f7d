"""The same pixels as the readers of PaddleX, where it is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from galley.inputs import PageLoader, list_pages
from galley.pages import PageKind, PageRef

pytestmark = pytest.mark.slow


def test_real_documents_have_the_pixels_that_paddlex_reads(real_documents: Path, samples: Path) -> None:
    io = pytest.importorskip("paddlex.inference.utils.io", reason="PaddleX is not installed here")
    loader, compared = PageLoader(), 0
    theirs: dict[str, Any] = {}
    for page in list_pages([real_documents, samples]):
        if not isinstance(page, PageRef):
            continue
        assert page.path is not None
        if page.index is None or page.count is None:
            expected = io.ImageReader("opencv").read(page.path)
        else:
            if page.index == 0:
                reader = (
                    io.PDFReader(zoom=2.0, max_pixels=178_956_970) if page.kind is PageKind.PDF else io.TIFFReader()
                )
                theirs = {page.path: reader.read(reader.load(page.path))}
            expected = next(theirs[page.path])
            if page.index + 1 == page.count:
                # Its reader of PDF files holds a global lock until it is exhausted.
                assert next(theirs[page.path], None) is None
        assert np.array_equal(loader.load(page), expected), page
        compared += 1
    loader.close()
    assert compared > 50
