"""The files of a folder tree, lazily and in PaddleOCR's order: sorted by full path.

Runs in: parent.
"""

# Paths stay text: `Path` would change what the user wrote (`./x`), and costs more than the work here.
# ruff: noqa: PTH118

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fnmatch import translate

from galley.inputs.files import explain
from galley.inputs.names import file_stem, names_in_folder
from galley.inputs.options import kind_of
from galley.pages import Unreadable

_MAGIC = re.compile(r"[*?[]")


@dataclass(frozen=True, slots=True)
class Found:
    """A file with a supported suffix."""

    path: str
    """Begins with the root as the user named it."""
    name: str
    """Output name, below the root: `sub/x`."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A glob pattern below a fixed root: `*`, `?` and `[…]` within a name, `**` for any number of folders.

    As in a shell, names that begin with a dot must be asked for with a dot, and a folder that matches stands
    for all that is in it.
    """

    parts: tuple[re.Pattern[str] | None, ...]
    """One for each level; None is `**`."""
    dotted: tuple[bool, ...]
    """Whether that level asks for a leading dot."""

    def start(self) -> frozenset[int]:
        """The states before any name: how many parts are matched so far."""
        return self._skip_stars({0})

    def step(self, states: frozenset[int], name: str) -> frozenset[int]:
        """The states after one more name of a path; empty if nothing below it can match."""
        after = set()
        for state in states:
            if state == len(self.parts) or (name.startswith(".") and not self.dotted[state]):
                continue
            part = self.parts[state]
            if part is None:
                after.add(state)
            elif part.fullmatch(name):
                after.add(state + 1)
        return self._skip_stars(after)

    def accepts(self, states: frozenset[int]) -> bool:
        """Whether the names so far are a whole match."""
        return len(self.parts) in states

    def completed_by(self, states: frozenset[int]) -> Callable[[str], bool]:
        """A quick test of many names: whether the match is whole with that name, `accepts` of `step`."""
        steps = ((part, state, state if part is None else state + 1) for state, part in enumerate(self.parts))
        last = [
            (part, self.dotted[state])
            for part, state, after in steps
            if state in states and self.accepts(self._skip_stars({after}))
        ]

        def completes(name: str) -> bool:
            for part, dotted in last:
                if (dotted or not name.startswith(".")) and (part is None or part.fullmatch(name)):
                    return True
            return False

        return completes

    def _skip_stars(self, states: set[int]) -> frozenset[int]:
        reached = set(states)
        for state in states:
            while state < len(self.parts) and self.parts[state] is None:
                state += 1
                reached.add(state)
        return frozenset(reached)


def is_pattern(path: str) -> bool:
    """Whether a path could be a glob pattern."""
    return _MAGIC.search(path) is not None


def split_pattern(path: str) -> tuple[str, Pattern]:
    """The longest root of a glob pattern without special characters, and the pattern below it."""
    parts = path.split("/")
    fixed = next(i for i, part in enumerate(parts) if is_pattern(part))
    root = "/".join(parts[:fixed])
    if not root:
        root = "/" if path.startswith("/") else "."
    return root, compile_pattern("/".join(parts[fixed:]))


def compile_pattern(path: str) -> Pattern:
    """A glob pattern below a root that is known; parts without special characters stand for themselves."""
    below = [part for part in path.split("/") if part]
    compiled = tuple(None if part == "**" else re.compile(translate(part)) for part in below)
    return Pattern(compiled, tuple(part.startswith(".") for part in below))


@dataclass(slots=True)
class _Level:
    """One folder on the way from the root to the current file."""

    path: str
    below: str
    """The same relative to the root, with a trailing slash; empty for the root."""
    states: frozenset[int] | None
    """Of the pattern; None where everything matches."""
    entries: list[str] | None = None
    """What is still to come, last first; folders have a trailing slash. None before the folder is listed."""
    renamed: dict[str, str] = field(default_factory=dict)
    found: bool = False
    """Whether it, or a folder in it, held a file or could not be listed."""


def walk(
    root: str,
    pattern: Pattern | None = None,
    *,
    name_among_all: bool = False,
    leave_out: str | None = None,
    on_other: Callable[[str], None] | None = None,
) -> Iterator[Found | Unreadable]:
    """All supported files below a folder that match, and what of the tree could not be listed.

    Symbolic links to folders are not followed, as PaddleOCR does not; so there are no loops. Holds the
    listings of the current folder and of those above it, nothing else.

    Args:
        root: the folder.
        pattern: what must match; None for everything.
        name_among_all: make the names unique among all supported files of a folder, not among the matching ones only.
        leave_out: a folder, as its real path, that is not looked into.
        on_other: called with each file that matches and is of no supported kind, or is a link to a folder.
    """
    levels = [_Level(root, "", None if pattern is None else pattern.start())]
    while levels:
        level = levels[-1]
        if level.entries is None:
            try:
                folders, matching, supported = _list(level, pattern, on_other)
                level.renamed = names_in_folder(supported if name_among_all else matching)
                # With the slash at the end of folder names, the order by name is the order of the full paths.
                level.entries = sorted(folders + matching, reverse=True)
            except OSError as error:
                level.entries, level.found = [], True
                yield Unreadable(level.path, f"the folder cannot be listed: {explain(error)}")
        elif not level.entries:
            levels.pop()
            if levels:
                levels[-1].found |= level.found
                if not level.found and level.states is None and kind_of(level.path) is not None:
                    yield Unreadable(level.path, "a folder with the name of a picture or document, and none in it")
        else:
            entry = level.entries.pop()
            if entry.endswith("/"):
                levels.extend(_descend(level, entry[:-1], pattern, leave_out))
            else:
                level.found = True
                yield Found(_join(level.path, entry), level.below + _name(level, entry))


def count(root: str, pattern: Pattern | None = None, *, leave_out: str | None = None) -> int:
    """How many files `walk` finds, and folders it cannot list, in a fraction of its time."""
    total = 0
    levels = [_Level(root, "", None if pattern is None else pattern.start())]
    while levels:
        level = levels.pop()
        try:
            folders, matching, _ = _list(level, pattern, None)
        except OSError:
            total += 1
            continue
        total += len(matching)
        for name in folders:
            levels.extend(_descend(level, name[:-1], pattern, leave_out))
    return total


def _descend(level: _Level, name: str, pattern: Pattern | None, leave_out: str | None) -> list[_Level]:
    """The level of a folder, or nothing if it is to be left out or the pattern matches nothing in it."""
    if leave_out is not None and os.path.realpath(_join(level.path, name)) == leave_out:
        return []
    states = None
    if pattern is not None and level.states is not None:
        states = pattern.step(level.states, name)
        if not states:
            return []
        if pattern.accepts(states):
            states = None
    return [_Level(_join(level.path, name), f"{level.below}{name}/", states)]


def _name(level: _Level, entry: str) -> str:
    return level.renamed[entry] if entry in level.renamed else file_stem(entry)


def _list(
    level: _Level, pattern: Pattern | None, on_other: Callable[[str], None] | None
) -> tuple[list[str], list[str], list[str]]:
    """The folders in a folder, with a trailing slash, its supported files that match, and all supported files.

    The files are sorted.

    Raises:
        OSError: it cannot be listed.
    """
    matches = None if pattern is None or level.states is None else pattern.completed_by(level.states)
    folders, supported = [], []
    with os.scandir(level.path) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.name + "/")
            elif kind_of(entry.name) is not None and not (entry.is_symlink() and _is_folder(entry)):
                supported.append(entry.name)
            elif on_other is not None and (matches is None or matches(entry.name)):
                on_other(_join(level.path, entry.name))
    supported.sort()
    return folders, supported if matches is None else list(filter(matches, supported)), supported


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a loop of links: reported as a file that cannot be read
        return False


def _join(folder: str, name: str) -> str:
    return name if folder == "." else os.path.join(folder, name)
