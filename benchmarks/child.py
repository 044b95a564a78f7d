"""A benchmark's own child process: one request line in, one answer line out, both JSON.

Runs in: parent (`Child`) and child (`serve`). Standard library only: children run in other environments too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any

_STOP_WAIT = 20.0  # seconds


class Child:
    """A process that answers requests; `start_seconds` passed from its start to its first answer."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        """Start it and wait until it says that it is ready.

        Raises:
            RuntimeError: it ended instead.
        """
        self._name = " ".join(command[:3])
        start = time.perf_counter()
        self._popen = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=None if environment is None else {**os.environ, **environment},
        )
        self.ready: dict[str, Any] = self._hear()
        self.start_seconds = time.perf_counter() - start

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to one request.

        Raises:
            RuntimeError: the child ended, or could not do it.
        """
        assert self._popen.stdin is not None  # it was asked for
        self._popen.stdin.write(json.dumps(request) + "\n")
        self._popen.stdin.flush()
        answer = self._hear()
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def _hear(self) -> dict[str, Any]:
        assert self._popen.stdout is not None  # it was asked for
        line = self._popen.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._name} ended with {self._popen.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        """End the child: it leaves at the end of its input."""
        for pipe in (self._popen.stdin, self._popen.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._popen.wait(_STOP_WAIT)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def serve(open_subject: Callable[[], Callable[[dict[str, Any]], dict[str, Any]]]) -> None:
    """Open what is measured, say that it is ready, and answer requests until the input ends.

    Whatever the subject or its libraries print goes to standard error.
    """
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    answer = open_subject()
    print(json.dumps({"ready": True}), file=answers, flush=True)
    for line in sys.stdin:
        try:
            reply = answer(json.loads(line))
        except Exception as error:
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), file=answers, flush=True)
