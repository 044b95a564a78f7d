"""The error tree and the exit codes.

Runs in: parent and worker.

A page that fails is a value (`galley.pages.Failed`), never an exception of the run. The exceptions here end a
run, or, raised inside a worker while a page is loaded or processed, become the `Failed` of that page.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from galley.pages import Failed


class ExitCode(IntEnum):
    """What the command `galley` answers to the shell."""

    OK = 0
    """Every page was processed."""
    BAD_ARGUMENTS = 2
    """A flag, keyword or option is unknown, missing or out of range; nothing was started."""
    BAD_INPUT = 3
    """There was nothing to process: a missing path, an empty folder, or not one readable page."""
    MODEL = 4
    """A model is missing, truncated or altered, and could not be fetched."""
    DEVICE = 5
    """A device or an inference engine that was asked for is not there."""
    NO_WORKER_LEFT = 6
    """Every worker died again and again; the pages not yet done were not processed."""
    OUTPUT = 7
    """The output folder cannot be written: full, read-only or missing."""
    SOME_FAILED = 10
    """Some pages failed and are listed; all others were processed."""
    UNEXPECTED = 70
    """A defect in Galley itself, or a pipeline of others that cannot be opened; the traceback is shown."""
    INTERRUPTED = 130
    """Ctrl-C or SIGTERM."""


class GalleyError(Exception):
    """Anything Galley raises on purpose. The message says what to do next."""

    exit_code: ClassVar[ExitCode] = ExitCode.UNEXPECTED


class BadArguments(GalleyError, ValueError):
    """An unknown or impossible option. Also a ValueError, as PaddleOCR's is."""

    exit_code = ExitCode.BAD_ARGUMENTS


class BadInput(GalleyError):
    """An input that cannot be read: missing, truncated, encrypted, too large, or of no supported kind."""

    exit_code = ExitCode.BAD_INPUT


class NoAnswer(GalleyError):
    """A question that a model or its server did not answer: refused, broken off, or empty."""

    exit_code = ExitCode.SOME_FAILED


class OutOfTime(NoAnswer, TimeoutError):
    """A question whose time was over before there was an answer."""


class ModelError(GalleyError):
    """A model that is missing, altered, or not of the expected form."""

    exit_code = ExitCode.MODEL


class DeviceError(GalleyError):
    """A device or engine that is not there, or an engine that runs on another device than asked."""

    exit_code = ExitCode.DEVICE


class DeviceLost(DeviceError):
    """A device, or a server in place of one, that does not answer: no page is to blame, and it may come back."""


class NoWorkerLeft(GalleyError):
    """Every slot was retired before the run was over."""

    exit_code = ExitCode.NO_WORKER_LEFT


class OutputError(GalleyError):
    """An output could not be written, so going on would lose results."""

    exit_code = ExitCode.OUTPUT


class PagesFailed(GalleyError):
    """Some pages have no result. All others were processed before this was raised."""

    exit_code = ExitCode.SOME_FAILED

    def __init__(self, failures: Sequence[Failed], count: int) -> None:
        """Carry what failed.

        Args:
            failures: the failed pages, or the first of very many.
            count: how many there are.
        """
        first = failures[0]
        super().__init__(f"{count} failed; the first: {first.page}: {first.message}")
        self.failures = tuple(failures)
        self.count = count
        self.results: tuple[Any, ...] = ()
        """The results of the other pages, where they were collected."""
