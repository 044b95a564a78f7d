"""Puts files into the store so that nobody ever sees half of one.

Runs in: parent. A model is built in a scratch folder on the store's own file system, checked, flushed to the
disk and then renamed into place as a whole.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from galley.errors import ModelError, OutputError

Advance: TypeAlias = Callable[[int, int | None], None]
"""Told the bytes done and, where it is known, their total."""

NOTE = "source.json"
"""The file beside a model that says where it came from and what was fetched."""

_CHUNK = 1 << 20


@contextmanager
def disk_errors(place: Path) -> Iterator[None]:
    """Turns errors of the file system into one clear message about the store at `place`.

    Raises:
        OutputError: the disk is full, or the store cannot be written.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            reason = "its disk is full"
        elif error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            reason = "it cannot be written"
        else:
            reason = str(error)
        raise OutputError(
            f"the model store {place} cannot take a model: {reason}; "
            "make room or permit writing, or name another place in GALLEY_HOME"
        ) from error


def hash_file(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        digest = hashlib.sha256()
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


class Readable(Protocol):
    """A stream of bytes."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""
        ...


def copy_checked(
    source: Readable,
    target: Path,
    *,
    what: str,
    size: int | None,
    sha256: str | None,
    advance: Advance | None,
) -> dict[str, Any]:
    """Copies a stream to the new file `target`, flushed to the disk; returns its size and hash for the note.

    Raises:
        ModelError: the stream is shorter or longer than `size`, or its hash is not `sha256`.
    """
    digest = hashlib.sha256()
    done = 0
    with target.open("xb") as file:
        while chunk := source.read(_CHUNK):
            file.write(chunk)
            digest.update(chunk)
            done += len(chunk)
            if advance is not None:
                advance(done, size)
        file.flush()
        os.fsync(file.fileno())
    if size is not None and done != size:
        raise ModelError(f"{what} has {done} bytes instead of {size}; nothing of it was kept, try again")
    if sha256 is not None and digest.hexdigest() != sha256:
        raise ModelError(
            f"{what} has the SHA-256 {digest.hexdigest()} instead of {sha256}; it was altered on its way or "
            "published anew, and nothing of it was kept"
        )
    return {"sha256": digest.hexdigest(), "bytes": done}


def write_note(folder: Path, note: Mapping[str, Any]) -> None:
    """Writes `source.json` into a model's folder."""
    with (folder / NOTE).open("x", encoding="utf-8") as file:
        json.dump(note, file, indent=2, ensure_ascii=False)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())


def place_folder(built: Path, target: Path, scratch: Path) -> None:
    """Renames the finished folder `built` to `target`; what was there before goes to `scratch`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        target.rename(scratch / f"replaced-{target.name}")
    built.rename(target)
    _flush_folder(target.parent)


def empty_scratch(scratch: Path) -> None:
    """A fresh, empty scratch folder; only for the holder of the lock, for it removes what others left."""
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True, exist_ok=True)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
