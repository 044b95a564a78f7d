"""`galley.DocPreprocessor` as a PaddleOCR user knows it, with real weights and real worker processes."""

from __future__ import annotations

import gc
import json
import pickle
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from galley import BadArguments, DocPreprocessor, PagesFailed
from galley.compat.results import Result

pytestmark = pytest.mark.usefixtures("doc_models")


@pytest.fixture(scope="module")
def pipeline() -> Iterator[DocPreprocessor]:
    with DocPreprocessor(device="cpu:0,1") as opened:
        yield opened


@pytest.fixture(scope="module")
def turned_pages(tmp_path_factory: pytest.TempPathFactory, samples: Path) -> dict[int, Path]:
    """One page, and the angle by which each copy must be turned to stand upright."""
    folder = tmp_path_factory.mktemp("turned")
    with Image.open(samples / "english.png") as page:
        page = page.convert("RGB")
        paths = {}
        for angle in (0, 90, 180, 270):
            paths[angle] = folder / f"page_{angle}.png"
            page.rotate(-angle, expand=True).save(paths[angle])
    return paths


def workers_alive() -> list[psutil.Process]:
    return [child for child in psutil.Process().children(recursive=True) if child.status() != psutil.STATUS_ZOMBIE]


def test_pages_turned_four_ways_stand_upright_again(pipeline: DocPreprocessor, turned_pages: dict[int, Path]) -> None:
    results = pipeline.predict([str(path) for path in turned_pages.values()], use_doc_unwarping=False)
    assert [result["angle"] for result in results] == list(turned_pages)
    upright = results[0]["output_img"]
    for result in results[1:]:
        # A turned page lies one pixel off, as PaddleOCR's does; apart from that nothing may change.
        shift = (slice(1, -1), slice(1, -1))
        assert result["output_img"].shape == upright.shape
        differences = [
            np.abs(np.roll(result["output_img"].astype(int), (-down, -right), (0, 1)) - upright)[shift].max()
            for down in (0, 1)
            for right in (0, 1)
        ]
        assert min(differences) == 0


def test_keys_and_values_are_paddleocrs(pipeline: DocPreprocessor, turned_pages: dict[int, Path]) -> None:
    (result,) = pipeline.predict(str(turned_pages[0]))
    assert list(result.json["res"]) == ["input_path", "page_index", "model_settings", "angle"]
    assert result.json["res"] == {
        "input_path": str(turned_pages[0]),
        "page_index": None,
        "model_settings": {"use_doc_orientation_classify": True, "use_doc_unwarping": True},
        "angle": 0,
    }
    assert result["input_img"].shape == result["rot_img"].shape == result["output_img"].shape
    assert result["output_img"].dtype == np.uint8
    assert not np.array_equal(result["output_img"], result["rot_img"]), "the page was flattened"
    assert list(result.img) == ["preprocessed_img"]
    assert result.metadata["networks"]["unwarping"]["engine"] == "openvino"
    assert result.metadata["networks"]["unwarping"]["device"] == "cpu"


def test_without_the_classifier_the_angle_is_minus_one(
    pipeline: DocPreprocessor, turned_pages: dict[int, Path]
) -> None:
    (result,) = pipeline.predict(str(turned_pages[90]), use_doc_orientation_classify=False, use_doc_unwarping=False)
    assert result["angle"] == -1
    assert result["model_settings"] == {"use_doc_orientation_classify": False, "use_doc_unwarping": False}
    np.testing.assert_array_equal(result["output_img"], result["input_img"])


def test_any_number_of_workers_gives_the_same_json_in_the_same_order(
    pipeline: DocPreprocessor, samples: Path, turned_pages: dict[int, Path]
) -> None:
    inputs = [str(path) for path in turned_pages.values()] + [str(samples)]

    def answer(opened: DocPreprocessor) -> list[str]:
        return [json.dumps(r.json, ensure_ascii=False) for r in opened.predict(inputs, use_doc_unwarping=False)]

    two = answer(pipeline)
    assert len(two) > 8
    for keywords in ({"device": "cpu"}, {"device": "cpu", "instances_per_device": 3}, {"serial": True}):
        with DocPreprocessor(**keywords) as other:
            assert answer(other) == two


def test_arrays_travel_both_ways(pipeline: DocPreprocessor) -> None:
    generator = np.random.default_rng(0)
    arrays = [generator.integers(0, 256, (height, 90, 3), dtype=np.uint8) for height in (64, 80, 96)]
    results = pipeline.predict(arrays, use_doc_orientation_classify=False, use_doc_unwarping=False)
    for array, result in zip(arrays, results, strict=True):
        np.testing.assert_array_equal(result["output_img"], array)
        assert result["input_path"] is None


def test_failures_are_raised_after_all_other_pages(
    pipeline: DocPreprocessor, turned_pages: dict[int, Path], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    good = str(turned_pages[0])
    with pytest.raises(PagesFailed) as caught:
        pipeline.predict([good, str(broken), "missing.png", good], use_doc_unwarping=False)
    assert [str(failed.page) for failed in caught.value.failures] == [str(broken), "missing.png"]
    assert [result["input_path"] for result in caught.value.results] == [good, good]


def test_failures_can_be_skipped(turned_pages: dict[int, Path]) -> None:
    with (
        DocPreprocessor(device="cpu", on_failure="skip", use_doc_unwarping=False) as pipeline,
        pytest.warns(UserWarning, match=r"missing\.png"),
    ):
        assert len(pipeline.predict([str(turned_pages[0]), "missing.png"])) == 1


def test_a_step_that_was_not_opened_cannot_be_asked_for(turned_pages: dict[int, Path]) -> None:
    with (
        DocPreprocessor(device="cpu", use_doc_unwarping=False) as pipeline,
        pytest.raises(BadArguments, match="use_doc_unwarping"),
    ):
        pipeline.predict(str(turned_pages[0]), use_doc_unwarping=True)


def test_a_typo_is_an_error_before_anything_starts() -> None:
    with pytest.raises(BadArguments, match="did you mean device"):
        DocPreprocessor(devcie="cpu")
    assert isinstance(BadArguments("x"), ValueError)


def test_results_can_be_pickled_and_saved(
    pipeline: DocPreprocessor, turned_pages: dict[int, Path], tmp_path: Path
) -> None:
    (result,) = pipeline.predict(str(turned_pages[0]))
    copy = pickle.loads(pickle.dumps(result))
    assert isinstance(copy, Result)
    copy.save_all(tmp_path)
    copy.save_to_corrected(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "page_0_corrected.png",
        "page_0_preprocessed_img.png",
        "page_0_res.json",
    ]
    assert json.loads((tmp_path / "page_0_res.json").read_text()) == result.json["res"]


def test_the_first_result_comes_before_the_last_input_is_read(
    pipeline: DocPreprocessor, turned_pages: dict[int, Path]
) -> None:
    given = 0

    def inputs() -> Iterator[str]:
        nonlocal given
        while given < 10_000:
            given += 1
            yield str(turned_pages[0])

    results = pipeline.predict_iter(inputs(), use_doc_orientation_classify=False, use_doc_unwarping=False)
    next(results)
    assert given < 200
    results.close()  # type: ignore[attr-defined]


def test_an_abandoned_iterator_leaves_nothing_running(turned_pages: dict[int, Path]) -> None:
    before = {process.pid for process in workers_alive()}
    pipeline = DocPreprocessor(device="cpu:0,1", use_doc_unwarping=False)
    results = pipeline.predict_iter([str(turned_pages[0])] * 50)
    next(results)
    started = [process for process in workers_alive() if process.pid not in before]
    assert started
    del results
    gc.collect()
    _, alive = psutil.wait_procs(started, timeout=20)
    assert alive == []
    assert len(pipeline.predict(str(turned_pages[0]))) == 1, "the pipeline can be used again"
    pipeline.close()


def test_threads_take_turns_on_one_pipeline(pipeline: DocPreprocessor, turned_pages: dict[int, Path]) -> None:
    answers: dict[int, list[int]] = {}

    def ask(angle: int) -> None:
        pages = [str(turned_pages[angle])] * 3
        answers[angle] = [result["angle"] for result in pipeline.predict(pages, use_doc_unwarping=False)]

    threads = [threading.Thread(target=ask, args=(angle,)) for angle in turned_pages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert answers == {angle: [angle] * 3 for angle in turned_pages}


def test_a_run_inside_a_run_is_an_error_and_not_a_deadlock(
    pipeline: DocPreprocessor, turned_pages: dict[int, Path]
) -> None:
    outer = pipeline.predict_iter([str(turned_pages[0])] * 2, use_doc_unwarping=False)
    next(outer)
    with pytest.raises(BadArguments, match="in the middle of a run"):
        pipeline.predict(str(turned_pages[0]))
    assert len(list(outer)) == 1


def test_settings_are_exported_as_paddlex_yaml_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "pipeline.yaml"
    with DocPreprocessor(device="cpu", use_doc_unwarping=False) as pipeline:
        pipeline.export_paddlex_config_to_yaml(path)
    with DocPreprocessor(device="cpu", paddlex_config=str(path)) as again:
        assert not again._settings.pipeline.options.use_doc_unwarping
        assert again._settings.pipeline.options.use_doc_orientation_classify


def test_positions_count_as_in_paddleocr() -> None:
    with DocPreprocessor(None, None, None, None, True, False, device="cpu") as opened:
        assert not opened._settings.pipeline.options.use_doc_unwarping
    with pytest.raises(BadArguments, match="takes 6 values"):
        DocPreprocessor(*[None] * 7)
