"""Pipelines that are not Galley's own: how one is opened, and what of its results travels from worker to parent.

Runs in: parent and worker. Values only.

Results of others (PaddleOCR's, for one) cannot be pickled as they are, and their classes are known to the worker
only. So their plain data is taken out of them; what cannot be taken is said, by key, with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from galley.config import EngineConfig, ModelChoice
from galley.errors import BadArguments

FILE_SUFFIXES: Mapping[str, str] = {"xlsx": ".xlsx", "word": ".docx"}
"""Forms that only the result's own class can make: taken as the files that its `save_to_…` writes."""

FORMS = ("arrays", "img", "html", "xlsx", "markdown", "word")
"""What can be taken along of a result beside its plain fields and its JSON.

`arrays` are the page-size arrays and pictures among its fields, all others properties or savers of its class.
"""

DEFAULT_KEEP = ("arrays", "html", "xlsx", "markdown")
"""What a result holds, and what is cheap to derive from it. Not the rest, which has to be drawn."""


@dataclass(frozen=True, slots=True)
class ForeignConfig:
    """A pipeline that is opened by the name of its class."""

    target: str
    """`package.module:Class`, imported by the worker. Made with `device=` and the keywords."""
    keywords: Mapping[str, Any] = field(default_factory=dict)
    """Further keywords of the constructor."""
    is_paddleocr: bool = False
    """Whether it has PaddleOCR's keywords, so that it is told its share of the processor's cores."""
    keep: tuple[str, ...] = DEFAULT_KEEP
    """Which of `FORMS` travel with each result. Not asked where the worker writes the files itself."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Keywords of `predict`."""

    engine: ClassVar[EngineConfig] = EngineConfig()
    """Its engine is its own affair."""

    def check_options(self, options: Any) -> None:
        """Only its `predict` knows what it takes."""

    def models(self) -> dict[str, ModelChoice]:
        """None of Galley's."""
        return {}

    def __post_init__(self) -> None:
        unknown = [form for form in self.keep if form not in FORMS]
        if unknown:
            raise BadArguments(f"keep: {', '.join(map(repr, unknown))} is unknown; choose from {', '.join(FORMS)}")


Picture: TypeAlias = NDArray[np.uint8]
"""A picture as an array, which travels without a copy: grey (h, w), RGB (h, w, 3) or RGBA (h, w, 4)."""


@dataclass(frozen=True, slots=True)
class Markdown:
    """A result's Markdown."""

    fields: Mapping[str, Any]
    """What the result's `markdown` holds, without the pictures: `markdown_texts`, `page_continuation_flags`, …"""
    pictures: Mapping[str, Picture]
    """By the path that the text refers to."""
    variants: Mapping[tuple[bool, bool], str]
    """The text by `pretty` and `show_formula_number`, as far as the result's class tells them apart."""


@dataclass(frozen=True, slots=True, eq=False)
class ForeignPage:
    """One result of somebody else's pipeline, as plain data."""

    input_path: str | None
    page_index: int | None
    name: str
    """Output stem of this page, page number included, relative to an output folder."""
    fields: Mapping[str, Any]
    """The result's own keys and values."""
    tree: Mapping[str, Any]
    """Its JSON by key; PaddleOCR's results have all of it below `res`."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Keys and forms that the result has and that did not travel -> the reason."""
    pictures: Mapping[str, Picture] | None = None
    html: Mapping[str, str] | None = None
    markdown: Markdown | None = None
    files: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict)
    """Form -> rest of the file name after the page's stem (`_table_1.xlsx`, `.docx`) -> content."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """Which pipeline made it, and where."""

    def json(self) -> dict[str, Any]:
        """The JSON fields."""
        res = self.tree.get("res")
        return dict(res) if isinstance(res, Mapping) else dict(self.tree)

    def forms(self) -> tuple[str, ...]:
        """What of the result can be saved, in the order in which `save_all` writes it."""
        held = {"img": self.pictures, "html": self.html, "markdown": self.markdown, **self.files}
        return ("json", *(form for form in FORMS if held.get(form) is not None))
