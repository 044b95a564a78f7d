"""How large a page is shown to a text detection network.

Runs in: worker. Pure.

The sizes of `scaled_size` are those of PaddleX 3.7. It shows large pages as they are, up to 4,000 pixels a side: on
scans of 300 dpi the network then takes five times as long as at 144 dpi, and misses lines whose letters are large.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Size: TypeAlias = tuple[int, int]
"""Height and width, in pixels."""

_LARGE, _FIRST = 3.0e6, 1.8e6
"""Pages of more pixels than this are reduced to that many for a first look: A4 at 138 dpi."""
_SMALL_PART = 25
"""The percentile of the heights of lines that counts: most of the small print must be large enough, too."""
_READABLE, _BEST = 14.0, 24.0
"""Lines of fewer pixels in height are looked for again, in a size in which they have so many."""
_NEARLY = 0.9
"""A closer look of more than this part of a side is one at the whole page."""


@dataclass(frozen=True, slots=True)
class ScaleRule:
    """How large a picture is shown to the network."""

    limit: int
    """Pixels of the side that `kind` is about."""
    kind: str
    """`min`: the short side is scaled up to the limit; `max`: the long side is scaled down to it."""
    longest: int
    """No side is longer than this, whatever `kind` says."""
    multiple: int
    """Both sides are rounded to a multiple of this."""


def scaled_size(height: int, width: int, rule: ScaleRule) -> Size:
    """The size that a picture of `height` and `width` is scaled to."""
    ratio = 1.0
    if rule.kind == "max" and max(height, width) > rule.limit:
        ratio = rule.limit / max(height, width)
    elif rule.kind == "min" and min(height, width) < rule.limit:
        ratio = rule.limit / min(height, width)
    height, width = int(height * ratio), int(width * ratio)
    if max(height, width) > rule.longest:
        ratio = rule.longest / max(height, width)
        height, width = int(height * ratio), int(width * ratio)
    return _to_multiple(height, rule.multiple), _to_multiple(width, rule.multiple)


def _to_multiple(edge: float, multiple: int) -> int:
    return max(round(edge / multiple) * multiple, multiple)


def first_look(whole: Size, multiple: int) -> Size:
    """The size of a first look at a page that `scaled_size` would show as `whole`: the same unless it is large."""
    pixels = whole[0] * whole[1]
    return whole if pixels <= _LARGE else _times(whole, math.sqrt(_FIRST / pixels), multiple)


def closer_look(lines: NDArray[np.float64], seen: Size, whole: Size, multiple: int) -> Size | None:
    """The size of a second look, after a first one; None where nothing is gained by it.

    Args:
        lines: the height of each line that was found, in pixels of the first look, (n,).
        seen: the size of the first look.
        whole: the size in which `scaled_size` would show the page.
        multiple: both sides are rounded to a multiple of this.
    """
    if seen == whole:
        return None
    usual = float(np.percentile(lines, _SMALL_PART)) if len(lines) else 0.0
    if usual >= _READABLE:
        return None
    closer = _times(seen, _BEST / usual, multiple) if usual > 0 else whole
    return closer if max(closer) < _NEARLY * max(whole) else whole


def _times(size: Size, factor: float, multiple: int) -> Size:
    return _to_multiple(size[0] * factor, multiple), _to_multiple(size[1] * factor, multiple)
