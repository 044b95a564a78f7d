"""The server backend against a server that does what the question says: see `scripted`."""

from __future__ import annotations

import base64
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from typing import TypeAlias

import pytest
from tests.answering.scripted import Scripted

from galley.answering import server
from galley.answering.server import TRIES, ServerAnswerer
from galley.answering.values import Answer, Question
from galley.config import UnderstandingOptions
from galley.errors import DeviceError, DeviceLost, NoAnswer, OutOfTime
from galley.pages import EncodedPicture

Opener: TypeAlias = Callable[..., ServerAnswerer]
PICTURE = EncodedPicture("image/png", b"\x89PNG not really")


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_FIRST_PAUSE", 0.001)


@pytest.fixture
def there() -> Iterator[Scripted]:
    with Scripted() as scripted:
        yield scripted


@pytest.fixture
def open_answerer() -> Iterator[Opener]:
    """As the class, and closed at the end."""
    with ExitStack() as stack:

        def open_one(url: str, model: str | None = None, seconds: float = 30) -> ServerAnswerer:
            return stack.enter_context(closing(ServerAnswerer(url, model, seconds)))

        yield open_one


@pytest.fixture
def ask(there: Scripted, open_answerer: Opener) -> Callable[[str], Answer]:
    answerer = open_answerer(there.url)
    return lambda text: answerer.answer([question(text)])[0]


def question(text: str, **options: float) -> Question:
    return Question(text, PICTURE, UnderstandingOptions(**options))  # type: ignore[arg-type]


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address that is taken, and where nobody listens."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{deaf.getsockname()[1]}/v1"


def test_a_question_is_asked_as_openai_wants_it(there: Scripted, open_answerer: Opener) -> None:
    answerer = open_answerer(there.url)
    (answer,) = answerer.answer([question("what?", max_new_tokens=5, temperature=0.5, repetition_penalty=1.2)])
    assert (answer.text, answer.model, answer.finish_reason) == ("what?", "tiny", "stop")
    assert (answer.prompt_tokens, answer.completion_tokens, answer.requests) == (7, 3, 1)
    assert 0 < answer.seconds < 30
    (body,) = there.requests
    assert (body["model"], body["max_tokens"], body["temperature"]) == ("tiny", 5, 0.5)
    assert body["repetition_penalty"] == 1.2
    picture, text = body["messages"][0]["content"]
    assert text == {"type": "text", "text": "what?"}
    head, _, content = picture["image_url"]["url"].partition(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(content) == PICTURE.content


@pytest.mark.parametrize(
    "trouble",
    ["busy", "busy 0.01", "half", "html", "nothing", "drop", "off", "status 500 oh", "status 503 no", "status 408 x"],
)
def test_what_passes_is_tried_again(ask: Callable[[str], Answer], trouble: str) -> None:
    answer = ask(f"2x {trouble} then fine")
    assert (answer.text, answer.requests) == ("fine", 3)


def test_a_busy_server_is_asked_as_long_as_there_is_time(ask: Callable[[str], Answer]) -> None:
    assert ask(f"{3 * TRIES}x busy 0.001 then fine").requests == 3 * TRIES + 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("refuse I must not", "the model refused: I must not"),
        ("blank", "the answer is empty"),
        ("filter", "content filter"),
        ("status 400 cannot identify image file", "rejected the question .400: cannot identify image file"),
        ("status 413 too large", "413: too large"),
    ],
)
def test_a_question_that_gets_no_answer_is_asked_once(
    there: Scripted, ask: Callable[[str], Answer], text: str, words: str
) -> None:
    with pytest.raises(NoAnswer, match=words):
        ask(text)
    assert len(there.requests) == 1


@pytest.mark.parametrize("trouble", ["half", "html", "nothing", "drop", "off", "status 500 boom"])
def test_who_is_to_blame_depends_on_whether_others_are_answered(
    there: Scripted, trouble: str, open_answerer: Opener
) -> None:
    answerer = open_answerer(there.url)
    with pytest.raises(DeviceLost, match=f"{there.url}: .*, {TRIES} times in a row"):
        answerer.answer([question(trouble)])
    assert len(there.requests) == TRIES
    stop = threading.Event()

    def ask_others() -> None:
        while not stop.is_set():
            answerer.answer([question("fine")])

    with ThreadPoolExecutor(1) as others, ExitStack() as at_last:
        at_last.callback(stop.set)
        others.submit(ask_others)
        # The second of the others is asked when the first has its answer.
        with pytest.raises(NoAnswer, match=f"{TRIES} times, while other questions were answered"):
            answerer.answer([question(f"{TRIES - 1}x {trouble} then meanwhile {trouble}")])


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_server_that_would_answer_nobody_is_lost_at_once(
    there: Scripted, ask: Callable[[str], Answer], status: int
) -> None:
    with pytest.raises(DeviceLost, match=str(status)):
        ask(f"status {status} no")
    assert len(there.requests) == 1


def test_a_server_that_goes_is_lost(there: Scripted, open_answerer: Opener) -> None:
    answerer = open_answerer(there.url, seconds=1000)  # more than this test may take: it is not asked for so long
    there.__exit__(None, None, None)
    with pytest.raises(DeviceLost, match=f"{there.url}: Connection refused"):
        answerer.answer([question("anybody?")])


def test_a_question_has_so_much_time(there: Scripted, open_answerer: Opener) -> None:
    with pytest.raises(OutOfTime, match=r"no answer within 0\.3 s; the server said: nothing so far"):
        open_answerer(there.url, seconds=0.3).answer([question("wait for it")])
    with pytest.raises(OutOfTime, match=r"no answer within 20 s; .*busy"):  # at once: it would be of no use to wait
        open_answerer(there.url, seconds=20).answer([question("busy 25")])


def test_a_question_may_be_long(there: Scripted, ask: Callable[[str], Answer]) -> None:
    text = "long " * 210_000
    assert ask(text).text == text
    with pytest.raises(NoAnswer, match="too long") as caught:
        ask(f"status 400 too long: {text}")
    assert len(str(caught.value)) < 500


def test_many_may_ask_at_once(there: Scripted, open_answerer: Opener) -> None:
    answerer = open_answerer(there.url)
    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(answerer.answer, [question(f"wait {number}")]) for number in range(8)]
        while there.working < 8:
            time.sleep(0.001)
        there.released.set()
        assert [each.result()[0].text for each in asked] == [str(number) for number in range(8)]


# ---- opening


def test_nobody_there_is_a_lost_device(nobody: str, open_answerer: Opener) -> None:
    with pytest.raises(DeviceLost, match=f"{nobody}: Connection refused"):
        open_answerer(nobody)


def test_a_server_of_another_kind_is_refused(open_answerer: Opener) -> None:
    with Scripted(html=True) as other:
        for model in (None, "tiny"):
            with pytest.raises(DeviceError, match=r"no OpenAI-compatible server: .* HTML .*http://host:8000/v1"):
                open_answerer(other.url, model)


def test_the_only_model_is_taken_and_of_several_one_must_be_chosen(open_answerer: Opener) -> None:
    with Scripted(models=("one", "two")) as several:
        with pytest.raises(DeviceError, match=r"has 2 models; choose one .*: one, two"):
            open_answerer(several.url)
        assert open_answerer(several.url, "two").describe() == f"two at {several.url}"


def test_the_key_comes_from_the_environment_and_goes_nowhere_else(
    monkeypatch: pytest.MonkeyPatch, open_answerer: Opener
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with Scripted(key="sk-secret") as locked:
        with pytest.raises(DeviceError, match=r"wants a key \(401\): set OPENAI_API_KEY"):
            open_answerer(locked.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
        answerer = open_answerer(locked.url)
        assert "sk-secret" not in answerer.describe()
        # Some servers repeat it.
        with pytest.raises(NoAnswer) as caught:
            answerer.answer([question("status 400 not with sk-secret")])
        assert "not with ***" in str(caught.value)
        assert caught.value.__suppress_context__
