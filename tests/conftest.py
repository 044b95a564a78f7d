"""What all tests share: hypothesis without deadlines, and the models of the main pipeline."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

# Times vary with whatever else the machine does; the suite's own timeout catches what hangs.
settings.register_profile("galley", deadline=None, max_examples=60)
settings.load_profile("galley")

ROOT = Path(__file__).parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"


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
