"""An OpenAI-compatible server that does what the question says, the worst included.

In the test's own process: `with Scripted() as server`. In one of its own, to be killed: `python scripted.py`, which
prints its address.

A question is one of the words of `ACTIONS` and what follows; a plain question is answered with itself. `2x busy then
hello` does the first thing twice, and the rest from then on; `meanwhile drop` does it once two other questions were
asked.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are written apart
    server: _Server

    def do_GET(self) -> None:
        script = self.server.script
        script.looks += 1
        if script.html:
            self.reply(200, "<!DOCTYPE html><title>Welcome to nginx</title>", "text/html")
        elif script.key is not None and self.headers["Authorization"] != f"Bearer {script.key}":
            self.reply(401, {"error": {"message": f"wrong key: {self.headers['Authorization']}"}})
        else:
            self.reply(200, {"object": "list", "data": [{"id": name} for name in script.models]})

    def do_POST(self) -> None:
        script = self.server.script
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        parts = {part["type"]: part for part in body["messages"][0]["content"]}
        question = str(parts["text"]["text"])
        with script.asked:
            script.requests.append(body)
            script.working += 1
            script.most_working = max(script.most_working, script.working)
            script.asked.notify_all()
        try:
            act(self, script, question)
        finally:
            with script.lock:
                script.working -= 1

    def answer(self, content: Any, **message: Any) -> None:
        choice = {"finish_reason": message.pop("finish_reason", "stop"), "message": {"content": content, **message}}
        usage = {"prompt_tokens": 7, "completion_tokens": 3}
        self.reply(200, {"model": self.server.script.models[0], "choices": [choice], "usage": usage})

    def reply(self, status: int, body: Any, mime: str = "application/json", **headers: str) -> None:
        content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": mime, "Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def drop(self) -> None:
        self.close_connection = True
        self.connection.close()

    def break_off(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b'{"choices": [')
        self.drop()

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


def act(handler: _Handler, script: Scripted, question: str) -> None:
    repeated = re.fullmatch(r"([0-9]+)x (.*) then (.*)", question, re.DOTALL)
    if repeated is not None:
        with script.lock:
            script.counts[question] += 1
            first = script.counts[question] <= int(repeated[1])
        question = repeated[2] if first else repeated[3]
    verb, _, rest = question.partition(" ")
    action = ACTIONS.get(verb)
    if action is None:
        handler.answer(question)
    else:
        action(handler, rest)


def _busy(handler: _Handler, rest: str) -> None:
    headers = {"Retry-After": rest} if rest else {}
    handler.reply(429, {"message": "too many"}, **headers)


def _wait(handler: _Handler, rest: str) -> None:
    handler.server.script.released.wait(60)
    handler.answer(rest)


def _meanwhile(handler: _Handler, rest: str) -> None:
    script = handler.server.script
    with script.asked:
        before = len(script.requests)
        script.asked.wait_for(lambda: len(script.requests) >= before + 2)
    act(handler, script, rest)


def _sleep(handler: _Handler, rest: str) -> None:
    seconds, _, text = rest.partition(" ")
    time.sleep(float(seconds))
    handler.answer(text)


def _status(handler: _Handler, rest: str) -> None:
    status, _, words = rest.partition(" ")
    handler.reply(int(status), {"error": {"message": words, "type": "x", "code": int(status)}})


ACTIONS: dict[str, Callable[[_Handler, str], None]] = {
    "blank": lambda handler, _: handler.answer(" \n"),
    "busy": _busy,
    "cut": lambda handler, rest: handler.answer(rest, finish_reason="length"),
    "drop": lambda handler, _: handler.drop(),
    "filter": lambda handler, _: handler.answer("", finish_reason="content_filter"),
    "half": lambda handler, _: handler.reply(200, '{"choices": [{"message": {"conte'),
    "html": lambda handler, _: handler.reply(200, "<html><title>Please log in</title></html>", "text/html"),
    "listed": lambda handler, rest: handler.answer([{"type": "text", "text": word} for word in rest.split()]),
    "meanwhile": _meanwhile,
    "nothing": lambda handler, _: handler.reply(200, ""),
    "off": lambda handler, _: handler.break_off(),
    "refuse": lambda handler, rest: handler.answer(None, refusal=rest),
    "sleep": _sleep,
    "status": _status,
    "wait": _wait,
}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    script: Scripted

    def process_request(self, request: Any, client_address: Any) -> None:
        self.script.connections.append(request)
        super().process_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone is no news."""


class Scripted:
    """The server, and what it was asked."""

    def __init__(self, key: str | None = None, models: tuple[str, ...] = ("tiny",), html: bool = False) -> None:
        self.key, self.models, self.html = key, models, html
        self.lock = threading.Lock()
        self.asked = threading.Condition(self.lock)
        self.requests: list[dict[str, Any]] = []
        self.counts: Counter[str] = Counter()
        self.connections: list[socket.socket] = []
        self.looks = self.working = self.most_working = 0
        self.released = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.script = self
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def questions(self) -> list[str]:
        return [part["text"] for body in self.requests for part in body["messages"][0]["content"] if "text" in part]

    def serve(self) -> None:
        self._server.serve_forever(0.02)

    def __enter__(self) -> Scripted:
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


if __name__ == "__main__":
    alone = Scripted()
    print(alone.url, flush=True)
    sys.stdout.close()
    alone.serve()
