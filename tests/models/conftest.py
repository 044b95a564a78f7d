"""A tiny published wheel, an index that serves it, and a model hub, all of them real and local."""

from __future__ import annotations

import hashlib
import os
import threading
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from galley.models.catalog import ModelSpec, WheelMember, find_spec
from galley.models.store import ModelStatus, Store

GRAPH = bytes(range(256)) * 4096
"""1 MiB: pip shows no progress for less than half of that."""


@dataclass(frozen=True)
class Answer:
    """What the server sends for a path."""

    body: bytes = b""
    code: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    """Announced length; None announces the real one."""


class Server:
    """A real HTTP server on 127.0.0.1 with a table of answers and a record of what was asked for."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.hang = threading.Event()
        """While it is clear, a path that ends in `slow` gets no answer."""
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def answer(self, path: str, body: bytes = b"", code: int = 200, length: int | None = None, **headers: str) -> None:
        """Sets what `path` is answered with; `_` in the names of headers stands for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = Answer(body, code, named, length)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append(self.path)
                answer = server.answers.get(self.path, Answer(b"nothing here", 404))
                if self.path.endswith("slow"):
                    server.hang.wait(20)
                self.send_response(answer.code)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                length = len(answer.body) if answer.length is None else answer.length
                self.send_header("Content-Length", str(length))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Tests read `asked` instead."""

        return Handler

    def close(self) -> None:
        self.hang.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    opened = Server()
    yield opened
    opened.close()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "home")


@pytest.fixture
def spec() -> ModelSpec:
    """A model inside the wheel that `make_wheel` makes."""
    return replace(
        find_spec("UVDoc"),
        wheel=WheelMember("tiny-model", "1.0", "tiny_model/graph.onnx"),
        sha256=hashlib.sha256(GRAPH).hexdigest(),
        size=len(GRAPH),
    )


@pytest.fixture
def make_wheel(tmp_path: Path) -> Callable[..., Path]:
    def make(member: str = "tiny_model/graph.onnx", graph: bytes = GRAPH) -> Path:
        folder = tmp_path / "published"
        folder.mkdir(exist_ok=True)
        wheel = folder / "tiny_model-1.0-py3-none-any.whl"
        info = "tiny_model-1.0.dist-info"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr(member, graph)
            archive.writestr(
                f"{info}/METADATA",
                "Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n"
                "Requires-Python: <3\nRequires-Dist: no-such-package-at-all\n",
            )
            archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            archive.writestr(f"{info}/RECORD", "")
        return wheel

    return make


@pytest.fixture
def local_pip(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """pip that sees nothing but the folder in which `make_wheel` publishes."""
    folder = tmp_path / "published"
    folder.mkdir(exist_ok=True)
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    return folder


class Recorder:
    """A `FetchProgress` that remembers."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.steps: list[tuple[str, int, int | None]] = []

    def begin(self, missing: Sequence[ModelStatus], store: Store) -> None:
        self.events.append("begin " + " ".join(status.spec.name for status in missing))

    def advance(self, what: str, done: int, total: int | None) -> None:
        self.steps.append((what, done, total))

    def end(self) -> None:
        self.events.append("end")


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()
