"""How many pages a document has, asked of a process of its own: a damaged file may crash or hang what opens it.

Runs in: parent (`PageCounter`) and a small child process (`serve`), which is neither parent nor worker.

The child is started with the first document and serves all that follow, one line of JSON for each; when a document
kills it, a new one is started.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import weakref
from typing import Any

from galley.errors import BadInput
from galley.inputs.documents import count_pdf_pages, count_tiff_frames
from galley.interpreter import python_command
from galley.pages import PageKind

LONGEST = 30.0
"""Seconds that one document may take. Neither the number of its pages nor its size matters much; damage does."""

_TRIES = 3
"""A child that dies may have been killed by somebody, or for want of memory."""


class PageCounter:
    """The parent's side of the child, to be closed by whoever made it. For any thread, and any fork."""

    def __init__(self, longest: float = LONGEST) -> None:
        """Start nothing yet; `longest` as `LONGEST`."""
        self._longest = longest
        self._turn = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._finalizer: weakref.finalize[..., Any] | None = None

    def count(self, path: str, kind: PageKind, password: str | None = None) -> int:
        """Number of pages of a PDF or TIFF file.

        Raises:
            BadInput: it cannot be opened, has no page, or crashes or hangs what opens it.
        """
        request = json.dumps([path, kind.value, password]).encode() + b"\n"
        code = 0
        with self._turn:
            for _ in range(_TRIES):
                line = self._ask(request)
                if line.endswith(b"\n"):
                    return _read(json.loads(line))
                code = self._end()
                if code == -signal.SIGALRM:
                    raise BadInput(f"opening it takes longer than {self._longest:g} s; it is probably damaged")
        raise BadInput(f"opening it crashes the process that does so ({_describe(code)}); it is probably damaged")

    def close(self) -> None:
        """End the child. It is started again when needed."""
        with self._turn:
            self._end()

    def __enter__(self) -> PageCounter:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _ask(self, request: bytes) -> bytes:
        """The child's answer; not a whole line if it died."""
        if self._child is None or self._owner != os.getpid():  # a fork must not speak to its parent's
            self._child, self._owner = _launch(self._longest), os.getpid()
            self._finalizer = weakref.finalize(self, _end_own, self._child, self._owner)
        assert self._child.stdin is not None  # both were asked for
        assert self._child.stdout is not None
        try:
            self._child.stdin.write(request)
            return self._child.stdout.readline()
        except BrokenPipeError:
            return b""
        except BaseException:  # Ctrl-C: the answer would come later, and be taken for that of the next document
            self._end()
            raise

    def _end(self) -> int:
        child, self._child = self._child, None
        if child is None or self._finalizer is None:
            return 0
        self._finalizer.detach()
        return _end_own(child, self._owner)


def _read(answer: int | str) -> int:
    if isinstance(answer, str):
        raise BadInput(answer)
    return answer


def _describe(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def _launch(longest: float) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        python_command("galley.inputs.page_counter:serve", str(longest)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
        start_new_session=True,  # a Ctrl-C in the terminal is not for it
    )


def _end_own(child: subprocess.Popen[bytes], owner: int) -> int:
    """End the child, which holds nothing that could be lost, unless we are a fork of whoever started it.

    The exit code is that of its own end, if it was dead already.
    """
    if os.getpid() != owner:
        return 0
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()
    child.kill()
    return child.wait()


def serve(longest: str) -> None:
    """Answer until the parent is gone, with `longest` seconds for each document.

    A document that takes longer ends the process by the alarm's default action, which no native code can hold up, and
    which also ends it when the parent is killed meanwhile.
    """
    answers = os.dup(1)
    os.dup2(2, 1)  # whatever a library prints
    for line in sys.stdin.buffer:
        path, kind, password = json.loads(line)
        signal.setitimer(signal.ITIMER_REAL, float(longest))
        answer: int | str
        try:
            answer = count_pdf_pages(path, password) if kind == PageKind.PDF.value else count_tiff_frames(path)
        except BadInput as error:
            answer = str(error)
        signal.setitimer(signal.ITIMER_REAL, 0)
        try:
            os.write(answers, json.dumps(answer).encode() + b"\n")
        except BrokenPipeError:  # the parent is gone
            return
