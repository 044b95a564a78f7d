"""One attempt at pages: call the pipeline, turn whatever comes of it into an answer, and that into an outcome.

Runs in: worker, up to the answer; parent, from there on, and for all of it in `galley.fleet.inline`.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator, Sequence
from typing import Any

from galley.errors import BadInput, DeviceError, DeviceLost, GalleyError, OutputError
from galley.fleet.messages import Finished, Parcel, Pipeline, Rejected
from galley.fleet.tray import Loaded
from galley.pages import Done, Failed, FailureKind, Outcome

FATAL = (MemoryError, DeviceError)
"""After these the process is not trusted with another page."""


def load(pipeline: Pipeline, seq: int, parcel: Parcel) -> Loaded | Rejected:
    """Unpack and load one page."""
    start = time.perf_counter()
    try:
        content = pipeline.load(parcel.unpack())
    except BaseException as error:  # also SystemExit: a page must not end the worker quietly
        return reject(seq, error, time.perf_counter() - start)
    return Loaded(seq, content, time.perf_counter() - start)


def predict(pipeline: Pipeline, pages: Sequence[Loaded]) -> Iterator[Finished | Rejected]:
    """The answers for `pages`, in order, from one predict call; from one call each if that raises.

    Raises:
        MemoryError, DeviceError: after the page's own `Rejected`; the pages that follow have no answer.
        DeviceLost: none of the pages has an answer.
    """
    start = time.perf_counter()
    try:
        results = pipeline.predict([page.content for page in pages])
        if len(results) != len(pages):
            raise ValueError(f"the pipeline gave {len(results)} results for {len(pages)} pages")
    except DeviceLost:
        raise
    except BaseException as error:
        if len(pages) > 1:
            for page in pages:
                yield from predict(pipeline, [page])
            return
        yield reject(pages[0].seq, error, pages[0].seconds + time.perf_counter() - start)
        if isinstance(error, FATAL):
            raise
        return
    share = (time.perf_counter() - start) / len(pages)
    for page, result in zip(pages, results, strict=True):
        yield _pack(page, result, page.seconds + share)


def _pack(page: Loaded, result: Any, seconds: float) -> Finished | Rejected:
    try:
        return Finished(page.seq, Parcel.pack(result), seconds)
    except BaseException as error:
        return reject(page.seq, error, seconds)


def reject(seq: int, error: BaseException, seconds: float) -> Rejected:
    """The answer for a page whose attempt raised `error`; only strings leave the worker.

    Raises:
        KeyboardInterrupt: that was the error, and this process hears Ctrl-C: it is the user's, and not the page's.
    """
    if isinstance(error, KeyboardInterrupt) and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        raise error
    if isinstance(error, BadInput):
        kind = FailureKind.UNREADABLE
    elif isinstance(error, OutputError):
        kind = FailureKind.NOT_WRITTEN
    elif isinstance(error, TimeoutError):
        kind = FailureKind.TIMED_OUT
    else:
        kind = FailureKind.REJECTED
    return Rejected(seq, kind, summarize(error), format_traceback(error), seconds)


def read_answer(page: Any, answer: Finished | Rejected, slot: str, tries: int) -> Outcome:
    """The outcome that an answer means, in the parent; `slot` gave it, at the page's `tries`-th try."""
    if isinstance(answer, Finished):
        try:
            return Done(page, answer.result.unpack(), slot, answer.seconds, tries)
        except Exception as error:  # a result of a kind that is known to the worker only
            answer = reject(answer.seq, error, answer.seconds)
    return Failed(page, answer.kind, answer.message, answer.traceback, tries)


def summarize(error: BaseException) -> str:
    """One line for a person: the message of our own errors, the class name with it for others."""
    try:
        text = " ".join(str(error).split())
    except Exception:  # a broken __str__ must not cost the worker
        text = "(its message cannot be shown)"
    if isinstance(error, GalleyError) and text:
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def format_traceback(error: BaseException) -> str:
    """The traceback as Python would print it."""
    import traceback  # needed for failures only, and a tenth of the worker's start

    return "".join(traceback.format_exception(error))
