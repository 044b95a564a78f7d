"""Reads the metadata of an ONNX file without loading its graph.

Runs in: both. Source of the format: the ONNX and Protocol Buffers specifications.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path

from galley.errors import ModelError

_METADATA_FIELD = 14
"""Number of `metadata_props` in an ONNX `ModelProto`; each entry has a key (1) and a value (2)."""
_VARINT, _FIXED_64, _BYTES, _FIXED_32 = 0, 1, 2, 5


def read_metadata(path: Path) -> dict[str, str]:
    """The metadata of the ONNX file `path`, value by key.

    Raises:
        ModelError: the file cannot be read, or is no ONNX file.
    """
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            entries = [dict(_fields(entry)) for number, entry in _fields(content) if number == _METADATA_FIELD]
        return {entry[1].decode(): entry[2].decode() if 2 in entry else "" for entry in entries}
    except (OSError, ValueError, LookupError) as error:
        raise ModelError(f"the metadata of {path} cannot be read: {error}") from error


def _fields(message: bytes | mmap.mmap) -> Iterator[tuple[int, bytes]]:
    """Number and content of each field that holds bytes."""
    place = 0
    while place < len(message):
        tag, place = _varint(message, place)
        kind = tag & 7
        if kind == _VARINT:
            _, place = _varint(message, place)
        elif kind in (_FIXED_64, _FIXED_32):
            place += 8 if kind == _FIXED_64 else 4
        elif kind == _BYTES:
            length, place = _varint(message, place)
            if place + length > len(message):
                raise ValueError("it ends too early")
            # Graphs are large and never asked for: only their place is passed over.
            if tag >> 3 == _METADATA_FIELD or length < 1 << 20:
                yield tag >> 3, message[place : place + length]
            place += length
        else:
            raise ValueError(f"unknown wire type {kind}")


def _varint(message: bytes | mmap.mmap, place: int) -> tuple[int, int]:
    """A number of variable length, and the place after it."""
    value = shift = 0
    while True:
        byte = message[place]
        value |= (byte & 0x7F) << shift
        place += 1
        if byte < 0x80:
            return value, place
        shift += 7
