"""Opening a file that anybody may have put there: never blocks, and every failure is a sentence.

Runs in: parent and worker.
"""

# Paths stay text: `Path` would change what the user wrote (`./x`), and costs more than the work here.
# ruff: noqa: PTH116

from __future__ import annotations

import errno
import os
import stat
from typing import BinaryIO

from galley.errors import BadInput

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def check_file(path: str) -> None:
    """Look at a file without opening it.

    Raises:
        BadInput: it is missing, empty, not a regular file, or may not be read.
    """
    try:
        _check_status(os.stat(path))
    except (OSError, ValueError) as error:
        raise BadInput(explain(error)) from error
    if not os.access(path, os.R_OK):
        raise BadInput("no permission to read it")


def open_file(path: str) -> BinaryIO:
    """Open a regular file for reading; a named pipe without a writer does not block.

    Raises:
        BadInput: as `check_file`, also for what happened to the file since it was listed.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise BadInput(explain(error)) from error
    file = os.fdopen(descriptor, "rb")
    try:
        _check_status(os.fstat(descriptor))
    except BadInput:
        file.close()
        raise
    return file


def read_file(path: str) -> bytes:
    """The bytes of a regular file.

    Raises:
        BadInput: it cannot be opened or read.
    """
    with open_file(path) as file:
        try:
            return file.read()
        except OSError as error:
            raise BadInput(explain(error)) from error


def is_utf8(path: str) -> bool:
    """Whether a file's name can be handed to libraries that take text; others hold bytes that are none."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def explain(error: Exception) -> str:
    """One sentence, without the path, on why the system refused a file."""
    if not isinstance(error, OSError):
        return f"not a possible file name: {error}"
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return "no such file or folder"
    if error.errno in (errno.EACCES, errno.EPERM):
        return "no permission to read it"
    if error.errno == errno.ELOOP:
        return "a symbolic link that leads back to itself"
    return f"the system cannot read it: {error.strerror}"


def _check_status(status: os.stat_result) -> None:
    for is_kind, what in _KINDS:
        if is_kind(status.st_mode):
            raise BadInput(f"{what}, not a file that can be read")
    if status.st_size == 0:
        raise BadInput("the file is empty (0 bytes)")
