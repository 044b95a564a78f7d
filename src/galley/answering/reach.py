"""Which servers are there, found out without loading any library.

Runs in: parent (before any worker is started) and worker (before it loads the client for a server that is away).
"""

from __future__ import annotations

import ssl
import urllib.error
import urllib.request
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException

from galley.errors import DeviceError

SECONDS = 10.0
"""For one server."""
_AT_ONCE = 32


def require_servers(urls: Sequence[str]) -> None:
    """Warn of servers that do not answer; they are tried again later.

    Any answer will do, so no key is sent. Proxies of the environment are used.

    Raises:
        DeviceError: not one of them answers; with the reasons.
    """
    with ThreadPoolExecutor(min(len(urls), _AT_ONCE)) as pool:
        reasons = dict(zip(urls, pool.map(why_unreachable, urls), strict=True))
    away = [f"{url}: {reason}" for url, reason in reasons.items() if reason is not None]
    if len(away) == len(urls):
        raise DeviceError(f"no server answers: {'; '.join(away)}")
    for each in away:
        warnings.warn(f"a server does not answer and is left out for now: {each}", stacklevel=2)


def why_unreachable(url: str) -> str | None:
    """Why the server does not answer; None if it does, whatever it answers."""
    request = urllib.request.Request(f"{url.rstrip('/')}/models", headers={"User-Agent": "galley"})
    try:
        with urllib.request.urlopen(request, timeout=SECONDS):
            return None
    except urllib.error.HTTPError as error:
        error.close()
        return None
    except (OSError, HTTPException, ValueError) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        if isinstance(reason, OSError) and reason.strerror and not isinstance(reason, ssl.SSLError):
            return reason.strerror
        return str(reason) if str(reason) else type(reason).__name__
