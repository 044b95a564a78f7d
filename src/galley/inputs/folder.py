"""The files of one folder that match a pattern, or one file of rows: what a batch works on.

Runs in: parent.
"""

# Paths stay text: `Path` would change what the user wrote (`./x`).
# ruff: noqa: PTH112, PTH113, PTH119

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from galley.errors import BadArguments
from galley.inputs.names import file_stem
from galley.inputs.options import has_rows
from galley.inputs.walking import Found, compile_pattern, count, walk
from galley.pages import Unreadable


def check_folder(folder: str, pattern: str) -> None:
    """Refuse a folder or a pattern with which nothing can be found.

    Raises:
        BadArguments: the folder is missing or a file, and no file of rows; the pattern is empty, absolute, or climbs
            out of the folder.
    """
    if has_rows(folder) and os.path.isfile(folder):
        return
    if not os.path.lexists(folder):
        raise BadArguments(f"the input folder {folder!r} does not exist")
    if not os.path.isdir(folder):
        raise BadArguments(f"the input folder {folder!r} is not a folder")
    parts = pattern.split("/")
    if not any(parts) or parts[0] == "" or ".." in parts:
        raise BadArguments(f"the pattern {pattern!r} must name something below the input folder, such as '*.jpg'")


def find_files(
    folder: str, pattern: str, leave_out: str | None = None, on_other: Callable[[str], None] | None = None
) -> Iterator[Found | Unreadable]:
    """Files of supported kinds in `folder` that match the glob `pattern`, lazily, sorted by path.

    A folder that matches stands for all files below it. Names do not depend on the pattern, so that runs with
    different patterns can share an output folder. `leave_out` and `on_other` are as for `galley.inputs.walking.walk`.
    A file of rows in place of the folder is found itself.
    """
    if has_rows(folder):
        return iter([Found(folder, file_stem(os.path.basename(folder)))])
    return walk(folder, compile_pattern(pattern), name_among_all=True, leave_out=leave_out, on_other=on_other)


def count_files_in(folder: str, pattern: str, leave_out: str | None = None) -> int:
    """How many `find_files` finds."""
    if has_rows(folder):
        return 1
    return count(folder, compile_pattern(pattern), leave_out=leave_out)
