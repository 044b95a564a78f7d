"""Fetches the ONNX folder of a model from a model hub, by plain HTTP.

Runs in: parent. The hub serves `<endpoint>/<repository>/resolve/main/<file>`, as Hugging Face and its mirrors
do; where it states a SHA-256 (`X-Linked-Etag` on the redirect, or `ETag`) and a size, both are checked.
"""

from __future__ import annotations

import http.client
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from email.message import Message
from pathlib import Path
from typing import IO, Any

from galley.errors import BadArguments, ModelError
from galley.models.folder import GRAPH_FILE, RULES_FILE
from galley.models.placing import Advance, copy_checked

FILES = (GRAPH_FILE, RULES_FILE)

SECONDS = 30.0
"""Without a byte for so long, a transfer is given up."""

_SHA256 = re.compile(r'"?(?P<hash>[0-9a-f]{64})"?')


def fetch_folder(
    endpoint: str, repository: str, folder: Path, advance: Advance | None = None
) -> dict[str, Mapping[str, Any]]:
    """Fetches graph and rules of `repository` into the empty `folder`; returns size and hash of each file.

    Raises:
        BadArguments: the endpoint is no http(s) URL.
        ModelError: the hub cannot be reached, lacks the file, or sent something else than it announced.
    """
    if urllib.parse.urlsplit(endpoint).scheme not in ("http", "https"):
        raise BadArguments(f"the model hub {endpoint!r} is no http or https URL; set GALLEY_HUB")
    return {
        name: _fetch_file(f"{endpoint}/{urllib.parse.quote(repository)}/resolve/main/{name}", folder / name, advance)
        for name in FILES
    }


def _fetch_file(url: str, target: Path, advance: Advance | None) -> dict[str, Any]:
    redirects = _HeadersOfRedirects()
    opener = urllib.request.build_opener(redirects)
    request = urllib.request.Request(url, headers={"User-Agent": "galley-ocr", "Accept-Encoding": "identity"})
    try:
        with opener.open(request, timeout=SECONDS) as answer:
            size, sha256 = _announced(redirects.headers, answer.headers)
            body = _Body(answer, url)
            return copy_checked(body, target, what=url, size=size, sha256=sha256, advance=advance)
    except urllib.error.HTTPError as error:
        error.close()
        raise ModelError(f"the model hub answered {error.code} ({error.reason}) for {url}") from error
    except urllib.error.URLError as error:
        raise ModelError(f"the model hub cannot be reached for {url}: {error.reason}") from error
    except (http.client.HTTPException, TimeoutError, ConnectionError) as error:
        raise ModelError(f"the model hub gave no answer for {url}: {error!r}") from error


class _Body:
    """The body of an answer; what goes wrong on the network is told apart from what goes wrong on the disk."""

    def __init__(self, answer: IO[bytes], url: str) -> None:
        self._answer = answer
        self._url = url

    def read(self, size: int, /) -> bytes:
        try:
            return self._answer.read(size)
        except (http.client.HTTPException, OSError) as error:
            raise ModelError(f"the transfer of {self._url} broke off: {error!r}; nothing of it was kept") from error


class _HeadersOfRedirects(urllib.request.HTTPRedirectHandler):
    """Keeps the headers of the first redirect: a hub states the hash there, its file server does not."""

    def __init__(self) -> None:
        self.headers: Message | None = None

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        if self.headers is None:
            self.headers = headers
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _announced(redirect: Message | None, final: Message) -> tuple[int | None, str | None]:
    """Size and SHA-256 as the hub stated them; None for what it did not state."""
    size = _header(redirect, final, "X-Linked-Size", "Content-Length")
    etag = _header(redirect, final, "X-Linked-Etag", "ETag")
    match = _SHA256.fullmatch(etag) if etag is not None else None
    return (
        int(size) if size is not None and size.isdigit() else None,
        match["hash"] if match is not None else None,
    )


def _header(redirect: Message | None, final: Message, stated: str, plain: str) -> str | None:
    """`stated` of the redirect or the last answer, else the `plain` header of the last answer."""
    for headers, name in ((redirect, stated), (final, stated), (final, plain)):
        value = headers.get(name) if headers is not None else None
        if value is not None:
            return str(value).strip()
    return None
