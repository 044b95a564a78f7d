"""The knobs of layout detection, which several pipelines share.

Runs in: parent (built from flags or keywords) and worker (read only). Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from galley.config.checks import require_range
from galley.errors import BadArguments

MERGE_MODES = ("large", "small", "union")

Threshold: TypeAlias = float | Mapping[int, float]
UnclipRatio: TypeAlias = float | tuple[float, float] | Mapping[int, tuple[float, float]]
MergeMode: TypeAlias = str | Mapping[int, str]


@dataclass(frozen=True, slots=True)
class LayoutOptions:
    """Which regions of a layout model count. None is what the model's own file says."""

    layout_threshold: Threshold | None = None
    """Regions whose score is not above it are dropped: one number, or one for each class by its number."""
    layout_nms: bool | None = None
    """Drop the weaker of two regions that overlap much."""
    layout_unclip_ratio: UnclipRatio | None = None
    """Factor by which regions are enlarged about their centre, or one across and one down, or such pairs by class."""
    layout_merge_bboxes_mode: MergeMode | None = None
    """Of regions within others keep the `large`, the `small` or both (`union`): one word, or one for each class."""

    def __post_init__(self) -> None:
        for value in _each(self.layout_threshold):
            require_range("layout_threshold", value, 0, 1)
        for value in _each(self.layout_unclip_ratio):
            for factor in value if isinstance(value, (tuple, list)) else (value,):
                require_range("layout_unclip_ratio", factor, 0.01, 100)
        for value in _each(self.layout_merge_bboxes_mode):
            if value not in MERGE_MODES:
                raise BadArguments(
                    f"layout_merge_bboxes_mode={value!r} is unknown; choose from {', '.join(MERGE_MODES)}"
                )

    def over(self, own: LayoutOptions) -> LayoutOptions:
        """These options, and those of the model where nothing is said here."""
        given = {name: value for name in _NAMES if (value := getattr(self, name)) is not None}
        return replace(own, **given)


_NAMES = ("layout_threshold", "layout_nms", "layout_unclip_ratio", "layout_merge_bboxes_mode")


def _each(value: Any) -> tuple[Any, ...]:
    if value is None:
        return ()
    return tuple(value.values()) if isinstance(value, Mapping) else (value,)


@dataclass(frozen=True, slots=True)
class GivenRegion:
    """A region of the page that the caller knows already."""

    class_id: int
    label: str
    score: float
    box: tuple[float, float, float, float]
    """Left, top, right and bottom, in pixels of the preprocessed page."""
