"""Messages on one end of a socket pair, framed so that pages full of pixels travel without needless copies.

Runs in: parent (non-blocking descriptor) and worker (blocking descriptor).

A frame is a head (number of buffers, length of the pickle, length of each buffer), the pickle, and the buffers
that pickle protocol 5 keeps out of it. They are written by `writev` from where they are and read straight into
their final memory.
"""

from __future__ import annotations

import os
import pickle
import struct
from collections import deque
from collections.abc import Iterator
from typing import Any

_HEAD = struct.Struct("<IQ")
_LENGTH = struct.Struct("<Q")
_SMALL_READ = 1 << 16
_MAX_VECTOR = 64  # elements per writev; the system's own limit is 1024


class Channel:
    """One end. Not thread-safe: one thread may send and another receive, each with nobody beside it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._outgoing: deque[memoryview] = deque()
        self._scratch = memoryview(bytearray(_SMALL_READ))
        self._incoming = bytearray()
        self._frame: _Frame | None = None

    def fileno(self) -> int:
        """The descriptor, for selectors."""
        return self._descriptor

    def close(self) -> None:
        """Close the descriptor and forget what was not sent. May be called again."""
        self._outgoing.clear()
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def queue(self, message: Any) -> None:
        """Put `message` in line for `flush`.

        Raises:
            Exception: whatever pickling raises; then nothing was queued.
        """
        buffers: list[pickle.PickleBuffer] = []
        pickled = pickle.dumps(message, protocol=5, buffer_callback=buffers.append)
        raw = [buffer.raw() for buffer in buffers]
        lengths = b"".join(_LENGTH.pack(view.nbytes) for view in raw)
        self._outgoing.append(memoryview(_HEAD.pack(len(raw), len(pickled)) + lengths + pickled))
        self._outgoing.extend(view for view in raw if view.nbytes)

    def flush(self) -> bool:
        """Send what is queued as far as the socket takes it; True when nothing is left.

        Raises:
            OSError: the other end is gone.
        """
        outgoing = self._outgoing
        while outgoing:
            try:
                sent = os.writev(self._descriptor, [outgoing[i] for i in range(min(len(outgoing), _MAX_VECTOR))])
            except BlockingIOError:
                return False
            while outgoing and sent >= outgoing[0].nbytes:
                sent -= outgoing.popleft().nbytes
            if sent:
                outgoing[0] = outgoing[0][sent:]
        return True

    def receive(self) -> list[Any]:
        """Read once and return the messages that are complete by now, often none; blocks if the descriptor does.

        Raises:
            EOFError: the other end is closed.
            BlockingIOError: nothing to read on a non-blocking descriptor.
            OSError: the connection broke.
        """
        frame = self._frame
        if frame is not None and not self._incoming:
            if not frame.read_from(self._descriptor):
                return []
            self._frame = None
            return [frame.load()]
        count = os.readv(self._descriptor, [self._scratch])
        if count == 0:
            raise EOFError("the other end is closed")
        self._incoming += self._scratch[:count]
        return list(self._parse())

    def messages(self) -> Iterator[Any]:
        """Every message until the other end closes. For blocking descriptors."""
        while True:
            try:
                arrived = self.receive()
            except (EOFError, ConnectionError):
                return
            yield from arrived

    def _parse(self) -> Iterator[Any]:
        incoming = self._incoming
        while True:
            while (end := _end_of_plain_frame(incoming)) and self._frame is None:
                message = pickle.loads(memoryview(incoming)[_HEAD.size : end])
                del incoming[:end]
                yield message
            if self._frame is None:
                self._frame = _Frame.begin(incoming)
            if self._frame is None or not self._frame.take(incoming):
                return
            frame, self._frame = self._frame, None
            yield frame.load()


def _end_of_plain_frame(incoming: bytearray) -> int:
    """Length of the first frame if it is there in full and has no buffers, as nearly all have; else 0."""
    if len(incoming) < _HEAD.size:
        return 0
    count, pickled = _HEAD.unpack_from(incoming)
    end: int = _HEAD.size + pickled
    return end if count == 0 and end <= len(incoming) else 0


class _Frame:
    """One message on its way in: memory of the announced lengths, filled front to back."""

    def __init__(self, lengths: list[int]) -> None:
        self._parts = [bytearray(length) for length in lengths]
        self._missing = deque(memoryview(part) for part in self._parts if part)

    @classmethod
    def begin(cls, incoming: bytearray) -> _Frame | None:
        """Take the head off `incoming`; None while it is incomplete."""
        if len(incoming) < _HEAD.size:
            return None
        count, pickled = _HEAD.unpack_from(incoming)
        size = _HEAD.size + count * _LENGTH.size
        if len(incoming) < size:
            return None
        lengths = [_LENGTH.unpack_from(incoming, _HEAD.size + i * _LENGTH.size)[0] for i in range(count)]
        del incoming[:size]
        return cls([pickled, *lengths])

    def take(self, incoming: bytearray) -> bool:
        """Move bytes from `incoming` into place; True when the frame is complete."""
        while self._missing and incoming:
            target = self._missing[0]
            count = min(len(target), len(incoming))
            target[:count] = incoming[:count]
            del incoming[:count]
            self._advance(count)
        return not self._missing

    def read_from(self, descriptor: int) -> bool:
        """Read once straight into place; True when the frame is complete."""
        count = os.readv(descriptor, list(self._missing)[:_MAX_VECTOR])
        if count == 0:
            raise EOFError("the other end is closed")
        self._advance(count)
        return not self._missing

    def _advance(self, count: int) -> None:
        while count:
            target = self._missing.popleft()
            if count < len(target):
                self._missing.appendleft(target[count:])
                return
            count -= len(target)

    def load(self) -> Any:
        return pickle.loads(self._parts[0], buffers=self._parts[1:])
