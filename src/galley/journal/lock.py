"""One run at a time on an output folder.

Runs in: parent.

A lock of the operating system, which ends with the process that holds it, however that ends; the process id in the
file is only for the message.
"""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from galley.errors import OutputError
from galley.journal.schema import FOLDER

_NAME = "lock"
_PATIENCE = 0.5  # seconds


class FolderLock:
    """The right to write to an output folder, from construction to `release`."""

    def __init__(self, output: Path) -> None:
        """Take the lock, and make the folder if it is not there.

        Raises:
            OutputError: another process holds it (its id is named), or the folder cannot be written.
        """
        path = output / FOLDER / _NAME
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise OutputError(f"cannot use the output folder {str(output)!r}: {error.strerror}") from error
        try:
            _take(self._descriptor)
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)
        except BlockingIOError:
            owner = os.pread(self._descriptor, 32, 0).decode(errors="replace").strip()
            os.close(self._descriptor)
            raise OutputError(
                f"another run is writing to {str(output)!r}: process {owner if owner else 'unknown'}; "
                "wait for its end, or choose another output folder"
            ) from None
        except OSError as error:
            os.close(self._descriptor)
            raise OutputError(f"cannot lock the output folder {str(output)!r}: {error.strerror}") from error

    def release(self) -> None:
        """Let others in."""
        os.close(self._descriptor)


def _take(descriptor: int) -> None:
    """Lock, or raise BlockingIOError when somebody holds it for longer than `is_locked` does."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise
            time.sleep(0.01)
        else:
            return


def is_locked(output: Path) -> bool:
    """Whether a run is going on in the folder."""
    try:
        descriptor = os.open(output / FOLDER / _NAME, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    else:
        return False
    finally:
        os.close(descriptor)
