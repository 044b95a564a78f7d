"""Fetching an input from a URL, to a file of its own.

Runs in: parent.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import time
import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

import platformdirs

from galley.errors import BadInput
from galley.inputs.names import url_file_name
from galley.inputs.options import SUPPORTED, kind_of

MAX_BYTES = 2**30
STALL_SECONDS = 30.0
"""How long a server may send nothing."""
TOTAL_SECONDS = 600.0
"""How long one file may take."""

_BLOCK = 2**16
_SUFFIX_OF_TYPE = {
    "application/pdf": ".pdf",
    "image/bmp": ".bmp",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/tiff": ".tif",
    "image/webp": ".webp",
    "image/x-ms-bmp": ".bmp",
    "image/x-portable-anymap": ".pnm",
    "image/x-portable-bitmap": ".pbm",
    "image/x-portable-graymap": ".pgm",
    "image/x-portable-pixmap": ".ppm",
}


def fetch(url: str, *, max_bytes: int = MAX_BYTES, total_seconds: float = TOTAL_SECONDS) -> str:
    """Fetch a URL and return the path of the file.

    Every URL has a folder of its own in the cache, so equal file names never meet. The file is fetched anew
    each time, and replaced only when it is complete. What it holds is decided by the suffix of the URL's
    path, else by the Content-Type. Redirects are followed, proxies of the environment are used.

    Raises:
        BadInput: the server cannot be reached, refuses, stalls, or sends something unsupported, too much, or
        too little.
    """
    # A space or a letter beyond ASCII is an error to the standard library, though not to any browser.
    address = quote(url, safe="%/:?#[]@!$&'()*+,;=~-._", errors="surrogateescape")
    deadline = time.monotonic() + total_seconds
    try:
        request = urllib.request.Request(address, headers={"User-Agent": "galley"})
        with urllib.request.urlopen(request, timeout=min(STALL_SECONDS, total_seconds)) as response:
            target = cache_folder() / _checksum(url) / _file_name(url, response.headers.get_content_type())
            length = response.headers.get("Content-Length")
            _store(response, target, int(length) if length is not None else None, max_bytes, deadline)
    except urllib.error.HTTPError as error:
        error.close()
        raise BadInput(f"the server answered {error.code} {error.reason}") from error
    except (OSError, HTTPException, ValueError) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        raise BadInput(f"cannot be fetched: {reason}") from error
    return str(target)


def cache_folder() -> Path:
    """Where fetched inputs are kept: `GALLEY_HOME`, else the user's cache folder."""
    home = os.environ.get("GALLEY_HOME", "")
    base = Path(home).expanduser().absolute() if home else platformdirs.user_cache_path("galley")
    return base / "inputs"


def _file_name(url: str, content_type: str) -> str:
    name = url_file_name(url)
    if kind_of(name) is None:
        if content_type not in _SUFFIX_OF_TYPE:
            raise BadInput(
                f"neither the address nor the server's Content-Type ({content_type}) says that it is "
                f"of a supported kind: {SUPPORTED}"
            )
        name += _SUFFIX_OF_TYPE[content_type]
    if len(os.fsencode(name)) > 200:
        name = _checksum(name) + Path(name).suffix
    return name


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _store(source: BinaryIO, target: Path, length: int | None, max_bytes: int, deadline: float) -> None:
    """Copy a stream to a file that appears only when it is complete."""
    if length is not None and length > max_bytes:
        raise BadInput(f"{length} bytes, and the limit is {max_bytes}")
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            done = 0
            while block := source.read(_BLOCK):
                done += len(block)
                if done > max_bytes:
                    raise BadInput(f"more than the limit of {max_bytes} bytes")
                if time.monotonic() > deadline:
                    raise BadInput(f"too slow: {done} bytes when its time was over")
                file.write(block)
        if length is not None and done != length:
            raise BadInput(f"the connection broke after {done} of {length} bytes")
        Path(temporary).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
