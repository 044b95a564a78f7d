"""Servers that take the place of devices.

Runs in: parent (built from flags or keywords) and worker (read only). Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from galley.config.checks import require_range
from galley.errors import BadArguments


@dataclass(frozen=True, slots=True)
class Servers:
    """Where they are, and how much each is asked at once."""

    urls: tuple[str, ...] = ()
    """Addresses of OpenAI-compatible APIs, such as `http://host:8000/v1`; none: devices are used."""
    concurrency: int = 16
    """Questions that each instance keeps in work at its server."""

    def __post_init__(self) -> None:
        require_range("vl_rec_max_concurrency", self.concurrency, 1, 1024)
        for url in self.urls:
            _check_url(url)
        twice = sorted({url for url in self.urls if self.urls.count(url) > 1})
        if twice:
            raise BadArguments(f"vl_rec_server_url has {twice[0]} twice; use instances_per_device for more than one")


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise BadArguments(f"a server's address is not understood: {error}") from error
    # The address goes to logs, journals and reports, where a secret must not be: so it is not repeated here either.
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise BadArguments(
            f"the address of the server {host} holds a user, a password or parameters; give the key in the "
            "environment variable OPENAI_API_KEY"
        )
    if parts.scheme not in ("http", "https") or not host or port == 0:
        raise BadArguments(f"server {url!r} is no address; write it like http://host:8000/v1")
