from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from galley.answering.replies import Blame, Reply, Trouble, model_names, read_answer
from galley.answering.values import Answer

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["choices", "message", "content", "text", "error", "code", "usage", "refusal", "detail"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


def completion(content: Any = "an answer", reason: str = "stop", **more: Any) -> str:
    return json.dumps(
        {
            "model": "tiny",
            "choices": [{"finish_reason": reason, "message": {"content": content, **more}}],
            "usage": {"prompt_tokens": 5, "completion_tokens": 2},
        }
    )


def trouble(status: int, text: str, retry_after: str | None = None) -> Trouble:
    with pytest.raises(Trouble) as caught:
        read_answer(Reply(status, text, retry_after))
    return caught.value


@given(st.integers(100, 599), st.text() | JSON.map(json.dumps) | st.just("[" * 100_000), st.none() | st.text())
def test_whatever_a_server_sends_has_a_reading(status: int, text: str, retry_after: str | None) -> None:
    reply = Reply(status, text, retry_after)
    try:
        answer = read_answer(reply)
    except Trouble as found:
        assert str(found)
        assert len(str(found)) < 600
    else:
        assert answer.text.strip()
    names = model_names(reply)
    assert names is None or all(isinstance(name, str) for name in names)


def test_an_answer_is_read() -> None:
    assert read_answer(Reply(200, completion())) == Answer("an answer", "tiny", "stop", 5, 2)


def test_an_answer_in_parts_is_one() -> None:
    parts = [{"type": "text", "text": "an "}, {"type": "other"}, {"type": "text", "text": "answer"}]
    assert read_answer(Reply(200, completion(parts))).text == "an answer"


def test_an_answer_that_was_cut_off_says_so() -> None:
    assert read_answer(Reply(200, completion("an ans", "length"))).finish_reason == "length"


@pytest.mark.parametrize(
    ("status", "text", "blame", "words"),
    [
        (200, completion("", refusal="I must not"), Blame.QUESTION, "the model refused: I must not"),
        (200, completion("", "content_filter"), Blame.QUESTION, "content filter"),
        (200, completion(" \n"), Blame.QUESTION, "the answer is empty: the model said nothing"),
        (200, completion(None, "length"), Blame.QUESTION, "cut off before it said anything; raise max_new_tokens"),
        (200, "", Blame.UNCERTAIN, "answer is empty"),
        (200, completion()[:-30], Blame.UNCERTAIN, "not whole, or not JSON"),
        (200, "<!DOCTYPE html><title>Log in</title>", Blame.UNCERTAIN, "is HTML, not JSON: a page of HTML, Log in"),
        (200, "[]", Blame.UNCERTAIN, "not JSON"),
        (200, '{"choices": []}', Blame.UNCERTAIN, "half of one"),
        (200, '{"error": {"message": "out of memory", "code": 500}}', Blame.UNCERTAIN, "500: out of memory"),
        (200, '{"object": "error", "message": "too long", "code": 400}', Blame.QUESTION, "400: too long"),
        (400, '{"error": {"message": "cannot identify image"}}', Blame.QUESTION, "400: cannot identify image"),
        (413, "", Blame.QUESTION, "rejected the question .413."),
        (422, '{"detail": "no such field"}', Blame.QUESTION, "422: no such field"),
        (401, '{"error": "bad key"}', Blame.SERVER, "set OPENAI_API_KEY"),
        (404, '{"message": "no model x"}', Blame.SERVER, "no such address or model .404: no model x"),
        (429, "", Blame.BUSY, "busy"),
        (500, "<html><title>Oh</title></html>", Blame.UNCERTAIN, "500: a page of HTML, Oh"),
        (503, "x" * 10_000, Blame.UNCERTAIN, "…"),
    ],
)
def test_trouble_says_what_is_wrong_and_whose_fault_it_is(status: int, text: str, blame: Blame, words: str) -> None:
    found = trouble(status, text)
    assert found.blame is blame
    assert re.search(words, str(found)), str(found)


@pytest.mark.parametrize(
    ("said", "pause"), [("3", 3.0), (" 0.5 ", 0.5), (None, None), ("soon", None), ("-1", None), ("9" * 30, None)]
)
def test_a_server_may_say_how_long_to_wait(said: str | None, pause: float | None) -> None:
    assert trouble(429, "", said).pause == pause


def test_models_are_listed() -> None:
    assert model_names(Reply(200, '{"data": [{"id": "a"}, {"id": 3}, {"id": "b"}]}')) == ["a", "b"]
    assert model_names(Reply(404, '{"data": []}')) is None
    assert model_names(Reply(200, "<html>")) is None
