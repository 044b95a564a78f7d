"""Writing a file whole or not at all.

Runs in: parent and worker.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from galley.errors import OutputError

_ADVICE = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "permission denied",
    errno.ENOTDIR: "a part of the path is a file, not a folder",
    errno.EEXIST: "a part of the path is a file, not a folder",
    errno.EISDIR: "there is a folder of that name",
    errno.ENAMETOOLONG: "the name is too long",
}

TEMPORARY_PREFIX = ".galley-"
"""How files that are not finished yet begin; whatever bears it after a run may be deleted."""


def write_file(path: Path, content: bytes) -> None:
    """Write `content` to `path` whole or not at all: see `open_whole`.

    Raises:
        OutputError: the file cannot be written, with the reason in words.
    """
    with open_whole(path) as file:
        file.write(content)


def write_text_file(path: Path, text: str) -> None:
    """Write `text` in UTF-8, a question mark for what is not Unicode in it; whole or not at all: see `open_whole`.

    No text is a result too, of a blank page: it is written as the end of a line. A file of 0 bytes is what a power cut
    leaves, and a batch would do its page again.

    Raises:
        OutputError: the file cannot be written, with the reason in words.
    """
    write_file(path, text.encode("utf-8", "replace") if text else b"\n")


@contextlib.contextmanager
def open_whole(path: Path) -> Iterator[BinaryIO]:
    """A file to write to that is renamed to `path` at the end, so that no reader sees a part of it.

    It has a temporary name beside `path` and is gone after an exception. An existing file is replaced; missing
    folders are made. Not synced to the disk: a power cut may lose it, the death of any process does not.

    Raises:
        OutputError: the file cannot be written, with the reason in words.
    """
    # Not by `tempfile`, whose files are private: to give them the usual rights, the umask would have to be set for a
    # moment to be read, and several threads write.
    temporary = path.parent / f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            yield file
        temporary.replace(path)
    except OSError as error:
        raise OutputError(describe_failure(path, error)) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def sweep(folder: Path) -> int:
    """Remove the unfinished files that killed processes left in `folder` and below; how many.

    For when nobody is writing there. What cannot be removed stays.
    """
    removed = 0
    for path, _, names in os.walk(folder):
        for name in names:
            if name.startswith(TEMPORARY_PREFIX):
                with contextlib.suppress(OSError):
                    Path(path, name).unlink()
                    removed += 1
    return removed


def remove_folder(folder: Path) -> None:
    """Remove a folder of files. What cannot be removed stays, and so does what holds other folders."""
    with contextlib.suppress(OSError):
        for entry in list(folder.iterdir()):
            entry.unlink()
        folder.rmdir()


def remove_tree(top: Path) -> None:
    """Remove a folder and all that is in it; what cannot be removed stays."""
    shutil.rmtree(top, ignore_errors=True)


def remove_empty_folders(top: Path) -> None:
    """Remove `top` and the folders below it as far as they hold no file. For when nobody is writing there."""
    for folder, _, _ in os.walk(top, topdown=False):
        with contextlib.suppress(OSError):
            Path(folder).rmdir()


def describe_failure(path: Path, error: OSError) -> str:
    """One line on why `path` could not be written."""
    reason = _ADVICE.get(error.errno if error.errno is not None else 0, error.strerror)
    return f"cannot write {str(path)!r}: {reason}"


def require_folder(folder: Path) -> None:
    """Make sure that `folder` exists and files can be written in it, before any work is done.

    Raises:
        OutputError: it is a file, cannot be made, or takes no file.
    """
    probe = folder / f"{TEMPORARY_PREFIX}probe-{os.getpid()}"
    write_file(probe, b"")
    with contextlib.suppress(OSError):
        probe.unlink()
