"""What a part of a page is, where its text says it better than the layout model.

Runs in: worker. Pure. The rules stand in the order in which they are asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from galley.vision.boxes import Boxes, as_boxes, shared_spans
from galley.vision.headings import SECTION, heading_level
from galley.vision.regions import FORMULAS, KEPT_WITHOUT_TEXT, PICTURES, Region, line_height

TITLES = frozenset({"doc_title", "paragraph_title"})
MARGINS = frozenset({"header", "footer", "number", "footnote", "header_image", "footer_image", "aside_text"})
"""Labels of what is no part of the running text."""

_HEADER, _FOOTER = 0.2, 0.8
"""Headers end above and footers begin below these parts of the page's height."""
_NUMBER_MARGIN = 0.12
"""Page numbers stand within this part of the height from the upper or lower edge."""
_NUMBER = re.compile(
    r"[\s\-–—·•|]*(?:(?:page|seite|p\.|第)\s*)?(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:页|頁|/\s*\d{1,4}))?[\s\-–—·•|.]*", re.I
)
_HEADLINE, _TITLE, _ABOVE_OTHERS = 1.35, 1.5, 1.1
"""Heights of letters, against those of the page: what is no running header; what may be the title of the document, if
it is so much higher than all other titles."""
_TITLE_ABOVE = 0.5
"""A document's title ends above this part of the page's height."""
_CAPTION = re.compile(
    r"(?:(?P<table>tab(?:le|\.)|表)|(?:fig(?:ure|\.)?|scheme|图|圖|図))\s?(?:[A-Z]?\d|[IVX]+\b|[一二三四五六七八九十])",
    re.I,
)
_CAPTION_LINES, _CAPTION_NEAR = 12, 3.0
"""A caption has at most so many lines, and is at most so many heights of a line away from what it is about."""
_WORD = re.compile(r"[^\W\d_]{3,}")
_WORDS = 0.6
"""A formula in which words are this part of all characters is text."""
_FORMULA_NUMBER = re.compile(r"[(（]\s?[A-Z]?\d{1,3}(?:[.\-]\d{1,3})?[a-z]?\s?[)）]")
_NUMBERED = re.compile(r"(?:\d{1,2}(?:\.\d{1,2}){1,3}\.?|[A-Z]\.|[IVX]{1,5}\.)\s?[^\W\d_][^.]{2,80}")
_SIDE, _UPRIGHT = 0.08, 4.0
"""Text that runs upwards along a side: within this part of the page's width, so many times as high as wide."""
_TITLE_SIZE, _TITLE_AT_TOP = 1.2, 0.25
"""On the first page a smaller title at the top may be that of the document, too: so large, in this part of the page."""
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
    named = [replace(region, label=_caption_label(region, named, page)) for region in named]
    title = _document_title(named, page)
    return [replace(region, label="doc_title") if region is title else region for region in named]


def _better_label(region: Region, page: PageFacts) -> str:
    label = region.label
    if label in FORMULAS and region.lines and _is_prose(page.text(region)):
        return "text"
    if label in KEPT_WITHOUT_TEXT or not region.lines:
        return label
    texts = page.text(region)
    if _is_in_margin(region, page) and len(texts) == 1 and _NUMBER.fullmatch(texts[0]):
        return "number"
    if _runs_along_side(region, page):
        return "aside_text"
    if label == "header" and page.size(region) > _HEADLINE:
        return "paragraph_title"
    if label == "header" and region.box[3] > _HEADER * page.height:
        label = "text"
    if label == "footer" and region.box[1] < _FOOTER * page.height:
        label = "text"
    if label in TITLES and len(texts) > _WIDE_TITLE and page.size(region) < _HEADLINE:
        label = "text"
    if label in ("text", "reference", "footer", "content", "algorithm"):
        return _kind_of_text(label, texts, region, page)
    return label


def _is_prose(texts: Sequence[str]) -> bool:
    text = "".join(texts)
    words = _WORD.findall(" ".join(texts))
    return len(words) > 2 and sum(len(word) for word in words) > _WORDS * len(text.replace(" ", ""))


def _is_in_margin(region: Region, page: PageFacts) -> bool:
    return region.box[3] < _NUMBER_MARGIN * page.height or region.box[1] > (1 - _NUMBER_MARGIN) * page.height


def _runs_along_side(region: Region, page: PageFacts) -> bool:
    left, top, right, bottom = region.box
    outside = right < _SIDE * page.width or left > (1 - _SIDE) * page.width
    return len(region.lines) == 1 and outside and bottom - top > _UPRIGHT * (right - left)


def _caption_label(region: Region, regions: Sequence[Region], page: PageFacts) -> str:
    """What a text beside a picture or a table is called that begins as captions do."""
    if region.label not in ("text", "reference") or not 0 < len(region.lines) <= _CAPTION_LINES:
        return region.label
    match = _CAPTION.match(page.text(region)[0])
    if match is None or not any(_is_near(region, other, page) for other in regions):
        return region.label
    return "table_title" if match["table"] else "figure_title"


def _is_near(region: Region, other: Region, page: PageFacts) -> bool:
    if other.label not in PICTURES | {"table"}:
        return False
    pair = as_boxes([region.box]), as_boxes([other.box])
    return bool(shared_spans(*pair, 0) > 0 and -shared_spans(*pair, 1) < _CAPTION_NEAR * page.letter)


def _kind_of_text(label: str, texts: list[str], region: Region, page: PageFacts) -> str:
    if sum(_CONTENTS.fullmatch(text) is not None for text in texts) >= max(3, len(texts) // 2):
        return "content"
    if len(texts) == 1 and _FORMULA_NUMBER.fullmatch(texts[0]):
        return "formula_number"
    if label == "text" and len(texts) == 1 and _NUMBERED.fullmatch(texts[0]):
        return "paragraph_title"
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
    if len(sizes) > 1 and sizes[0] < _ABOVE_OTHERS * sizes[1]:
        return None
    large = sizes[0] > _TITLE and largest.box[3] < _TITLE_ABOVE * page.height
    numbered = heading_level(page.text(largest)[0]) > SECTION or page.text(largest)[0][0].isdigit()
    opening = page.opens and not numbered and sizes[0] > _TITLE_SIZE and largest.box[1] < _TITLE_AT_TOP * page.height
    return largest if large or opening else None
