"""Loading, processing and saving in a worker, without the worker."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from galley.config import DocPreprocessorConfig, DocPreprocessorOptions, overlay
from galley.devices import Slot
from galley.engines import EngineInfo
from galley.errors import BadInput
from galley.inputs import InputOptions
from galley.models.folder import read_folder
from galley.outputs.saving import SavePlan
from galley.pages import PageKind, PageRef, Unreadable
from galley.pipelines.assembler import Predicting
from galley.pipelines.page_pipeline import PageJob, PagePipeline, open_page_pipeline
from galley.results import Image, PageResult, PreprocessedPage, SavedPage

FLATTEN_ONLY = overlay(
    DocPreprocessorConfig(), {"options.use_doc_orientation_classify": False, "engine.precision": "fp32"}
)


def open_with(folder: Path, slot: Slot, save: SavePlan | None) -> Predicting:
    models = {"unwarping": read_folder(folder)}
    return open_page_pipeline(slot, FLATTEN_ONLY, models, InputOptions(), save)


@pytest.fixture
def page(tmp_path: Path) -> PageRef:
    path = tmp_path / "page.png"
    assert cv2.imwrite(str(path), np.full((20, 30, 3), 200, np.uint8))
    return PageRef(PageKind.IMAGE, str(path), None, None, "sub/page")


def test_a_whole_result_goes_to_the_caller(half_brightness: Path, slot: Slot, page: PageRef) -> None:
    pipeline = open_with(half_brightness, slot, None)
    loaded = pipeline.load(PageJob(page, FLATTEN_ONLY.options))
    (result,) = pipeline.predict([loaded])
    assert isinstance(result, PreprocessedPage)
    assert result.angle == -1
    assert int(result.output_img[0, 0, 0]) == 100
    assert result.metadata["slot"] == "cpu:0"
    assert result.metadata["networks"]["unwarping"]["precision"] == "fp32"
    assert pipeline.describe()["networks"].startswith("openvino ")
    pipeline.close()


def test_with_a_folder_only_names_and_fields_travel(
    half_brightness: Path, slot: Slot, page: PageRef, tmp_path: Path
) -> None:
    pipeline = open_with(half_brightness, slot, SavePlan(str(tmp_path / "out"), ("json", "corrected")))
    (result,) = pipeline.predict([pipeline.load(PageJob(page, FLATTEN_ONLY.options))])
    assert isinstance(result, SavedPage)
    assert [Path(file).relative_to(tmp_path).as_posix() for file in result.files] == [
        "out/sub/page_res.json",
        "out/sub/page_corrected.png",
    ]
    assert result.json["angle"] == -1
    pipeline.close()


def test_options_of_a_page_switch_steps_off(half_brightness: Path, slot: Slot, page: PageRef) -> None:
    pipeline = open_with(half_brightness, slot, None)
    options = DocPreprocessorOptions(use_doc_orientation_classify=False, use_doc_unwarping=False)
    (result,) = pipeline.predict([pipeline.load(PageJob(page, options))])
    assert isinstance(result, PreprocessedPage)
    assert not result.use_doc_unwarping
    assert int(result.output_img[0, 0, 0]) == 200
    pipeline.close()


def test_an_input_known_to_be_unreadable_is_rejected_with_its_own_message(half_brightness: Path, slot: Slot) -> None:
    pipeline = open_with(half_brightness, slot, None)
    with pytest.raises(BadInput, match="no such file"):
        pipeline.load(PageJob(Unreadable("x.png", "no such file"), FLATTEN_ONLY.options))
    pipeline.close()


class Joined:
    """A pipeline that says how many pages it was given at once."""

    def __init__(self) -> None:
        self.calls: list[int] = []

    def networks(self) -> dict[str, EngineInfo]:
        return {}

    def process(self, image: Image, page: PageRef, options: Any) -> PageResult:
        raise AssertionError("pages were not joined")

    def process_together(self, pages: Sequence[tuple[Image, PageRef, Any]]) -> list[PageResult]:
        self.calls.append(len(pages))
        return [
            PreprocessedPage(None, None, page.name, False, False, -1, image, image, image) for image, page, _ in pages
        ]

    def close(self) -> None:
        pass


def test_a_pipeline_that_joins_pages_is_given_all_of_a_batch(slot: Slot) -> None:
    joined = Joined()
    pipeline = PagePipeline(joined, slot, InputOptions(), None)
    pixels = np.zeros((4, 4, 3), np.uint8)
    jobs = [PageJob(PageRef(PageKind.ARRAY, None, None, None, name, pixels), None) for name in ("a", "b", "c")]
    results = pipeline.predict([pipeline.load(job) for job in jobs])
    assert joined.calls == [3]
    assert [result.name for result in results if isinstance(result, PreprocessedPage)] == ["a", "b", "c"]
    pipeline.close()
