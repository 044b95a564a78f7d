"""DocUnderstanding through real workers, against servers of the test's own: see `tests/answering/scripted.py`."""

from __future__ import annotations

import json
import pickle
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, count, takewhile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.answering import scripted
from tests.answering.scripted import Scripted

from galley import DocUnderstanding, ParallelPipeline
from galley.errors import BadArguments, DeviceError, ModelError, PagesFailed
from galley.pages import FailureKind


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A small picture: these tests are about servers."""
    path = tmp_path_factory.mktemp("pages") / "english.png"
    Image.new("L", (60, 40), 255).save(path)
    return str(path)


@contextmanager
def server_process() -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address of a scripted server in a process of its own, and that process."""
    command = [sys.executable, str(scripted.__file__)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip(), process
        finally:
            process.kill()


def failures_of(error: PagesFailed) -> list[tuple[FailureKind, str]]:
    return [(failed.kind, failed.message) for failed in error.failures]


def test_results_have_paddleocrs_keys_and_say_the_cost_beside_them(page: str, samples: Path, tmp_path: Path) -> None:
    pixels = np.full((40, 60, 3), 255, np.uint8)
    rows = [
        {"image": page, "query": "what?", "id": 7},
        {"image": pixels, "query": "and this?"},
        {"image": str(samples / "report.pdf"), "query": "page two", "page_index": 1},
        {"image": page, "query": "again"},
    ]
    with Scripted() as one, DocUnderstanding(vl_rec_server_url=one.url) as pipeline:
        results = pipeline.predict(rows)
        (alone,) = pipeline.predict({"image": page, "query": "alone"}, max_new_tokens=9, temperature=0.5)
        assert one.requests[-1]["max_tokens"] == 9
    assert list(results[0]) == ["image", "query", "id", "result", "input_path"]
    assert dict(results[0]) == {"image": page, "query": "what?", "id": 7, "result": "what?", "input_path": page}
    assert results[1]["image"] is not None
    assert results[1].json == {"res": {"image": None, "query": "and this?", "result": "and this?"}}
    assert (results[2]["page_index"], results[2]["result"]) == (1, "page two")
    assert results[0].metadata["usage"].items() >= {"prompt_tokens": 7, "completion_tokens": 3, "requests": 1}.items()
    assert results[0].metadata["usage"]["seconds"] > 0
    assert dict(pickle.loads(pickle.dumps(alone))) == dict(alone)
    for result in (*results, alone):
        result.save_all(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "english_res.json",
        "english~0_res.json",
        "english~3_res.json",
        "question_res.json",
        "report_res.json",
    ]
    assert json.loads((tmp_path / "english~0_res.json").read_text()) == dict(results[0])


def test_it_can_be_had_by_name_and_pages_can_all_be_asked_the_same(samples: Path) -> None:
    with (
        Scripted() as one,
        ParallelPipeline("DocUnderstanding", vl_rec_server_url=one.url, query="the total?") as pipeline,
    ):
        results = pipeline.predict(str(samples / "report.pdf"))
        assert [(r["query"], r["page_index"]) for r in results] == [("the total?", index) for index in range(3)]
        assert [r["result"] for r in pipeline.predict(str(samples / "english.png"), query="other?")] == ["other?"]


def test_a_killed_server_costs_no_answer(page: str) -> None:
    answered: set[str] = set()
    # Until both have answered, and then some.
    numbers = chain(takewhile(lambda _: len(answered) < 2, count()), range(60))
    rows = ({"image": page, "query": f"sleep 0.01 {number}"} for number in numbers)
    with server_process() as (first, process), server_process() as (second, _):
        results = []
        with DocUnderstanding(vl_rec_server_url=[first, second], vl_rec_max_concurrency=4) as pipeline:
            for result in pipeline.predict_iter(rows):
                results.append(int(result["result"]))
                answered.add(result.metadata["slot"])
                if len(answered) == 2:
                    process.kill()
    before = len(results) - 60
    assert results == [*range(before), *range(60)]


def test_a_slow_question_holds_up_nobody(page: str) -> None:
    rows = [{"image": page, "query": "wait slow"}, *({"image": page, "query": str(n)} for n in range(60))]
    with Scripted() as one, DocUnderstanding(vl_rec_server_url=one.url, vl_rec_max_concurrency=2) as pipeline:
        answers = iter(pipeline.predict_iter(rows))
        release_when(one, 61)
        assert [answer["result"] for answer in answers] == ["slow", *map(str, range(60))]


def release_when(server: Scripted, requests: int) -> None:
    """Let waiting questions be answered once so many have been asked."""

    def watch() -> None:
        with server.asked:
            server.asked.wait_for(lambda: len(server.requests) >= requests)
        server.released.set()

    threading.Thread(target=watch, daemon=True).start()


def test_bad_questions_cost_nobody_else_anything(page: str, tmp_path: Path) -> None:
    (tmp_path / "cut.png").write_bytes(Path(page).read_bytes()[:80])
    bad: list[tuple[Any, str]] = [
        ({"image": page}, "there is no question"),
        ({"query": "what?"}, "a question needs an image"),
        ({}, "this one has nothing"),
        ({"image": page, "query": "  "}, "the query is empty"),
        ({"image": page, "query": 3}, "the query is a int"),
        ({"image": 3, "query": "x"}, "the image is a int"),
        ({"image": str(tmp_path / "no.png"), "query": "x"}, "no such file"),
        ({"image": str(tmp_path / "cut.png"), "query": "x"}, "damaged|truncated"),
        ({"image": np.zeros((3, 3), np.float32), "query": "x"}, "pixels must be uint8"),
        ({"image": page, "query": "refuse I must not"}, "the model refused: I must not"),
        ({"image": page, "query": "blank"}, "the answer is empty"),
        ({"image": page, "query": "status 400 cannot identify image"}, "rejected the question .400"),
        (None, "a NoneType is no question"),
    ]
    rows = [row for each, _ in bad for row in (each, {"image": page, "query": "good"})]
    with Scripted() as one, DocUnderstanding(vl_rec_server_url=one.url) as pipeline:
        with pytest.raises(PagesFailed) as caught:
            pipeline.predict(rows)
        assert pipeline.predict({"image": page, "query": "long " * 210_000})[0]["result"].startswith("long")
    assert [result["result"] for result in caught.value.results] == ["good"] * len(bad)
    assert len(caught.value.failures) == len(bad)
    for (_, words), (_, message) in zip(bad, failures_of(caught.value), strict=True):
        assert re.search(words, message), message


def test_servers_that_do_not_answer_are_left_out(page: str) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))  # taken, so that nobody else listens there
        gone = f"http://127.0.0.1:{deaf.getsockname()[1]}/v1"
        with pytest.raises(DeviceError, match=f"no server answers: {gone}: Connection refused"):
            DocUnderstanding(vl_rec_server_url=gone)
        with Scripted() as one:
            with pytest.warns(UserWarning, match=f"left out for now: {gone}"):
                pipeline = DocUnderstanding(vl_rec_server_url=[gone, one.url])
            with pipeline:
                results = pipeline.predict([{"image": page, "query": str(n)} for n in range(10)])
    assert {result.metadata["slot"] for result in results} == {"server:1"}


def test_a_server_of_another_kind_is_an_error(page: str) -> None:
    with (
        Scripted(html=True) as other,
        DocUnderstanding(vl_rec_server_url=other.url) as pipeline,
        pytest.raises(DeviceError, match="no OpenAI-compatible server"),
    ):
        pipeline.predict({"image": page, "query": "x"})


def test_keys_are_nowhere_to_be_seen(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    rows = [{"image": page, "query": "x"}, {"image": page, "query": "status 400 sk-secret is wrong"}]
    with (
        Scripted(key="sk-secret") as locked,
        DocUnderstanding(vl_rec_server_url=locked.url) as pipeline,
        pytest.raises(PagesFailed) as caught,
    ):
        pipeline.predict(rows)
    (failed,) = caught.value.failures
    assert "*** is wrong" in failed.message
    assert "sk-secret" not in failed.message + failed.detail
    assert "sk-secret" not in str(caught.value.results[0].metadata)
    with pytest.raises(BadArguments, match="environment only: set OPENAI_API_KEY"):
        DocUnderstanding(vl_rec_server_url=locked.url, vl_rec_api_key="sk-secret")


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"vl_rec_server_url": "http://a:1/v1", "device": "cpu:0,1"}, "leave out the device, cpu:0,1"),
        ({"vl_rec_server_url": "http://a:1/v1", "vl_rec_backend": "native"}, "asks no server"),
        ({"vl_rec_backend": "vllm-server"}, "needs vl_rec_server_url"),
        ({"vl_rec_backend": "llama"}, "choose from native, vllm-server"),
        ({"vl_rec_server_url": "a:1/v1"}, "is no address"),
        ({"vl_rec_server_url": "http://me:secret@a:1/v1"}, r"the address of the server a holds a user"),
        ({"vl_rec_server_url": "http://a:1/v1?api_key=secret"}, r"OPENAI_API_KEY"),
        ({"vl_rec_server_url": ["http://a:1/v1", "http://a:1/v1/"]}, "twice"),
        ({"vl_rec_server_url": "http://a:1/v1", "vl_rec_max_concurrency": 0}, "vl_rec_max_concurrency=0"),
        ({"vl_rec_server_url": "http://a:1/v1", "doc_understanding_model_dir": "x"}, "a server has its own model"),
        ({"vl_rec_max_concurrency": 4}, "is for servers"),
        ({"max_new_tokens": 0}, "max_new_tokens=0"),
        ({"query": " "}, "is no question"),
        ({"doc_understanding_model_name": "a", "vl_rec_api_model_name": "b"}, "mean the same"),
        ({"model_dir": "x"}, "doc_understanding_model_dir"),
    ],
)
def test_keywords_that_make_no_sense_are_refused(keywords: dict[str, Any], words: str) -> None:
    with pytest.raises(BadArguments, match=words) as caught:
        DocUnderstanding(**keywords)
    assert "secret" not in str(caught.value)


def test_a_model_folder_must_be_one(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="give doc_understanding_model_dir"):
        DocUnderstanding()
    pytest.importorskip("transformers", reason="the extra vlm is not installed")
    for folder, words in ((tmp_path / "no", "is not a folder"), (tmp_path, "no config.json")):
        with pytest.raises(ModelError, match=words):
            DocUnderstanding(doc_understanding_model_dir=str(folder))
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="holds no weights"):
        DocUnderstanding(doc_understanding_model_dir=str(tmp_path))


def test_what_has_no_effect_is_said(page: str, tmp_path: Path) -> None:
    with Scripted() as one:
        keywords = {"doc_understanding_batch_size": 4, "engine": "openvino", "precision": "fp16"}
        with pytest.warns(UserWarning, match="has no effect") as said:
            pipeline = DocUnderstanding(vl_rec_server_url=one.url, **keywords)
        assert [str(each.message).split("=")[0].split()[0] for each in said] == [
            "engine",
            "doc_understanding_batch_size",
            "precision",
        ]
        with pipeline:
            with pytest.warns(UserWarning, match="min_pixels has no effect"):
                pipeline.predict({"image": page, "query": "x"}, min_pixels=3, use_cache=True)
            with pytest.raises(BadArguments, match="max_new_tokens"):
                pipeline.predict({"image": page, "query": "x"}, max_tokens=3)
            pipeline.export_paddlex_config_to_yaml(tmp_path / "config.yaml")
    assert "pipeline_name: doc_understanding" in (tmp_path / "config.yaml").read_text()
