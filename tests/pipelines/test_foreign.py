from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from galley.devices import Device, Slot
from galley.errors import BadArguments, BadInput
from galley.foreign import ForeignConfig, ForeignPage
from galley.inputs import InputOptions
from galley.outputs.saving import SavePlan
from galley.pages import PageKind, PageRef, Unreadable
from galley.pipelines.foreign import device_keywords, device_of, open_foreign_pipeline, set_origin
from galley.pipelines.page_pipeline import PageJob
from galley.results import SavedPage

CPU = Slot(Device("cpu"), 0, (0, 1, 2), False)
PAGE = PageRef(PageKind.PDF, "a.pdf", 3, 9, "a")


@pytest.fixture(autouse=True)
def _others_importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "compat")


def open_other(name: str, save: SavePlan | None = None, **values: Any) -> Any:
    return open_foreign_pipeline(CPU, ForeignConfig(f"others:{name}", **values), InputOptions(), save)


def an_object(content: Any) -> PageRef:
    return PageRef(PageKind.OBJECT, None, None, None, "object_0000", content=content)


@pytest.mark.parametrize(("kind", "expected"), [("cpu", "cpu"), ("gpu", "gpu:0"), ("npu", "npu:0")])
def test_a_worker_sees_one_device_only(kind: str, expected: str) -> None:
    assert device_of(Slot(Device(kind, 5), 1, (0,), False)) == expected


def test_paddleocr_is_told_its_share_of_the_processor() -> None:
    def keywords(**given: Any) -> dict[str, Any]:
        return device_keywords(ForeignConfig("paddleocr:X", given, is_paddleocr=True), CPU)

    assert keywords() == {"device": "cpu", "cpu_threads": 3}
    threads = {"intra_op_num_threads": 3}
    assert keywords(engine="onnxruntime") == {"device": "cpu", "cpu_threads": 3, "engine_config": threads}
    assert device_keywords(ForeignConfig("mine:X", {"engine": "onnxruntime"}), CPU) == {"device": "cpu"}


def test_the_users_keywords_win() -> None:
    keywords = {"prefix": "x", "device": "mine"}
    pipeline = open_other("Describe", keywords=keywords)
    (page,) = pipeline.predict([pipeline.load(PageJob(an_object({}), {}))])
    assert page.fields["device"] == "mine"


def test_only_what_a_result_does_not_know_is_set() -> None:
    known = {"input_path": "b.png", "page_index": 0, "other": None}
    set_origin(known, PAGE)
    assert known == {"input_path": "b.png", "page_index": 0, "other": None}
    unknown = {"input_path": None, "page_index": None, "page_count": None}
    set_origin(unknown, PAGE)
    assert unknown == {"input_path": "a.pdf", "page_index": 3, "page_count": 9}
    set_origin(SimpleNamespace(), PAGE)


def test_a_result_of_another_page_is_no_result_of_this() -> None:
    class Mixed:
        def __init__(self, device: str) -> None: ...

        def predict(self, batch: list[str]) -> list[dict[str, str]]:
            return [{"input_path": batch[0]} for _ in batch]

    others: Any = __import__("others")
    others.Mixed = Mixed
    pipeline = open_other("Mixed")
    loaded = [pipeline.load(PageJob(an_object(name), {})) for name in ("a.png", "b.png")]
    with pytest.raises(ValueError, match=r"a result of 'a\.png' for 'b\.png'"):
        pipeline.predict(loaded)
    assert len(pipeline.predict(loaded[:1])) == 1


def test_a_report_of_an_error_is_no_result_though_the_count_is_right() -> None:
    pipeline = open_other("Faulty")
    loaded = [pipeline.load(PageJob(an_object(word), {})) for word in ("few", "settings", "good")]
    with pytest.raises(ValueError, match="an error instead of a result: no such model"):
        pipeline.predict(loaded)
    assert len(pipeline.predict(loaded[2:])) == 1


def test_unreadable_inputs_are_not_loaded() -> None:
    with pytest.raises(BadInput, match="empty"):
        open_other("Echo").load(PageJob(Unreadable("x", "empty"), {}))


def test_a_run_with_a_folder_writes_the_files_itself(tmp_path: Path, samples: Path) -> None:
    plan = SavePlan(str(tmp_path), ("json", "img", "html", "xlsx", "markdown", "text"))
    pipeline = open_other("Paddle", plan)
    page = PageRef(PageKind.PDF, str(samples / "report.pdf"), 1, 3, "sub/report")
    (saved,) = pipeline.predict([pipeline.load(PageJob(page, {}))])
    pipeline.close()
    assert isinstance(saved, SavedPage)
    assert saved.json["page_index"] == "1"
    names = [str(Path(path).relative_to(tmp_path)) for path in saved.files]
    assert names == [
        "sub/report_1_res.json",
        "sub/report_1_drawn.png",
        "sub/report_1_grey.png",
        "sub/report_1_table_1.html",
        "sub/report_1_table_1.xlsx",
        "sub/report_1.md",
        "sub/imgs/report_1/box.jpg",
        "sub/report_1.txt",
    ]
    assert all((tmp_path / name).is_file() for name in names)


def test_a_format_that_the_result_has_not_fails_the_page(tmp_path: Path) -> None:
    pipeline = open_other("Echo", SavePlan(str(tmp_path), ("json", "markdown")))
    with pytest.raises(BadArguments, match="has no markdown"):
        pipeline.predict([pipeline.load(PageJob(an_object({}), {}))])
    assert list(tmp_path.iterdir()) == [], "a page that fails leaves no file"


def test_arrays_are_handed_over_as_they_are() -> None:
    pixels = np.zeros((4, 5, 3), np.uint8)
    pipeline = open_other("Describe")
    page = PageRef(PageKind.ARRAY, None, None, None, "array_0000", pixels)
    (result,) = pipeline.predict([pipeline.load(PageJob(page, {"speed": 2}))])
    assert isinstance(result, ForeignPage)
    assert (result.fields["shape"], result.fields["input_path"], result.name) == ((4, 5, 3), None, "array_0000")
    assert result.fields["options"] == {"speed": 2}


@pytest.mark.parametrize("target", ["missing_module:X", "others:Missing"])
def test_what_cannot_be_imported_is_said(target: str) -> None:
    with pytest.raises(BadArguments, match="cannot be imported"):
        open_foreign_pipeline(CPU, ForeignConfig(target), InputOptions(), None)


def test_a_pipeline_without_close_is_just_left() -> None:
    open_other("Echo").close()
    closing: list[int] = []
    others: Any = sys.modules["others"]
    others.Closing = lambda device: SimpleNamespace(predict=list, close=lambda: closing.append(1))
    open_other("Closing").close()
    assert closing == [1]
