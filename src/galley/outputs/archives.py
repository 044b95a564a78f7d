"""Zip archives, which office files are, that are the same bytes whenever they are written.

Runs in: worker and parent.
"""

from __future__ import annotations

import io
import re
import zipfile

_TIME = (1980, 1, 1, 0, 0, 0)
_STAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_PROPERTIES = "docProps/core.xml"
"""Where office files say when they were made."""


def archive_entry(name: str, method: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    """An entry without a time of its own."""
    entry = zipfile.ZipInfo(name, _TIME)
    entry.compress_type = method
    return entry


def without_times(content: bytes) -> bytes:
    """An office file that does not say when it was made."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(buffer, "w") as archive:
        for name in given.namelist():
            part = given.read(name)
            archive.writestr(
                archive_entry(name), _STAMP.sub(b"1980-01-01T00:00:00Z", part) if name == _PROPERTIES else part
            )
    return buffer.getvalue()
