"""What a part of a page is, where its text says it better than the layout model.

Runs in: worker. Pure. The rules stand in the order in which they are asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from galley.vision.boxes import Boxes, as_boxes, shared_spans
from galley.vision.captions import caption_kind, speaks_of_figure
from galley.vision.headings import SECTION, heading_level
from galley.vision.paragraphs import find_rows
from galley.vision.regions import CAPTIONS, FORMULAS, KEPT_WITHOUT_TEXT, PICTURES, Region, line_height

TITLES = frozenset({"doc_title", "paragraph_title"})
MARGINS = frozenset({"header", "footer", "number", "footnote", "header_image", "footer_image", "aside_text"})
"""Labels of what is no part of the running text."""

_HEADER, _FOOTER = 0.2, 0.8
"""Headers end above and footers begin below these parts of the page's height."""
_NUMBER_MARGIN, _TEXT_MARGIN = 0.12, 0.09
"""Page numbers stand within this part of the height from the upper or lower edge, text with them within that one."""
_NUMBER = re.compile(
    r"[\s\-–—·•|]*(?:(?:page|seite|p\.|第)\s*)?(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:页|頁|/\s*\d{1,4}))?[\s\-–—·•|.]*", re.I
)
_HEADLINE, _TITLE, _ABOVE_OTHERS = 1.35, 1.5, 1.1
"""Heights of letters, against those of the page: what is no running header; what may be the title of the document, if
it is so much higher than all other titles."""
_TITLE_ABOVE = 0.5
"""A document's title ends above this part of the page's height."""
_CAPTION_LINES, _CAPTION_NEAR = 12, 3.0
"""A caption has at most so many lines, and is at most so many heights of a line away from what it is about."""
_WORD = re.compile(r"[^\W\d_]{3,}")
_WORDS = 0.6
"""A formula in which words are this part of all characters is text."""
_FORMULA_NUMBER = re.compile(r"[(（]\s?[A-Z]?\d{1,3}(?:[.\-]\d{1,3})?[a-z]?\s?[)）]")
_NUMBERED = re.compile(r"(?:\d{1,2}(?:\.\d{1,2}){1,3}\.?|[A-Z]\.|[IVX]{1,5}\.)\s?[^\W\d_][^.]{2,80}")
_CITED = re.compile(r"^\s*[\[［(]\d|^\s*\d{1,3}\.\s|\b(?:1[6-9]|20)\d\d[a-z]?\b")
"""What a list of references has: a number in brackets, or the year."""
_CAPITAL_WORDS = re.compile(r"[A-Z]{4,}(?: [A-Z&]+){0,5}")
"""A line of a paper that can only be a heading."""
_SIDE, _UPRIGHT = 0.08, 4.0
"""Text that runs upwards along a side: within this part of the page's width, so many times as high as wide."""
_TITLE_SIZE, _TITLE_AT_TOP = 1.2, 0.25
"""On the first page a smaller title at the top may be that of the document, too: so large, in this part of the page."""
_TITLE_WIDTH = 0.25
"""A document's title is wider than this part of the page."""
_FOOTNOTE_BELOW, _FOOTNOTE_SIZE = 0.6, 0.92
"""Footnotes begin below this part of the page's height, in letters of at most this height against those of the page."""
_FOOTNOTE = re.compile(r"(?:\d{1,2}|[*†‡§¶①-⑳])\s?[^\W\d_].{8,}", re.S)
_CONTENTS = re.compile(r".*\S\s*(?:[.．…·]\s?){2,}\s*[\divxlc]{0,4}\s*|[.．…·\s]*(?:\d{1,4}|[ivxlc]{1,6})")
_CONTENTS_SHARE = 0.6
"""So many pieces of the lines of a table of contents end in dots, or are page numbers."""
_CODE = re.compile(r"[{}()=<>_\[\]|#$\\/]|--|::|[;,{]$")
_CODE_SHARE, _CAPITALS = 0.04, 0.75
"""A line of a program has at least this part of such characters, or of its letters this part are capitals."""
_CODE_LINES, _SURE_CODE_LINES = 0.4, 0.7
"""Part of the lines from which on they are a listing: of what a layout model took for a table; of any text."""
_LISTING = 3
"""A listing among text has at least so many lines."""
_MARGIN_TEXT = frozenset({"text", "reference"})
_NUMBER_AT_AN_END = re.compile(r"(?:\d{1,4}|[ivxlc]{1,6})\s+\D.*|.*\D\s+(?:\d{1,4}|[ivxlc]{1,6})")
_ITEM = re.compile(r"\d{1,2}[.)]\s?[^\W\d_]|[•●■□►]")
"""How an item of a list begins, which is no caption."""
_SENTENCE_WORDS, _SENTENCE_ENDS = 5, (".", ":", ";")
"""What has more words than this, and ends so, is no heading."""
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
    apart = [part for region in regions for part in _rows_of_head(region, page)]
    named = [replace(region, label=_better_label(region, page)) for region in apart]
    named = [replace(region, label=_without_false_margin(region, named, page)) for region in named]
    named = [replace(region, label=_below_title(region, named)) for region in named]
    named = [replace(region, label=_beside_formula_number(region, named, page)) for region in named]
    named = [replace(region, label=_caption_label(region, named, page)) for region in named]
    named = [replace(region, label=_beside_number(region, named, page)) for region in named]
    if len(page.texts) >= _LISTING and looks_like_code(page.texts, _SURE_CODE_LINES):
        named = [_as_listing(region, page) for region in named]
    title = _document_title(named, page)
    return [replace(region, label="doc_title") if region is title else region for region in named]


def _rows_of_head(region: Region, page: PageFacts) -> list[Region]:
    """The rows of what was seen as one running head: under it, a title may have been taken for a part of it."""
    rows = find_rows(page.lines, region.lines) if region.label == "header" else []
    return [replace(region, box=row.box, lines=row.lines) for row in rows] if len(rows) > 1 else [region]


def _better_label(region: Region, page: PageFacts) -> str:
    label = region.label
    if label in FORMULAS and region.lines and is_prose(page.text(region)):
        return "text"
    if label in KEPT_WITHOUT_TEXT or not region.lines:
        return label
    texts = page.text(region)
    if _is_in_margin(region, page, _NUMBER_MARGIN) and len(texts) == 1 and _NUMBER.fullmatch(texts[0]):
        return "number"
    if (
        _is_in_margin(region, page, _TEXT_MARGIN)
        and label in _MARGIN_TEXT
        and _NUMBER_AT_AN_END.fullmatch(" ".join(texts))
    ):
        return _margin(region, page)
    if label in CAPTIONS and (speaks_of_figure(texts[0]) or _ITEM.match(texts[0]) or len(texts) > _CAPTION_LINES):
        label = "text"
    if label in TITLES and _NUMBER.fullmatch("".join(texts)):
        return "number"
    if _runs_along_side(region, page):
        return "aside_text"
    if label == "header" and page.size(region) > _HEADLINE:
        return "paragraph_title"
    if label == "header" and region.box[3] > _HEADER * page.height:
        label = "text"
    if label == "footer" and region.box[1] < _FOOTER * page.height:
        label = "text"
    if label in TITLES and (len(texts) > _WIDE_TITLE or _is_sentence(texts)) and page.size(region) < _HEADLINE:
        label = "text"
    if label in ("text", "reference", "footer", "content", "algorithm"):
        return _kind_of_text(label, texts, region, page)
    return label


def _as_listing(region: Region, page: PageFacts) -> Region:
    """A region of a page that holds a program: each part of it is lines of that, however few and large."""
    code = sum(map(is_code, page.text(region)))
    listed = region.label in ("text", "paragraph_title") and code >= _SURE_CODE_LINES * len(region.lines) > 0
    return replace(region, label="algorithm") if listed else region


def _margin(region: Region, page: PageFacts) -> str:
    if len(region.lines) >= _LISTING or page.size(region) > _HEADLINE:
        return region.label
    return "header" if region.box[1] < page.height / 2 else "footer"


def _without_false_margin(region: Region, regions: Sequence[Region], page: PageFacts) -> str:
    """The first line of a column is no running head, nor its last one a foot: another column stands beside it.

    Nor is a line below a running head in larger letters than that.
    """
    if region.label not in ("header", "footer"):
        return region.label
    middle = (region.box[1] + region.box[3]) / 2
    tall = (other for other in regions if len(other.lines) > 1 or other.label in KEPT_WITHOUT_TEXT)
    beside = (other for other in tall if other.label not in MARGINS and other.box[1] < middle < other.box[3])
    if any(other.box[0] >= region.box[2] or other.box[2] <= region.box[0] for other in beside):
        return "text"
    above = (other for other in regions if other.label == region.label == "header" and other.box[3] < middle)
    larger = any(page.size(region) > _ABOVE_OTHERS * page.size(other) for other in above)
    return "paragraph_title" if larger else region.label


def _below_title(region: Region, regions: Sequence[Region]) -> str:
    """What stands below a title is no running head."""
    titles = (other for other in regions if other.label in TITLES)
    below = any(other.box[3] <= (region.box[1] + region.box[3]) / 2 for other in titles)
    return "text" if region.label == "header" and below else region.label


def _beside_formula_number(region: Region, regions: Sequence[Region], page: PageFacts) -> str:
    """What is no prose and has its number to the right of it is a formula."""
    if region.label not in ("text", "paragraph_title") or is_prose(page.text(region)):
        return region.label
    top, bottom = region.box[1], region.box[3]
    numbers = (other.box for other in regions if other.label == "formula_number" and other.box[0] >= region.box[2])
    return "formula" if any(top < (box[1] + box[3]) / 2 < bottom for box in numbers) else region.label


def _beside_number(region: Region, regions: Sequence[Region], page: PageFacts) -> str:
    """What stands in a row with the page number, or with a running head or foot, belongs to the margin."""
    if region.label not in _MARGIN_TEXT or not _is_in_margin(region, page, _TEXT_MARGIN):
        return region.label
    numbers = as_boxes([other.box for other in regions if other.label in ("number", "header", "footer")])
    beside = shared_spans(as_boxes([region.box]), numbers, 1)
    return _margin(region, page) if (beside > 0).any() else region.label


def _is_sentence(texts: Sequence[str]) -> bool:
    words = _WORD.findall(" ".join(texts))
    return len(words) > _SENTENCE_WORDS and texts[-1][-1:] in _SENTENCE_ENDS


def is_prose(texts: Sequence[str]) -> bool:
    """Whether most of some lines is words."""
    text = "".join(texts)
    words = _WORD.findall(" ".join(texts))
    return len(words) > 2 and sum(len(word) for word in words) > _WORDS * len(text.replace(" ", ""))


def _is_in_margin(region: Region, page: PageFacts, part: float) -> bool:
    return region.box[3] < part * page.height or region.box[1] > (1 - part) * page.height


def _runs_along_side(region: Region, page: PageFacts) -> bool:
    left, top, right, bottom = region.box
    outside = right < _SIDE * page.width or left > (1 - _SIDE) * page.width
    return len(region.lines) == 1 and outside and bottom - top > _UPRIGHT * (right - left)


def _caption_label(region: Region, regions: Sequence[Region], page: PageFacts) -> str:
    """What a text beside a picture or a table is called that begins as captions do."""
    if region.label not in ("text", "reference") or not 0 < len(region.lines) <= _CAPTION_LINES:
        return region.label
    kind = caption_kind(page.text(region)[0])
    return kind if kind is not None and any(_is_near(region, other, page) for other in regions) else region.label


def _is_near(region: Region, other: Region, page: PageFacts) -> bool:
    if other.label not in PICTURES | {"table"}:
        return False
    pair = as_boxes([region.box]), as_boxes([other.box])
    return bool(shared_spans(*pair, 0) > 0 and -shared_spans(*pair, 1) < _CAPTION_NEAR * page.letter)


def _kind_of_text(label: str, texts: list[str], region: Region, page: PageFacts) -> str:
    if sum(_CONTENTS.fullmatch(text) is not None for text in texts) >= max(_LISTING, _CONTENTS_SHARE * len(texts)):
        return "content"
    if label == "text" and len(texts) >= _LISTING and looks_like_code(texts, _SURE_CODE_LINES):
        return "algorithm"
    if len(texts) == 1 and _FORMULA_NUMBER.fullmatch(texts[0]):
        return "formula_number"
    if label == "text" and len(texts) <= _WIDE_TITLE and page.size(region) > _TITLE:
        return "paragraph_title"
    if label == "text" and len(texts) == 1 and looks_like_heading(texts[0]):
        return "paragraph_title"
    if label == "reference" and not any(_CITED.search(text) for text in texts):
        label = "text"
    low = region.box[1] > _FOOTNOTE_BELOW * page.height and page.size(region) < _FOOTNOTE_SIZE
    if low and _FOOTNOTE.match(texts[0]):
        return "footnote"
    return label


def looks_like_heading(text: str) -> bool:
    """Whether a line of its own can only be a heading: by its number, or as a few words in capitals."""
    return (_NUMBERED.fullmatch(text) or _CAPITAL_WORDS.fullmatch(text)) is not None


def looks_like_code(texts: Sequence[str], share: float = _CODE_LINES) -> bool:
    """Whether at least this share of lines of text are lines of a program; capitals alone are none."""
    return sum(map(is_code, texts)) >= share * len(texts) and any(_CODE.search(text) for text in texts)


def is_code(text: str) -> bool:
    """Whether a line looks like one of a program: by its signs, or by its capitals."""
    letters = [character for character in text if character.isalpha() and character.isascii()]
    shouted = len(letters) > 1 and sum(letter.isupper() for letter in letters) > _CAPITALS * len(letters)
    return shouted or len(_CODE.findall(text)) > _CODE_SHARE * len(text)


def _document_title(regions: Sequence[Region], page: PageFacts) -> Region | None:
    """The title that is larger than everything else on the page, if there is one."""
    if any(region.label == "doc_title" for region in regions):
        return None
    wide = _TITLE_WIDTH * page.width
    titles = [region for region in regions if region.label in TITLES and region.box[2] - region.box[0] > wide]
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
