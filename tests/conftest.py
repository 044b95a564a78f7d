"""What all tests share: how hypothesis looks for examples, and the models of the main pipeline."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The same examples each time, so that a red run says that something has changed. New ones, to look for what is wrong:
# pytest --hypothesis-profile=explore. No deadlines in either: times vary with whatever else the machine does, and the
# suite's own timeout catches what hangs.
settings.register_profile("explore", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("galley", settings.get_profile("explore"), derandomize=True)
settings.load_profile("galley")

ROOT = Path(__file__).parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session", autouse=True)
def _interruptible() -> None:
    """A shell makes what it starts in the background deaf to SIGINT, and all that tests start would inherit that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def real_documents() -> Path:
    """The folder of real documents beside the project; tests that need it are skipped without it."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"real documents are not there: {SHARED_DATA}")
    return SHARED_DATA


@pytest.fixture(scope="session")
def samples() -> Path:
    """The sample pages that come with the project."""
    return ROOT / "samples"


@pytest.fixture(scope="session")
def doc_models() -> None:
    """The weights of DocPreprocessor in the store, fetched if they are not there yet."""
    require_models("PP-LCNet_x1_0_doc_ori", "UVDoc")


@pytest.fixture(scope="session")
def ocr_models(doc_models: None) -> None:
    """The weights of OCR in the store."""
    require_models("PP-OCRv6_small_det", "PP-OCRv6_small_rec", "MobileNetV3_small_x0_35_textline_ori")


@pytest.fixture(scope="session")
def layout_models() -> None:
    """The weights of layout detection in the store."""
    require_models("PicoDet_LCNet_x1_0_layout_cdla")


def require_models(*names: str) -> None:
    """Skip the test that asked if the weights are not in the store and cannot be fetched."""
    from galley.errors import ModelError
    from galley.models.store import ensure_models

    try:
        ensure_models(names)
    except ModelError as error:
        pytest.skip(f"the weights are not in the store and cannot be fetched: {error}")


def plain_pdf(objects: Sequence[bytes]) -> bytes:
    """A PDF file of these objects, numbered from 1; the first is the catalogue."""
    file, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    trailer = b"trailer\n<</Size %d /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(file))
    return bytes(file + head + table + trailer)


@pytest.fixture(scope="session")
def crashing_pdf() -> bytes:
    """A PDF file whose page tree is so deep that pdfium, which follows it by recursion, runs out of stack."""
    depth = 100_000
    nodes = [b"<</Type /Pages /Kids [%d 0 R]>>" % (level + 3) for level in range(depth)]
    return plain_pdf([b"<</Type /Catalog /Pages 2 0 R>>", *nodes, b"<</Type /Page /MediaBox [0 0 10 10]>>"])


@pytest.fixture(scope="session")
def hanging_pdf() -> bytes:
    """A PDF file whose page tree has 2 to the power of 40 paths and no page, all of which pdfium walks."""
    levels = range(3, 83, 2)
    pairs = [b"<</Type /Pages /Kids [%d 0 R %d 0 R]>>" % (n + 2, n + 3) for n in levels for _ in range(2)]
    root = [b"<</Type /Catalog /Pages 2 0 R>>", b"<</Type /Pages /Kids [3 0 R 4 0 R]>>"]
    return plain_pdf([*root, *pairs, *[b"<</Type /Pages /Kids []>>"] * 2])
