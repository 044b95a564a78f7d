"""What a server's reply to a question means: an answer, or what is wrong and who is to blame.

Runs in: worker. Pure: whatever bytes a server sends, there is a reading of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from galley.answering.values import Answer

_SHOWN = 300
"""Characters of a server's words in a message."""


class Blame(Enum):
    """Whose fault it is that there is no answer, which decides what to do next."""

    QUESTION = "question"
    """The same the next time, on any server."""
    BUSY = "busy"
    """Ask again after a pause, as long as there is time."""
    UNCERTAIN = "uncertain"
    """Ask again after a pause, but not for ever."""
    SERVER = "server"
    """This server would not answer any other question either."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came over the wire."""

    status: int
    text: str
    retry_after: str | None = None


class Trouble(Exception):
    """A reply that holds no answer."""

    def __init__(self, blame: Blame, message: str, pause: float | None = None) -> None:
        """Say what is wrong, and how many seconds the server asks to be left alone."""
        super().__init__(message)
        self.blame = blame
        self.pause = pause


def read_answer(reply: Reply) -> Answer:
    """The answer in a reply.

    Raises:
        Trouble: there is none.
    """
    if not 200 <= reply.status < 300:
        raise _trouble(reply.status, _words(reply.text), _pause(reply.retry_after))
    tree = _parse(reply.text)
    if tree is None:
        raise Trouble(Blame.UNCERTAIN, f"the server's answer {_what_instead_of_json(reply.text)}")
    error = tree.get("error")
    if error or tree.get("object") == "error":
        code = _number(_field(error, "code")) or _number(tree.get("code"))
        raise _trouble(code if code is not None and code >= 400 else 500, _words(reply.text), None)
    return _read_completion(tree)


def model_names(reply: Reply) -> list[str] | None:
    """The models that a server lists; None if the reply is no such list."""
    tree = _parse(reply.text) if 200 <= reply.status < 300 else None
    data = None if tree is None else tree.get("data")
    if not isinstance(data, list):
        return None
    names = [_field(each, "id") for each in data]
    return [name for name in names if isinstance(name, str)]


def is_html(text: str) -> bool:
    """Whether it is a page for people, as proxies and other servers send it."""
    return re.match(r"\s*<(!doctype|html|head|body)\b", text, re.IGNORECASE) is not None


def _read_completion(tree: Mapping[str, Any]) -> Answer:
    choices = tree.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = _field(choice, "message")
    if not isinstance(message, Mapping):
        raise Trouble(Blame.UNCERTAIN, "the server's answer is half of one: it holds no message")
    reason = _field(choice, "finish_reason")
    refusal = message.get("refusal")
    if isinstance(refusal, str) and refusal:
        raise Trouble(Blame.QUESTION, f"the model refused: {_shorten(refusal)}")
    if reason == "content_filter":
        raise Trouble(Blame.QUESTION, "the server's content filter held the answer back")
    text = _content(message.get("content"))
    if not text.strip():
        cut = reason == "length"
        why = "it was cut off before it said anything; raise max_new_tokens" if cut else "the model said nothing"
        raise Trouble(Blame.QUESTION, f"the answer is empty: {why}")
    usage = tree.get("usage")
    model = tree.get("model")
    return Answer(
        text=text,
        model=model if isinstance(model, str) else "",
        finish_reason=reason if isinstance(reason, str) else None,
        prompt_tokens=_number(_field(usage, "prompt_tokens")),
        completion_tokens=_number(_field(usage, "completion_tokens")),
    )


def _content(content: Any) -> str:
    """The text of a message, whole or in parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, Sequence):
        parts = [_field(part, "text") for part in content]
        return "".join(part for part in parts if isinstance(part, str))
    return ""


def _trouble(status: int, words: str, pause: float | None) -> Trouble:
    said = f"{status}{f': {words}' if words else ''}"
    if status == 429:
        return Trouble(Blame.BUSY, f"the server is busy ({said})", pause)
    if status in (401, 403):
        return Trouble(Blame.SERVER, f"the server wants another key ({said}); set OPENAI_API_KEY")
    if status == 404:
        return Trouble(Blame.SERVER, f"the server knows no such address or model ({said})")
    if status in (408, 409, 425) or status >= 500 or status < 400:
        return Trouble(Blame.UNCERTAIN, f"the server failed ({said})", pause)
    return Trouble(Blame.QUESTION, f"the server rejected the question ({said})")


def _words(text: str) -> str:
    """What a reply says to a person."""
    if is_html(text):
        title = re.search(r"<title>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
        return _shorten(f"a page of HTML{f', {title[1].strip()}' if title else ''}")
    tree = _parse(text)
    if tree is None:
        return _shorten(text)
    for holder in (tree.get("error"), tree):
        for key in ("message", "detail", "error"):
            words = _field(holder, key)
            if isinstance(words, str) and words:
                return _shorten(words)
    return _shorten(text)


def _what_instead_of_json(text: str) -> str:
    if not text.strip():
        return "is empty"
    if is_html(text):
        return f"is HTML, not JSON: {_words(text)}"
    return f"is not whole, or not JSON: {_shorten(text)}"


def _parse(text: str) -> Mapping[str, Any] | None:
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return tree if isinstance(tree, dict) else None


def _field(holder: Any, key: str) -> Any:
    return holder.get(key) if isinstance(holder, Mapping) else None


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _pause(retry_after: str | None) -> float | None:
    """Seconds, of a `Retry-After` in seconds; dates are left to our own pauses."""
    if retry_after is None or re.fullmatch(r"[0-9]{1,9}(\.[0-9]*)?", retry_after.strip()) is None:
        return None
    return float(retry_after)


def _shorten(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"
