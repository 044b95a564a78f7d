"""Models through transformers: a tiny one with random weights, in this process, in workers, and behind real servers."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image
from tests.answering.tiny_model import make_tiny_model

from galley import DocUnderstanding
from galley.answering.local import LocalAnswerer, require_model_folder
from galley.answering.values import Question
from galley.config import UnderstandingOptions
from galley.devices import Device, Slot
from galley.errors import DeviceError, ModelError
from galley.inputs import PageLoader
from galley.pages import PageKind, PageRef

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # transformers' own
    pytest.mark.timeout(300),
]
CPU = Slot(Device("cpu"), 0, (0,), False)
WORDS = "what is the total of this page ?"


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("torch", reason="the extra vlm is not installed: pip install 'galley-ocr[vlm]'")
    pytest.importorskip("transformers", reason="the extra vlm is not installed: pip install 'galley-ocr[vlm]'")
    return make_tiny_model(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Pictures that are not alike."""
    folder = tmp_path_factory.mktemp("pages")
    paths = [folder / f"{number:02}.png" for number in range(12)]
    for number, path in enumerate(paths):
        Image.linear_gradient("L").rotate(30 * number, fillcolor=255).resize((60, 40 + number)).save(path)
    return [str(path) for path in paths]


def ask(answerer: LocalAnswerer, paths: list[str], **options: float) -> list[str]:
    chosen = UnderstandingOptions(**options)  # type: ignore[arg-type]
    questions = [Question(WORDS, pixels_of(path), chosen) for path in paths]
    return [answer.text for answer in answerer.answer(questions)]


def pixels_of(path: str) -> object:
    return PageLoader().load(PageRef(PageKind.IMAGE, path, None, None, "x"))


def test_a_model_answers_alone_as_in_a_batch(model: Path, pages: list[str]) -> None:
    require_model_folder(str(model))
    answerer = LocalAnswerer(str(model), "auto", CPU)
    assert answerer.describe() == "tiny, LlavaForConditionalGeneration, torch.float32 on cpu"
    alone = [ask(answerer, [path], max_new_tokens=8)[0] for path in pages]
    assert all(len(text.split()) <= 8 for text in alone)
    assert len(set(alone)) > 1, "answers depend on the picture"
    assert ask(answerer, pages, max_new_tokens=8) == alone
    (answer,) = answerer.answer([Question(WORDS, pixels_of(pages[0]), UnderstandingOptions(max_new_tokens=3))])
    assert answer.completion_tokens is not None
    assert 1 <= answer.completion_tokens <= 3
    assert answer.prompt_tokens is not None
    assert answer.prompt_tokens > 16, "the picture's own tokens count"
    answerer.close()


def test_precision_is_what_was_asked_for(model: Path) -> None:
    assert "torch.bfloat16" in LocalAnswerer(str(model), "bf16", CPU).describe()


def test_a_folder_that_holds_no_such_model_is_an_error(model: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    (tmp_path / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="cannot be opened as an image-text-to-text model"):
        LocalAnswerer(str(tmp_path), "auto", CPU)


def test_a_device_that_torch_cannot_use_is_an_error(model: Path) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("torch can use a GPU here")
    with pytest.raises(DeviceError, match=r"torch that is installed \(.*\) cannot use gpu:0"):
        LocalAnswerer(str(model), "auto", Slot(Device("gpu"), 0, (0,), False))


def test_several_devices_answer_like_one(model: Path, pages: list[str]) -> None:
    rows = [{"image": path, "query": WORDS} for path in pages * 3]
    answers = []
    for device in ("cpu", "cpu:0,1"):
        with DocUnderstanding(doc_understanding_model_dir=str(model), device=device, max_new_tokens=8) as pipeline:
            _warm_up(pipeline, rows[:4], {"cpu:0"} if device == "cpu" else {"cpu:0", "cpu:1"})
            answers.append(pipeline.predict(rows))
    assert [dict(result) for result in answers[0]] == [dict(result) for result in answers[1]]
    assert {result.metadata["slot"] for result in answers[1]} == {"cpu:0", "cpu:1"}


def _warm_up(pipeline: DocUnderstanding, rows: object, slots: set[str]) -> None:
    """Ask until all of them have answered."""
    seen: set[str] = set()
    while seen != slots:
        seen |= {result.metadata["slot"] for result in pipeline.predict(rows)}


@contextmanager
def served(model: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address of `transformers serve`, once it is up, and its process."""
    pytest.importorskip("fastapi", reason="transformers' server is not installed: pip install 'transformers[serving]'")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    command = [str(Path(sys.executable).with_name("transformers")), "serve", str(model), "--device", "cpu"]
    log = model.parent / f"{port}.log"
    with log.open("wb") as file, subprocess.Popen([*command, "--port", str(port)], stdout=file, stderr=file) as process:
        try:
            _wait_until_up(f"http://127.0.0.1:{port}/health", process, log)
            yield f"http://127.0.0.1:{port}/v1", process
        finally:
            process.kill()


def _wait_until_up(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(log.read_text()[-3000:])


def test_two_real_servers_answer_as_the_model_does_and_one_may_be_killed(model: Path, pages: list[str]) -> None:
    rows = [{"image": path, "query": WORDS, "n": number} for number, path in enumerate(pages * 4)]
    with DocUnderstanding(doc_understanding_model_dir=str(model), device="cpu", max_new_tokens=8) as pipeline:
        expected = [result["result"] for result in pipeline.predict(rows)]
    results = []
    with served(model) as (first, process), served(model) as (second, _):
        keywords = {"vl_rec_server_url": [first, second], "vl_rec_max_concurrency": 2, "max_new_tokens": 8}
        with DocUnderstanding(**keywords, doc_understanding_model_name=str(model)) as pipeline:
            _warm_up(pipeline, rows[:8], {"server:0", "server:1"})
            for result in pipeline.predict_iter(rows):
                results.append(result)
                if len(results) == 12:
                    process.send_signal(signal.SIGKILL)
                    process.wait()
    assert [result["n"] for result in results] == list(range(len(rows))), "nothing is lost, nothing comes twice"
    assert [result["result"] for result in results] == expected
    assert {result.metadata["slot"] for result in results} == {"server:0", "server:1"}
