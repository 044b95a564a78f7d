from __future__ import annotations

import http.server
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from galley.errors import BadInput
from galley.inputs import list_pages, load_pixels
from galley.inputs.remote import cache_folder, fetch
from galley.pages import PageKind, PageRef, Unreadable

if TYPE_CHECKING:
    from tests.inputs.conftest import Encoder


class Site(http.server.ThreadingHTTPServer):
    """Answers `GET path` with what `answers` says: status, headers, body."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[str] = []
        self.silence = threading.Event()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Answer(http.server.BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.path == "/silent.png":
            self.server.silence.wait(30)
            return
        status, headers, body = self.server.answers.get(self.path, (404, {}, b"no such page"))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Keep the test output clean."""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("GALLEY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("no_proxy", "*")
    with Site() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.silence.set()
        server.shutdown()
        thread.join()


def test_a_picture_is_fetched_when_its_turn_comes(site: Site, tmp_path: Path, encode: Encoder) -> None:
    site.answers["/a/x.png?size=large"] = (200, {}, encode("PNG"))
    pages = list_pages([f"{site.base}/a/x.png?size=large"])
    assert site.asked == []
    (page,) = pages
    assert isinstance(page, PageRef)
    assert (page.kind, page.name) == (PageKind.IMAGE, "x")
    assert page.path is not None
    assert Path(page.path).name == "x.png"
    assert Path(page.path).is_relative_to(tmp_path / "home" / "inputs")
    assert load_pixels(page).shape == (120, 90, 3)


def test_a_pdf_is_its_pages(site: Site, three_pages: bytes) -> None:
    site.answers["/doc.PDF"] = (200, {"Content-Type": "text/plain"}, three_pages)
    pages = [page for page in list_pages(f"{site.base}/doc.PDF") if isinstance(page, PageRef)]
    assert [(page.name, page.index, page.count) for page in pages] == [("doc", i, 3) for i in range(3)]


def test_two_urls_with_one_file_name_do_not_meet(site: Site, encode: Encoder) -> None:
    site.answers["/a/x.png"] = (200, {}, encode("PNG"))
    site.answers["/b/x.png"] = (200, {}, encode("BMP"))
    one, other = (fetch(f"{site.base}/{folder}/x.png") for folder in "ab")
    assert Path(one).name == Path(other).name == "x.png"
    assert Path(one).read_bytes() == encode("PNG")
    assert Path(other).read_bytes() == encode("BMP")


@pytest.mark.parametrize(
    ("content_type", "name"),
    [("image/png", "get.png"), ("image/jpeg; charset=binary", "get.jpg"), ("application/pdf", "get.pdf")],
)
def test_without_a_suffix_the_content_type_decides(site: Site, content_type: str, name: str) -> None:
    site.answers["/get?id=7.txt"] = (200, {"Content-Type": content_type}, b"x")
    assert Path(fetch(f"{site.base}/get?id=7.txt")).name == name


def test_redirects_are_followed(site: Site, encode: Encoder) -> None:
    site.answers["/old.png"] = (302, {"Location": "/new"}, b"")
    site.answers["/new"] = (200, {}, encode("PNG"))
    assert Path(fetch(f"{site.base}/old.png")).read_bytes() == encode("PNG")


def test_letters_beyond_ascii(site: Site, encode: Encoder) -> None:
    site.answers["/%E6%BC%A2%20x.png"] = (200, {}, encode("PNG"))
    assert Path(fetch(f"{site.base}/漢 x.png")).name == "漢 x.png"
    assert Path(fetch(f"{site.base}/%E6%BC%A2%20x.png")).name == "漢 x.png"


def test_the_file_is_fetched_anew_each_time(site: Site) -> None:
    site.answers["/x.png"] = (200, {}, b"one")
    path = fetch(f"{site.base}/x.png")
    site.answers["/x.png"] = (200, {}, b"other")
    assert fetch(f"{site.base}/x.png") == path
    assert Path(path).read_bytes() == b"other"


@pytest.mark.parametrize(
    ("path", "answer", "message"),
    [
        ("/x.png", (404, {}, b""), "the server answered 404 Not Found"),
        ("/x.png", (503, {}, b""), "the server answered 503"),
        ("/x.png", (302, {"Location": "/x.png"}, b""), "302"),
        ("/x.png", (302, {"Location": "file:///etc/passwd"}, b""), "302|not allowed"),
        ("/x.png", (200, {"Content-Length": "1000"}, b"short"), r"after 5 of 1000 bytes"),
        ("/x.png", (200, {"Content-Length": "5000"}, b"x" * 5000), "5000 bytes, and the limit is 2000"),
        ("/x", (200, {"Content-Type": "text/html"}, b"<html>"), r"Content-Type \(text/html\)"),
        ("/", (200, {"Content-Type": "text/html"}, b"<html>"), "neither the address"),
    ],
)
def test_bad_answers(site: Site, path: str, answer: tuple[int, dict[str, str], bytes], message: str) -> None:
    site.answers[path] = answer
    with pytest.raises(BadInput, match=message):
        fetch(f"{site.base}{path}", max_bytes=2000)
    assert [file for file in cache_folder().rglob("*") if file.is_file()] == []


def test_more_than_announced_is_not_stored(site: Site) -> None:
    class Endless(_Answer):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(bytes(2**16))
            except OSError:
                pass

    site.RequestHandlerClass = Endless
    with pytest.raises(BadInput, match="more than the limit of 1000000 bytes"):
        fetch(f"{site.base}/x.png", max_bytes=1_000_000)


def test_a_silent_server(site: Site) -> None:
    with pytest.raises(BadInput, match="timed out"):
        fetch(f"{site.base}/silent.png", total_seconds=0.3)


def test_a_server_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]  # taken, so that nobody else listens there
        with pytest.raises(BadInput, match=r"cannot be fetched: .*refused"):
            fetch(f"http://127.0.0.1:{port}/x.png")
    (item,) = list_pages("http://[::1/x.png")
    assert isinstance(item, Unreadable)
    assert "cannot be fetched" in item.message


def test_one_bad_url_costs_no_other_input(site: Site, encode: Encoder) -> None:
    site.answers["/x.png"] = (200, {}, encode("PNG"))
    pixels = np.zeros((4, 4, 3), np.uint8)
    found = list(list_pages([f"{site.base}/gone.png", f"{site.base}/x.png", pixels]))
    assert isinstance(found[0], Unreadable)
    assert (found[0].path, found[0].message) == (f"{site.base}/gone.png", "the server answered 404 Not Found")
    assert [isinstance(page, PageRef) for page in found[1:]] == [True, True]
