"""What a part of a page is, where its text says it better than the layout model.

Runs in: worker. Pure. The rules stand in the order in which they are asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from galley.vision.boxes import Boxes
from galley.vision.regions import KEPT_WITHOUT_TEXT, Region, line_height

TITLES = frozenset({"doc_title", "paragraph_title"})
MARGINS = frozenset({"header", "footer", "number", "footnote", "header_image", "footer_image", "aside_text"})
"""Labels of what is no part of the running text."""

_HEADER, _FOOTER = 0.2, 0.8
"""Headers end above and footers begin below these parts of the page's height."""
_NUMBER_MARGIN = 0.1
"""Page numbers stand within this part of the height from the upper or lower edge."""
_NUMBER = re.compile(
    r"[\s\-–—·•|]*(?:(?:page|seite|p\.|第)\s*)?(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:页|頁|/\s*\d{1,4}))?[\s\-–—·•|.]*", re.I
)
_HEADLINE, _TITLE, _ABOVE_OTHERS = 1.35, 1.5, 1.15
"""Heights of letters, against those of the page: what is no running header; what may be the title of the document, if
it is so much higher than all other titles."""
_TITLE_ABOVE = 0.5
"""A document's title ends above this part of the page's height."""
_FOOTNOTE_BELOW, _FOOTNOTE_SIZE = 0.6, 0.92
"""Footnotes begin below this part of the page's height, in letters of at most this height against those of the page."""
_FOOTNOTE = re.compile(r"(?:\d{1,2}|[*†‡§¶①-⑳])\s?[^\W\d_].{8,}", re.S)
_CONTENTS = re.compile(r".*(?:[.．…·]\s?){4,}\s*[\divxlc]{0,4}\s*")
_CODE = re.compile(r"[{}();=<>_\[\]|#$\\/]|--|::")
_CODE_SHARE, _CODE_LINES = 0.04, 0.5
"""A listing has at least this part of such characters, in at least this part of its lines."""
_WIDE_TITLE = 3
"""Titles have at most so many lines; what has more is text."""


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What the rules look at besides the region itself."""

    lines: Boxes
    """Of all lines of text."""
    texts: Sequence[str]
    """Of all lines of text."""
    width: float
    """Pixels."""
    height: float
    """Pixels."""
    letter: float
    """The usual height of a line."""
    opens: bool = True
    """Whether the page may be the first one of its document."""

    def text(self, region: Region) -> list[str]:
        """The text of each line of a region, from top to bottom."""
        return [self.texts[index] for index in sorted(region.lines, key=lambda index: float(self.lines[index, 1]))]

    def size(self, region: Region) -> float:
        """The height of a region's lines against that of the page's."""
        return line_height(self.lines, region.lines) / self.letter if region.lines else 1.0


def relabel(regions: Sequence[Region], page: PageFacts) -> list[Region]:
    """`regions` with better labels."""
    named = [replace(region, label=_better_label(region, page)) for region in regions]
    title = _document_title(named, page)
    return [replace(region, label="doc_title") if region is title else region for region in named]


def _better_label(region: Region, page: PageFacts) -> str:
    label, top, bottom = region.label, region.box[1] / page.height, region.box[3] / page.height
    if label in KEPT_WITHOUT_TEXT or not region.lines:
        return label
    texts = page.text(region)
    if len(texts) == 1 and (bottom < _NUMBER_MARGIN or top > 1 - _NUMBER_MARGIN) and _NUMBER.fullmatch(texts[0]):
        return "number"
    if label == "header" and page.size(region) > _HEADLINE:
        return "paragraph_title"
    if (label == "header" and bottom > _HEADER) or (label == "footer" and top < _FOOTER):
        label = "text"
    if label in TITLES and len(texts) > _WIDE_TITLE and page.size(region) < _HEADLINE:
        label = "text"
    if label in ("text", "reference", "footer", "content", "algorithm"):
        return _kind_of_text(label, texts, region, page)
    return label


def _kind_of_text(label: str, texts: list[str], region: Region, page: PageFacts) -> str:
    if sum(_CONTENTS.fullmatch(text) is not None for text in texts) >= max(3, len(texts) // 2):
        return "content"
    low = region.box[1] > _FOOTNOTE_BELOW * page.height and page.size(region) < _FOOTNOTE_SIZE
    if low and _FOOTNOTE.match(texts[0]):
        return "footnote"
    return label


def looks_like_code(texts: Sequence[str]) -> bool:
    """Whether lines of text are a listing of a program."""
    marked = [len(_CODE.findall(text)) / max(1, len(text)) > _CODE_SHARE for text in texts]
    return sum(marked) >= _CODE_LINES * len(texts)


def _document_title(regions: Sequence[Region], page: PageFacts) -> Region | None:
    """The title that is larger than everything else on the page, if there is one."""
    if any(region.label == "doc_title" for region in regions):
        return None
    titles = [region for region in regions if region.label in TITLES and region.lines]
    if not titles:
        return None
    sizes = sorted((page.size(region) for region in titles), reverse=True)
    largest = max(titles, key=page.size)
    stands_out = sizes[0] > _TITLE and (len(sizes) < 2 or sizes[0] > _ABOVE_OTHERS * sizes[1])
    return largest if stands_out and largest.box[3] < _TITLE_ABOVE * page.height else None
