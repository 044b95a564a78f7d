"""Small pictures of pages that failed, made by another process: what broke a worker must not break the report.

Runs in: parent.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterable, Iterator
from selectors import EVENT_READ, DefaultSelector

from galley.interpreter import python_command

LONG_SIDE = 200
"""Pixels of the longer side."""
PAGE_SECONDS = 5.0
_START_SECONDS = 15.0
_ALL_SECONDS = 45.0


def make_thumbnails(pages: Iterable[tuple[str, int]], page_seconds: float = PAGE_SECONDS) -> list[str]:
    """A data URI for each page, by path and 0-based page or -1; empty where the page cannot be shown in time.

    A page that kills the process or takes longer than `page_seconds` costs its own picture; after 45 seconds no more
    are made.
    """
    made: list[str] = []
    deadline = time.monotonic() + _ALL_SECONDS
    remaining = list(pages)
    while remaining and time.monotonic() < deadline:
        answers = list(_ask(remaining, page_seconds, deadline))
        # The page after the last answer has ended the process.
        answers = [*answers, ""][: len(remaining)]
        made.extend(answers)
        remaining = remaining[len(answers) :]
    return made + [""] * len(remaining)


def _ask(pages: list[tuple[str, int]], page_seconds: float, deadline: float) -> Iterator[str]:
    """Answers of one process, up to the first page at which it dies or is too slow."""
    with (
        subprocess.Popen(
            python_command("galley.report.thumbnailer:main"),
            bufsize=0,  # what a buffer kept for a process that has died could not be written at the end
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process,
        DefaultSelector() as selector,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            selector.register(process.stdout, EVENT_READ)
            patience = _START_SECONDS
            for path, page in pages:
                process.stdin.write((json.dumps([path, page]) + "\n").encode())
                line = _read_line(process.stdout.fileno(), selector, min(time.monotonic() + patience, deadline))
                if line is None:
                    return
                yield line
                patience = page_seconds
        except BrokenPipeError:
            return
        finally:
            process.kill()


def _read_line(descriptor: int, selector: DefaultSelector, deadline: float) -> str | None:
    """A line without its end; None if the process ends or the time is over before it is there."""
    content = b""
    while not content.endswith(b"\n"):
        if not selector.select(max(deadline - time.monotonic(), 0)):
            return None
        received = os.read(descriptor, 1 << 16)
        if not received:
            return None
        content += received
    return content[:-1].decode()
