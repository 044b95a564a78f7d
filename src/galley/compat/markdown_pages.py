"""The Markdown of many pages as one: PaddleOCR's `concatenate_markdown_pages`.

Runs in: parent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from galley.errors import BadArguments
from galley.outputs.files import write_file
from galley.outputs.pictures import encode_picture
from galley.prose import glue

Fields: TypeAlias = dict[str, Any]

_NO_PARAGRAPH = re.compile(r"#{1,6} |<|!\[|\$\$|```|- |\d{1,9}[.)] ")
"""How lines begin that are no running text."""


class MarkdownPages(Fields):
    """The text of all pages, `markdown_texts`, and their pictures by path, `markdown_images`."""

    @property
    def markdown(self) -> Fields:
        """The fields."""
        return self

    def save_to_markdown(self, save_path: Any) -> None:
        """Write the text to the file `save_path`, and the pictures to where it looks for them."""
        path = Path(save_path)
        if not path.suffix:
            raise BadArguments(f"save_to_markdown needs the name of a file here, such as {str(path / 'document.md')!r}")
        for place, picture in self["markdown_images"].items():
            write_file(path.parent / place, encode_picture(picture, Path(place).suffix))
        write_file(path, f"{self['markdown_texts']}\n".encode("utf-8", "replace"))


def concatenate_markdown_pages(pages: Iterable[Mapping[str, Any]]) -> MarkdownPages:
    """One text of the `markdown` of pages, which are in their order.

    A paragraph that goes on over a page's end, as the `page_continuation_flags` of both pages say, becomes one: with a
    space between, unless one of the two edges is Chinese; a word that was divided is put together. For whole documents
    `--per_document` does more: it looks beyond figures, and at headings and headers over all pages.

    Raises:
        BadArguments: an element is not the `markdown` of a result.
    """
    text = ""
    pictures: Fields = {}
    ended = True
    for place, page in enumerate(pages):
        following, (begins, ends) = _parts(page, place)
        pictures |= page.get("markdown_images", {})
        if not following:
            continue
        if not text:
            text = following
        elif not ended and not begins and _is_running(text, following):
            text = glue(text, following)
        else:
            text += "\n\n" + following
        ended = ends
    return MarkdownPages(markdown_texts=text, markdown_images=pictures)


def _parts(page: Mapping[str, Any], place: int) -> tuple[str, tuple[bool, bool]]:
    try:
        begins, ends = page["page_continuation_flags"]
        return page["markdown_texts"].strip("\n"), (begins, ends)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadArguments(
            f"element {place} is not the markdown of a result; give [result.markdown for result in results]"
        ) from error


def _is_running(text: str, following: str) -> bool:
    last = text[text.rfind("\n") + 1 :]
    return not _NO_PARAGRAPH.match(last) and not _NO_PARAGRAPH.match(following)
