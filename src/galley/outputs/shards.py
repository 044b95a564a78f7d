"""Results as lines of JSON in a few large files instead of one small file for each page.

Runs in: parent, which is the only writer. Lines are collected and appended in groups; the caller keeps the length up
to which each shard is valid and hands it back after a crash, when everything behind it is cut off.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from galley.errors import OutputError
from galley.outputs.encoding import encode_json
from galley.outputs.files import describe_failure

SHARD_BYTES = 256 << 20
"""A shard that has grown to this size is followed by the next."""

_NAME = re.compile(r"part-(\d{5,})\.jsonl")


@dataclass(frozen=True, slots=True)
class Line:
    """Where one line is."""

    shard: int
    start: int
    """Its first byte."""
    end: int
    """The byte after its line feed."""


def shard_path(folder: Path, number: int) -> Path:
    """`part-00000.jsonl` and so on."""
    return folder / f"part-{number:05}.jsonl"


def encode_line(name: str, result: Any, beside: Mapping[str, Any] = MappingProxyType({})) -> bytes:
    """One line: the page's output stem, unique in the folder, its JSON fields, and what there is beside them."""
    return encode_json({"name": name, "res": result, **beside}, indent=None) + b"\n"


class Shards:
    """The shards of one output folder, open for appending."""

    def __init__(self, folder: Path, limit: int = SHARD_BYTES) -> None:
        """Write nothing yet.

        Args:
            folder: where they are.
            limit: bytes after which the next shard is begun.
        """
        self._folder = folder
        self._limit = limit
        self._number = 0
        self._length = 0
        self._unwritten: list[bytes] = []
        self._waiting = 0

    def recover(self, lengths: Mapping[int, int]) -> dict[int, int]:
        """Cut every shard to its valid length and remove those that have none; go on in the last.

        Returns:
            The shards that are shorter than they should be, or missing, with the length they have.

        Raises:
            OutputError: a shard cannot be cut.
        """
        short: dict[int, int] = {}
        for number in {*lengths, *_numbers(self._folder)}:
            path = shard_path(self._folder, number)
            try:
                if number not in lengths:
                    path.unlink()
                elif not path.exists():
                    short[number] = 0
                elif path.stat().st_size < lengths[number]:
                    short[number] = path.stat().st_size
                else:
                    os.truncate(path, lengths[number])
            except OSError as error:
                raise OutputError(describe_failure(path, error)) from error
        self._number = max(lengths, default=-1) + 1
        self._length = 0
        if lengths and self._number - 1 not in short and lengths[self._number - 1] < self._limit:
            self._number -= 1
            self._length = lengths[self._number]
        return short

    def append(self, line: bytes) -> Line:
        """Take one line, which ends in a line feed. It is on the disk after the next `flush`."""
        start = self._length
        self._length += len(line)
        self._unwritten.append(line)
        self._waiting += len(line)
        return Line(self._number, start, self._length)

    @property
    def full(self) -> bool:
        """Whether it is time for `begin_next`."""
        return self._length >= self._limit

    def begin_next(self) -> None:
        """Let the next line begin a new shard. To be called after `flush`."""
        self._number += 1
        self._length = 0

    def flush(self) -> tuple[int, int]:
        """Write what was appended; number and length of the current shard.

        Raises:
            OutputError: the shard cannot be written. It is as long as before, and the lines are given up.
        """
        lines, self._unwritten, waiting, self._waiting = self._unwritten, [], self._waiting, 0
        if lines:
            path = shard_path(self._folder, self._number)
            before = self._length - waiting
            try:
                with path.open("ab", buffering=0) as file:
                    _write_all(file.fileno(), b"".join(lines))
            except BaseException as error:
                self._length = before
                _cut(path, before)
                if isinstance(error, OSError):
                    raise OutputError(describe_failure(path, error)) from error
                raise
        return self._number, self._length

    def read(self, line: Line) -> bytes:
        """A line that was flushed.

        Raises:
            OutputError: it cannot be read.
        """
        path = shard_path(self._folder, line.shard)
        try:
            with path.open("rb") as file:
                file.seek(line.start)
                return file.read(line.end - line.start)
        except OSError as error:
            raise OutputError(f"cannot read {str(path)!r}: {error.strerror}") from error

    def remove(self, number: int) -> None:
        """Remove a shard that holds nothing of worth."""
        try:
            shard_path(self._folder, number).unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(describe_failure(shard_path(self._folder, number), error)) from error


def _numbers(folder: Path) -> list[int]:
    matches = [_NAME.fullmatch(name) for name in os.listdir(folder)] if folder.is_dir() else []  # noqa: PTH208
    return [int(match[1]) for match in matches if match is not None]


def _write_all(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def _cut(path: Path, length: int) -> None:
    try:
        os.truncate(path, length)
    except OSError:
        return  # it is cut when the folder is next opened
