from __future__ import annotations

import os
import pickle
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from galley import ParallelPipeline
from galley.compat.foreign_results import ForeignResult
from galley.errors import BadArguments, GalleyError, PagesFailed
from galley.pages import FailureKind


@pytest.fixture(autouse=True)
def _others_importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers get the import path of their parent."""
    monkeypatch.syspath_prepend(Path(__file__).parent)


@pytest.fixture
def documents(samples: Path) -> list[str]:
    return [str(samples / name) for name in ("report.pdf", "photo.jpg", "scan.tif", "english.png")]


def failures_of(error: PagesFailed) -> dict[str, str]:
    return {str(failed.page): failed.message for failed in error.failures}


@pytest.mark.parametrize("foreign", [{"batch_size": 4}, {"keep": ()}, {"as_objects": True}])
def test_what_is_for_others_only_is_refused_by_galleys_own(foreign: dict[str, Any]) -> None:
    with pytest.raises(BadArguments, match=next(iter(foreign))):
        ParallelPipeline("DocPreprocessor", device="cpu", **foreign)


def test_pages_reach_the_pipeline_as_it_would_read_them_itself(documents: list[str]) -> None:
    with ParallelPipeline("others:Describe", device="cpu:0,1", prefix="got ") as pipeline:
        results = pipeline.predict(documents, speed=3)
    places = [(result["input_path"], result["page_index"], result["page_count"]) for result in results]
    report, photo, scan, english = documents
    assert places == [
        *((report, index, 3) for index in range(3)),
        (photo, None, None),
        (scan, 0, 2),
        (scan, 1, 2),
        (english, None, None),
    ]
    given = [result["given"].removeprefix("got ") for result in results]
    assert given == ["ndarray"] * 3 + [photo] + ["ndarray"] * 2 + [english]
    for result in results:
        assert result["device"] == "cpu"
        assert result["options"] == {"speed": 3}
        assert result.metadata["input_path"] == result["input_path"]


def test_many_workers_answer_like_one(documents: list[str]) -> None:
    with ParallelPipeline("others:Paddle", device="cpu", keep=("img", "html")) as pipeline:
        alone = [result.json for result in pipeline.predict(documents * 3)]
    slots: set[str] = set()
    with ParallelPipeline("others:Paddle", device="cpu:0,1", keep=("img", "html")) as pipeline:
        while slots != {"cpu:0", "cpu:1"}:  # the first to be ready may have done everything
            together = pipeline.predict(documents * 3)
            assert [result.json for result in together] == alone
            slots = {result.metadata["slot"] for result in together}


def test_a_worker_has_its_share_of_the_processor() -> None:
    with ParallelPipeline("others:Describe", device="cpu", instances_per_device=2) as pipeline:
        results = pipeline.predict([{"n": n} for n in range(20)])
    assert {result["threads"] for result in results} <= {"1", "2", "4", "8", "16", "32"}
    assert {result.metadata["slot"] for result in results} <= {"cpu:0", "cpu:0#1"}


def test_the_object_lives_as_long_as_its_worker() -> None:
    with ParallelPipeline("others:Describe", device="cpu") as pipeline:
        first = pipeline.predict({})
        second = pipeline.predict({})
        pipeline.close()
        third = pipeline.predict({})
    assert [result["calls"] for result in (*first, *second, *third)] == [1, 2, 1]
    assert first[0]["pid"] == second[0]["pid"] != third[0]["pid"]


def test_pages_are_predicted_in_batches() -> None:
    import others  # type: ignore[import-not-found,unused-ignore]

    with ParallelPipeline("others:Patient", device="cpu", batch_size=4) as pipeline:
        results = pipeline.predict([others.Told(n) for n in range(50)])
    assert {result["batch"] for result in results} <= {1, 2, 3, 4}
    assert max(result["batch"] for result in results) > 1


def test_objects_of_any_kind_travel_both_ways() -> None:
    things: list[Any] = [{"image": "x.png", "query": "what?"}, {"n": 2}, {}]
    with ParallelPipeline("others:Echo", device="cpu:0,1") as pipeline:
        assert [dict(result) for result in pipeline.predict(things)] == things
        assert [dict(result) for result in pipeline.predict({"alone": 1})] == [{"alone": 1}]
        assert [result["is"] for result in pipeline.predict(iter([1, 2.5, None, (1, 2)]))] == [1, 2.5, None, (1, 2)]
        with pytest.raises(BadArguments, match="a dict among paths"):
            pipeline.predict(["x.png", {}])


def test_texts_travel_as_they_are_if_so_wanted() -> None:
    with ParallelPipeline("others:Echo", device="cpu", as_objects=True) as pipeline:
        assert [result["is"] for result in pipeline.predict(["a", "b"])] == ["a", "b"]
        assert [result["is"] for result in pipeline.predict("alone")] == ["alone"]


def test_objects_that_cannot_travel_fail_alone() -> None:
    with ParallelPipeline("others:Echo", device="cpu") as pipeline, pytest.raises(PagesFailed) as caught:
        pipeline.predict([{"n": 1}, {"lock": threading.Lock()}, {"n": 2}])
    assert list(failures_of(caught.value)) == ["object_0001"]
    assert [dict(result) for result in caught.value.results] == [{"n": 1}, {"n": 2}]


# Not all at once: `few` and `many` in one batch would give as many results as it has pages, which nobody can tell.
@pytest.mark.parametrize(
    "bad",
    [
        {
            "few": "0 results for 1 page",
            "settings": "no such model",
            "raise": "RuntimeError: as told",
            "none": "predict gave a NoneType",
        },
        {
            "endless": "more results for 1 page",
            "text": "it must be a dict",
            "die": "the worker",
            "many": "more results for 1 page",
        },
    ],
)
@pytest.mark.parametrize("batch_size", [1, 4])
def test_misbehaviour_costs_the_page_that_caused_it(batch_size: int, bad: dict[str, str]) -> None:
    given = [word for each in bad for word in ("good", each, "good")]
    with (
        ParallelPipeline("others:Faulty", device="cpu:0,1", batch_size=batch_size, as_objects=True) as pipeline,
        pytest.raises(PagesFailed) as caught,
    ):
        pipeline.predict(given)
    messages = {given[int(name.removeprefix("object_"))]: text for name, text in failures_of(caught.value).items()}
    assert set(messages) == set(bad)
    for word, text in bad.items():
        assert text in messages[word]
    assert [dict(result) for result in caught.value.results] == [{"is": "good"}] * 2 * len(bad)


def test_damaged_pictures_never_reach_the_pipeline(tmp_path: Path, samples: Path) -> None:
    cut = tmp_path / "cut.jpg"
    cut.write_bytes((samples / "photo.jpg").read_bytes()[:5000])
    with ParallelPipeline("others:Describe", device="cpu") as pipeline, pytest.raises(PagesFailed) as caught:
        pipeline.predict([str(cut), "missing.png"])
    assert [failed.kind for failed in caught.value.failures] == [FailureKind.UNREADABLE] * 2


def test_names_that_are_not_utf8_are_read_for_the_pipeline(tmp_path: Path) -> None:
    path = str(tmp_path / "scan\udcff.png")
    Image.new("RGB", (40, 30)).save(tmp_path / "x.png")
    (tmp_path / "x.png").rename(path)
    with ParallelPipeline("others:Describe", device="cpu") as pipeline:
        (result,) = pipeline.predict(path)
    assert (result["given"], result["shape"], result["input_path"]) == ("ndarray", (30, 40, 3), path)


def test_what_cannot_travel_in_a_result_is_missing_with_a_reason() -> None:
    with ParallelPipeline("others:Unpicklable", device="cpu") as pipeline:
        (result,) = pipeline.predict({})
    assert dict(result) == {"number": np.float32(0.5)}
    assert set(result.left_out) == {"lock", "thing", "list"}
    with pytest.raises(KeyError, match=r"holds a others\.Thing, which only the worker knows"):
        result["thing"]
    with pytest.raises(KeyError, match="'never'"):
        result["never"]
    assert result.json == {"res": {"number": 0.5}}


def test_results_look_like_paddleocrs(tmp_path: Path, samples: Path) -> None:
    page = str(samples / "photo.jpg")
    with ParallelPipeline(
        "others:Paddle", device="cpu", keep=("arrays", "img", "html", "xlsx", "markdown")
    ) as pipeline:
        (result,) = pipeline.predict(page)
        turned = pipeline.predict(str(samples / "report.pdf"))[1]
    assert isinstance(result, ForeignResult)
    assert result["output_img"].shape == (200, 300, 3)
    assert result["steps"]["angle"] == 90
    assert result["blocks"] == ["a block"], "from the JSON, where the value itself cannot travel"
    assert result["polygons"][0].dtype == np.int16
    assert list(result.left_out) == ["font"]
    assert result.img["drawn"].getpixel((0, 0)) == (30, 20, 10)
    assert result.html == {"table_1": "<table></table>"}
    assert result.markdown["page_continuation_flags"] == (True, False)
    assert result.markdown["markdown_images"]["imgs/box.jpg"].size == (300, 200)
    copy = pickle.loads(pickle.dumps(result))
    for each in (copy, turned):
        each.save_all(tmp_path)
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()) == [
        "imgs/photo/box.jpg",
        "imgs/report_1/box.jpg",
        "photo.md",
        "photo_drawn.jpg",
        "photo_grey.jpg",
        "photo_res.json",
        "photo_table_1.html",
        "photo_table_1.xlsx",
        "report_1.md",
        "report_1_drawn.png",
        "report_1_grey.png",
        "report_1_res.json",
        "report_1_table_1.html",
        "report_1_table_1.xlsx",
    ]


def test_only_what_is_wanted_travels(samples: Path) -> None:
    with ParallelPipeline("others:Paddle", device="cpu", keep=()) as pipeline:
        (result,) = pipeline.predict(str(samples / "photo.jpg"))
    assert set(result.left_out) == {"font", "output_img"}
    assert result["steps"] == {"angle": 90}
    assert len(pickle.dumps(result)) < 5000
    with pytest.raises(BadArguments, match=r"keep=\('img'"):
        result.save_to_img("nowhere")


def test_failures_can_be_skipped() -> None:
    with (
        ParallelPipeline("others:Faulty", device="cpu", as_objects=True, on_failure="skip") as pipeline,
        pytest.warns(UserWarning, match="as told"),
    ):
        assert len(pipeline.predict(["good", "raise"])) == 1


def test_a_class_that_cannot_be_opened_is_said_at_the_first_page() -> None:
    attempts: tuple[tuple[str, dict[str, Any], str], ...] = (
        ("Describe", {"prefx": "x"}, "unexpected keyword argument 'prefx'"),
        ("NoPredict", {}, "has no method predict"),
        ("itertools", {}, "cannot be made"),
    )
    for name, keywords, message in attempts:
        with (
            ParallelPipeline(f"others:{name}", device="cpu", **keywords) as pipeline,
            pytest.raises(BadArguments, match=message),
        ):
            pipeline.predict({})
    with ParallelPipeline("others:Broken", device="cpu") as pipeline, pytest.raises(GalleyError, match="no driver"):
        pipeline.predict({})


def test_wrong_values_are_refused_before_anything_starts() -> None:
    wrong: tuple[dict[str, Any], ...] = (
        {"batch_size": 0},
        {"instances_per_device": 0},
        {"device": "cpux"},
        {"keep": ("imgs",)},
        {"on_failure": "ignore"},
        {"page_timeout": -1},
        {"pdf_scale": 0},
        {"lock": threading.Lock()},
    )
    for keywords in wrong:
        with pytest.raises(BadArguments):
            ParallelPipeline("others:Echo", **keywords)
    with ParallelPipeline("others:Echo", device="cpu") as pipeline, pytest.raises(BadArguments, match="lock"):
        pipeline.predict({}, lock=threading.Lock())


def test_a_keyword_whose_name_is_taken_can_still_be_given() -> None:
    with ParallelPipeline("others:Describe", device="cpu", options={"batch_size": 7}) as pipeline:
        assert pipeline.predict({})[0]["own_batch_size"] == 7


def test_one_of_galleys_own_is_opened_by_name(doc_models: None, samples: Path) -> None:
    with ParallelPipeline("DocPreprocessor", device="cpu", use_doc_unwarping=False) as pipeline:
        (result,) = pipeline.predict(str(samples / "english_90.png"), use_doc_orientation_classify=True)
    assert result["angle"] == 90
    wrong: tuple[dict[str, Any], ...] = ({"keep": ()}, {"as_objects": True}, {"use_doc_unwrapping": True})
    for keywords in wrong:
        with pytest.raises(BadArguments):
            ParallelPipeline("DocPreprocessor", device="cpu", **keywords)


def test_the_first_result_comes_before_the_last_input() -> None:
    given = 0

    def inputs() -> Iterator[dict[str, int]]:
        nonlocal given
        while given < 10_000:
            given += 1
            yield {"n": given}

    with ParallelPipeline("others:Echo", device="cpu") as pipeline:
        results = pipeline.predict_iter(inputs())
        assert next(results)["n"] == 1
        assert given < 10
        results.close()  # type: ignore[attr-defined]


def test_a_pipeline_in_this_process_for_debugging() -> None:
    with ParallelPipeline("others:Describe", device="cpu", serial=True) as pipeline:
        (result,) = pipeline.predict({})
    assert result["pid"] == os.getpid()


def test_the_parent_imports_nothing_of_the_pipeline() -> None:
    import sys

    sys.modules.pop("others", None)
    with ParallelPipeline("others:Echo", device="cpu") as pipeline:
        pipeline.predict({})
    assert "others" not in sys.modules
