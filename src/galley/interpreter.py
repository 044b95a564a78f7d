"""Starting a fresh interpreter for a part of Galley, which imports what this one would.

Runs in: parent. Not by `-m`, which puts the working folder, full of a user's files, first on the import path.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

_BOOT = """\
import sys
target, count, *rest = sys.argv[1:]
sys.path[:] = rest[int(count):]
from importlib import import_module
module, _, name = target.partition(":")
getattr(import_module(module), name)(*rest[:int(count)])
"""


def python_command(target: str, *arguments: str, flags: Sequence[str] = ()) -> list[str]:
    """The command that calls `target`, `package.module:name`, with these arguments, texts all of them.

    `flags` are the interpreter's own.
    """
    path = [os.path.abspath(entry) for entry in sys.path if isinstance(entry, str)]  # noqa: PTH100
    return [sys.executable, *flags, "-c", _BOOT, target, str(len(arguments)), *arguments, *path]
