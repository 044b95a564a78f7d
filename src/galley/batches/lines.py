"""Results as lines in shards, whose valid lengths the journal keeps.

Runs in: parent.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from galley.journal import Journal
from galley.outputs.shards import SHARD_BYTES, Line, Shards, encode_line

_MOVED_AT_ONCE = 1000


class LineStore:
    """The shards of an output folder and what the journal says of them, kept in step through any crash."""

    def __init__(self, journal: Journal, limit: int = SHARD_BYTES) -> None:
        """Cut off what was written and never committed; make pages pending whose lines are lost.

        Raises:
            OutputError: shards or journal cannot be written.
        """
        self._journal = journal
        self._shards = Shards(journal.output, limit)
        for number, length in self._shards.recover(journal.shard_lengths()).items():
            rest = journal.lose_lines(number, length)
            journal.set_shard_length(number, rest if rest else None)
        self._shards.recover(journal.shard_lengths())
        journal.before_commit(self._write)

    def add(self, name: str, result: Any, beside: Mapping[str, Any] = MappingProxyType({})) -> Line:
        """Take the line of one page; it lasts from the journal's next commit on."""
        if self._shards.full:
            self._write()
            self._shards.begin_next()
        return self._shards.append(encode_line(name, result, beside))

    def compact(self) -> None:
        """Drop the lines of pages that were done again since: move the others to a new shard, remove the old one."""
        live = self._journal.live_bytes()
        self._journal.commit()
        worn = [number for number, length in self._journal.shard_lengths().items() if live.get(number, 0) < length]
        if worn:
            self._shards.begin_next()
        for number in worn:
            for count, (file, page, start, end) in enumerate(self._journal.lines_of(number), 1):
                line = self._shards.read(Line(number, start, end))
                if self._shards.full:
                    self._write()
                    self._shards.begin_next()
                place = self._shards.append(line)
                self._journal.move_line(file, page, (place.shard, place.start, place.end))
                if count % _MOVED_AT_ONCE == 0:
                    self._journal.commit()
            self._journal.set_shard_length(number, None)
            self._journal.commit()
            self._shards.remove(number)

    def _write(self) -> None:
        number, length = self._shards.flush()
        if length:
            self._journal.set_shard_length(number, length)
