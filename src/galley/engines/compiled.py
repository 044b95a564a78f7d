"""Keeps compiled graphs on disk, so that the next worker starts sooner.

Runs in: worker. A file is written once and renamed into place, and carries its own SHA-256: a reader sees all of it
or none, and never a damaged one.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

_DIGEST_BYTES = hashlib.sha256().digest_size


def name_compiled(graph: Path, facts: Sequence[object]) -> str:
    """File name for what comes of compiling `graph` under `facts`; another graph or fact gives another name."""
    digest = hashlib.sha256(graph.read_bytes())
    digest.update(repr(tuple(facts)).encode())
    return f"{digest.hexdigest()[:32]}.compiled"


def read_compiled(file: Path) -> bytes | None:
    """The content, or None where there is none that is whole."""
    try:
        stored = file.read_bytes()
    except OSError:
        return None
    digest, content = stored[:_DIGEST_BYTES], stored[_DIGEST_BYTES:]
    return content if hashlib.sha256(content).digest() == digest else None


def write_compiled(file: Path, content: bytes) -> None:
    """Stores the content. A disk that is full or read-only is no error: the graph is compiled again next time."""
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, scratch = tempfile.mkstemp(dir=file.parent, prefix="half-")
        try:
            with os.fdopen(handle, "wb") as half:
                half.write(hashlib.sha256(content).digest() + content)
            Path(scratch).replace(file)
        except OSError:
            Path(scratch).unlink(missing_ok=True)
            raise
