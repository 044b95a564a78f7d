"""A model behind a server that speaks OpenAI's protocol: vLLM, SGLang, llama.cpp, FastDeploy, transformers serve.

Runs in: worker. Asked by several threads at once.

What is tried again and for how long: a busy server (429) as long as the question has time; a server that fails (5xx,
half an answer, HTML) or whose connection drops, `TRIES` times. If it has answered nobody else in the meantime, the
server is to blame and not the question.
"""

from __future__ import annotations

import base64
import os
import random
import re
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NoReturn

from galley.answering.replies import Blame, Reply, Trouble, is_html, model_names, read_answer
from galley.answering.values import Answer, Question
from galley.errors import DeviceError, DeviceLost, NoAnswer, OutOfTime
from galley.pages import EncodedPicture

KEY_VARIABLE = "OPENAI_API_KEY"
"""The only place where a key is looked for: a flag would show it to everybody on the machine."""
TRIES = 5
"""Requests for one question to a server that fails in between."""
CONNECT_SECONDS = 10.0
LOOK_SECONDS = 10.0
"""For asking a server whether it is there."""
LONGEST_PAUSE = 30.0
_FIRST_PAUSE = 0.5
_HIDDEN = "***"
_DAY = 86_400.0
_NUMBER = re.compile(r"^\[Errno -?[0-9]+\] ")


class ServerAnswerer:
    """One server."""

    encoded = True

    def __init__(self, url: str, model: str | None, seconds: float) -> None:
        """Look whether the server is there and has the model.

        Args:
            url: of the API, such as `http://host:8000/v1`.
            model: what the server calls it; None for the only one it has.
            seconds: for one question, all repetitions included.

        Raises:
            DeviceLost: nobody answers there.
            DeviceError: somebody does, but not as such a server, or not without a key, or not with that model; or
                the client library is not installed.
        """
        try:
            import openai
        except ImportError as error:
            raise DeviceError("servers need the client: pip install 'galley-ocr[server]'") from error
        key = os.environ.get(KEY_VARIABLE, "")
        self._key = key
        self._url = url
        self._seconds = seconds
        self._library: Any = openai
        self._client = openai.OpenAI(base_url=url, api_key=key if key else "none", max_retries=0)
        self._answered = 0
        """Questions so far; only ever compared for change."""
        try:
            self._model = self._find_model(model)
        except BaseException:
            self._client.close()
            raise

    def describe(self) -> str:
        """The model and the address."""
        return f"{self._model} at {self._url}"

    def answer(self, questions: Sequence[Question]) -> list[Answer]:
        """See `galley.answering.values.Answerer`.

        Raises:
            NoAnswer, OutOfTime, DeviceLost: as there.
        """
        return [self._ask(question) for question in questions]

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    # ---- one question ----

    def _ask(self, question: Question) -> Answer:
        request = self._request(question)
        begun, answered = time.monotonic(), self._answered
        count = failures = 0
        while True:
            count += 1
            try:
                answer = read_answer(self._post(request, begun + self._seconds))
            except Trouble as trouble:
                failures += trouble.blame is not Blame.BUSY
                self._judge(trouble, failures, answered)
                pause = min(trouble.pause if trouble.pause is not None else _pause(count), LONGEST_PAUSE)
                if time.monotonic() + pause > begun + self._seconds:
                    self._out_of_time(str(trouble))
                time.sleep(pause)
            else:
                self._answered += 1
                model = answer.model if answer.model else self._model
                return replace(answer, model=model, seconds=time.monotonic() - begun, requests=count)

    def _judge(self, trouble: Trouble, failures: int, answered: int) -> None:
        """End the question where asking again is of no use."""
        message = self._hide(str(trouble))
        if trouble.blame is Blame.QUESTION:
            raise NoAnswer(message) from None
        if trouble.blame is Blame.SERVER:
            raise DeviceLost(f"{self._url}: {message}") from None
        if trouble.blame is Blame.UNCERTAIN and failures >= TRIES:
            if self._answered == answered:
                raise DeviceLost(f"{self._url}: {message}, {failures} times in a row") from None
            raise NoAnswer(f"{message}, {failures} times, while other questions were answered") from None

    def _post(self, request: dict[str, Any], until: float) -> Reply:
        """One request.

        Raises:
            Trouble: the connection broke, and the server is there.
            OutOfTime: no reply came in time, and the server is there.
            DeviceLost: it is not.
        """
        openai = self._library
        seconds = min(max(until - time.monotonic(), 0.001), _DAY)
        timeout = openai.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS))
        try:
            raw = self._client.chat.completions.with_raw_response.create(**request, timeout=timeout)
            return _read(raw.http_response)
        except openai.APIStatusError as error:
            return _read(error.response)
        except openai.APITimeoutError:
            self._require_presence("no reply")
            if time.monotonic() >= until:
                self._out_of_time("nothing so far")
            raise Trouble(Blame.UNCERTAIN, "the server did not take the connection in time") from None
        except openai.APIConnectionError as error:
            self._require_presence(reason_of(error))
            raise Trouble(Blame.UNCERTAIN, f"the connection broke: {reason_of(error)}") from None

    def _request(self, question: Question) -> dict[str, Any]:
        options = question.options
        request: dict[str, Any] = {
            "model": self._model,
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "image_url", "image_url": {"url": data_url(question.picture)}},
                        {"type": "text", "text": question.text},
                    ],
                }
            ],
            "max_tokens": options.max_new_tokens,
            "temperature": options.temperature,
            "top_p": options.top_p,
        }
        if options.repetition_penalty != 1:
            request["extra_body"] = {"repetition_penalty": options.repetition_penalty}
        return request

    def _out_of_time(self, last: str) -> NoReturn:
        raise OutOfTime(f"no answer within {self._seconds:g} s; the server said: {self._hide(last)}") from None

    # ---- the server ----

    def _require_presence(self, reason: str) -> None:
        try:
            self._look()
        except DeviceLost:
            raise DeviceLost(f"{self._url}: {reason}") from None

    def _look(self) -> Reply:
        """What the server says of its models.

        Raises:
            DeviceLost: nothing, or that something behind it is down.
        """
        openai = self._library
        try:
            reply = _read(self._client.models.with_raw_response.list(timeout=LOOK_SECONDS).http_response)
        except openai.APIStatusError as error:
            reply = _read(error.response)
        except openai.APIConnectionError as error:
            raise DeviceLost(f"{self._url}: {reason_of(error)}") from None
        if reply.status >= 500:
            raise DeviceLost(f"{self._url}: the server failed ({reply.status})")
        return reply

    def _find_model(self, wanted: str | None) -> str:
        reply = self._look()
        if reply.status in (401, 403):
            raise DeviceError(f"{self._url} wants a key ({reply.status}): set {KEY_VARIABLE}")
        names = model_names(reply)
        if names is None and (wanted is None or is_html(reply.text)):
            what = "HTML" if is_html(reply.text) else "something else"
            raise DeviceError(
                f"{self._url} is no OpenAI-compatible server: instead of its models it lists {what} "
                f"({reply.status}); the address should be like http://host:8000/v1"
            )
        if wanted is not None:
            return wanted
        assert names is not None
        if len(names) != 1:
            raise DeviceError(
                f"{self._url} has {len(names)} models; choose one with doc_understanding_model_name"
                f"{': ' if names else ''}{', '.join(names[:20])}"
            )
        return names[0]

    def _hide(self, text: str) -> str:
        """A server's words without our key, which some repeat."""
        return text.replace(self._key, _HIDDEN) if self._key else text


def data_url(picture: EncodedPicture) -> str:
    """The picture as an address that holds it."""
    return f"data:{picture.mime};base64,{base64.b64encode(picture.content).decode('ascii')}"


def reason_of(error: BaseException) -> str:
    """Why a connection failed, in the system's own words: the last of a chain of exceptions has them."""
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    text = " ".join(_NUMBER.sub("", str(cause)).split())
    return text if text else type(cause).__name__


def _read(response: Any) -> Reply:
    return Reply(response.status_code, response.text, response.headers.get("retry-after"))


def _pause(count: int) -> float:
    """Seconds before the next request: half a second, doubled each time, less up to a half of it by chance."""
    pause: float = min(_FIRST_PAUSE * 2 ** (count - 1), LONGEST_PAUSE)
    return pause * random.uniform(0.5, 1)
