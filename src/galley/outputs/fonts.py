"""A font of this machine that can draw what was read, Chinese too.

Runs in: parent and worker. Nothing is fetched and no font is shipped: fonts with Chinese characters have 10 MB and
more, and systems that show such documents have one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TypeAlias

from PIL import ImageFont

Font: TypeAlias = ImageFont.FreeTypeFont | ImageFont.ImageFont

_PREFERRED = (
    ("notosanscjk-regular", 2),
    ("notosanssc", 0),
    ("notoserifcjk-regular", 2),
    ("sourcehansans", 0),
    ("wqy-microhei", 0),
    ("wqy-zenhei", 0),
    ("droidsansfallback", 0),
    ("simfang", 0),
    ("simsun", 0),
    ("msyh", 0),
    ("pingfang", 0),
    ("stheiti", 0),
    ("hiragino sans gb", 0),
    ("arial unicode", 0),
    ("uming", 0),
    ("ukai", 0),
)
"""How the names of files begin, best first, and which face of a collection is simplified Chinese."""

_SUFFIXES = frozenset({".ttf", ".ttc", ".otf", ".otc"})


def font_folders(environment: Mapping[str, str], home: Path) -> list[Path]:
    """Where fonts lie: the folders of fontconfig on Linux, those of macOS and of Windows."""
    shared = environment.get("XDG_DATA_DIRS", "")
    own = environment.get("XDG_DATA_HOME", "")
    data = [Path(own) if own else home / ".local/share", *(Path(one) for one in shared.split(":") if one)]
    folders = [base / "fonts" for base in (*data, Path("/usr/local/share"), Path("/usr/share"))]
    folders += [home / ".fonts", home / "Library/Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts")]
    windows = environment.get("WINDIR", "")
    return [*folders, Path(windows) / "Fonts"] if windows else folders


def find_font(folders: list[Path]) -> tuple[Path, int] | None:
    """The best font file with Chinese characters in `folders`, and its face; None where there is none."""
    best: tuple[int, Path] | None = None
    for path in _font_files(folders):
        name = path.name.lower()
        rank = next((rank for rank, (start, _) in enumerate(_PREFERRED) if name.startswith(start)), None)
        if rank is not None and (best is None or (rank, path) < best):
            best = (rank, path)
    if best is None:
        return None
    rank, path = best
    return path, _PREFERRED[rank][1] if path.suffix.lower() in (".ttc", ".otc") else 0


def _font_files(folders: list[Path]) -> Iterator[Path]:
    for folder in folders:
        for place, _, names in os.walk(folder):
            yield from (Path(place, name) for name in names if Path(name).suffix.lower() in _SUFFIXES)


@cache
def _chosen() -> tuple[Path, int] | None:
    return find_font(font_folders(os.environ, Path.home()))


@cache
def font(size: int) -> Font:
    """The font in a size in pixels: one with Chinese characters if this machine has one, else Pillow's own."""
    chosen = _chosen()
    if chosen is None:
        return ImageFont.load_default(size)
    path, face = chosen
    try:
        # The basic layout takes any character; the other one, where it is there, raises at control characters.
        return ImageFont.truetype(str(path), size, index=face, layout_engine=ImageFont.Layout.BASIC)
    except OSError:
        return ImageFont.load_default(size)
