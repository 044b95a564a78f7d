"""What of a structured page goes into texts and documents: its blocks, without the pixels.

Runs in: worker and parent. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TypeAlias

from galley.outputs.characters import printable
from galley.results.image import Image
from galley.results.structure import Block, Box, StructuredPage

PICTURES = "imgs"
"""The folder beside a text that holds a folder of pictures for each page."""
HEADINGS = frozenset({"doc_title", "paragraph_title", "abstract_title", "reference_title", "content_title"})
"""Labels of headings."""

Pictures: TypeAlias = dict[str, Image]
"""Pixels by the name of their file."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One block."""

    label: str
    content: str
    """Without characters that no text file should hold; HTML for tables."""
    box: Box
    level: int | None = None
    """Of a heading, from 1."""
    joins: bool = False
    """Goes on with the paragraph before it."""
    letter: float = 0.0
    """The usual height of its lines of text, in pixels; 0 where nobody asks: only of headings."""
    picture: str | None = None
    """The file of its picture, where that is shown: of what has no content, and of seals."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of a paper."""

    name: str
    """Output stem of the page."""
    index: int | None
    """Its place in the document, from 0."""
    width: int
    height: int
    """Of the page, in pixels."""
    opens: bool
    """Whether its first text begins a paragraph."""
    closes: bool
    """Whether its last text ends one."""
    ignored: tuple[str, ...]
    """Labels of what is left out."""
    pieces: tuple[Piece, ...]
    """In reading order."""


def leaf_of(page: StructuredPage) -> Leaf:
    """The page without its pixels."""
    height, width = page.preprocessed.output_img.shape[:2]
    return Leaf(
        name=page.name,
        index=page.page_index,
        width=width,
        height=height,
        opens=page.continues[0],
        closes=page.continues[1],
        ignored=page.options.markdown_ignore_labels,
        pieces=tuple(_piece(block, page) for block in page.blocks),
    )


def pictures_of(page: StructuredPage) -> Pictures:
    """The pictures that the leaf's pieces name, without those of ignored blocks."""
    ignored = page.options.markdown_ignore_labels
    return {
        picture_name(block): block.image
        for block in page.blocks
        if block.image is not None and _shows_picture(block) and block.label not in ignored
    }


def picture_name(block: Block) -> str:
    """PaddleOCR's name of the file."""
    left, top, right, bottom = block.box
    return f"img_in_{block.label}_box_{left}_{top}_{right}_{bottom}.jpg"


def _piece(block: Block, page: StructuredPage) -> Piece:
    return Piece(
        label=block.label,
        content=printable(block.content),
        box=block.box,
        level=block.level,
        joins=block.joins,
        letter=_letter(block, page) if block.label in HEADINGS else 0.0,
        picture=picture_name(block) if _shows_picture(block) else None,
    )


def _shows_picture(block: Block) -> bool:
    has_one = block.image is not None and block.image.size > 0
    return has_one and (block.label == "seal" or not block.content.strip())


def _letter(block: Block, page: StructuredPage) -> float:
    """The shorter side of the lines whose middles lie in the block."""
    left, top, right, bottom = block.box
    sides = []
    for line in page.recognized.lines:
        x0, y0, x1, y1 = line.box
        if left <= (x0 + x1) / 2 <= right and top <= (y0 + y1) / 2 <= bottom:
            sides.append(min(x1 - x0, y1 - y0))
    return float(median(sides)) if sides else 0.0
