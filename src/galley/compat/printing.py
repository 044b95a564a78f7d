"""What `result.print()` writes, and where it can be seen.

Runs in: parent.
"""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

_log = logging.getLogger("galley")


def show_fields(fields: dict[str, Any], json_format: bool, indent: int, ensure_ascii: bool) -> None:
    """Write fields to the log `galley` at level INFO; to standard error where no log would show them.

    PaddleOCR's log is always shown. A program that sets the level of the log `galley` decides for itself.
    """
    text = json.dumps(fields, indent=indent, ensure_ascii=ensure_ascii) if json_format else str(fields)
    if _log.level != logging.NOTSET or (_log.hasHandlers() and _log.isEnabledFor(logging.INFO)):
        _log.info("%s", text)
    else:
        sys.stderr.write(f"{text}\n")
