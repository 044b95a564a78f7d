"""The unwarping step, in both forms of network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from galley.config import EngineConfig
from galley.devices import Slot
from galley.errors import ModelError
from galley.models.folder import read_folder
from galley.models.store import ensure_models
from galley.pipelines.unwarper import Unwarper


def test_a_network_that_answers_the_page_itself(half_brightness: Path, slot: Slot) -> None:
    image = np.random.default_rng(0).integers(0, 256, (33, 47, 3), dtype=np.uint8)
    unwarper = Unwarper(read_folder(half_brightness), EngineConfig(), slot)
    flat = unwarper.flatten(image)
    assert flat.dtype == np.uint8
    assert np.abs(flat.astype(int) - image // 2).max() <= 1
    assert unwarper.flatten(image[:20, :30]).shape == (20, 30, 3), "any size of page"
    unwarper.close()


@pytest.mark.usefixtures("doc_models")
def test_both_engines_flatten_alike(slot: Slot, samples: Path) -> None:
    cv2 = pytest.importorskip("cv2")
    page = cv2.imread(str(samples / "photo.jpg"))
    model = ensure_models(["UVDoc"])["UVDoc"]
    pages = []
    for engine in ("openvino", "onnxruntime"):
        unwarper = Unwarper(model, EngineConfig(engine, "fp32"), slot)
        pages.append(unwarper.flatten(page).astype(int))
        unwarper.close()
    assert pages[0].shape == page.shape
    assert np.abs(pages[0] - pages[1]).mean() < 0.2
    assert np.abs(pages[0] - page).mean() > 5, "the page was bent"


def test_another_kind_of_model_is_refused(brightest_channel: Path, slot: Slot) -> None:
    with pytest.raises(ModelError, match="does not unwarp"):
        Unwarper(read_folder(brightest_channel), EngineConfig(), slot)
