"""Values as the bytes of a file.

Runs in: parent and worker. Pure.
"""

from __future__ import annotations

import json
from typing import Any


def encode_json(value: Any, indent: int | None = 4, ensure_ascii: bool = False) -> bytes:
    """`value` as JSON in UTF-8. File names that are not UTF-8 are escaped, so that the file is always valid."""
    text = json.dumps(value, indent=indent, ensure_ascii=ensure_ascii)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, indent=indent, ensure_ascii=True).encode()
