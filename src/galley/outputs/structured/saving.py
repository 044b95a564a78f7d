"""The texts of a structured page as files.

Runs in: worker (a run with an output folder) and parent (a result's own `save_to_…`).
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

from PIL import Image

from galley.outputs.files import open_whole, write_file, write_text_file
from galley.outputs.pictures import encode_picture, to_picture
from galley.outputs.structured.elements import compose
from galley.outputs.structured.leaf import PICTURES, leaf_of, pictures_of
from galley.outputs.structured.markdown import write_markdown
from galley.outputs.structured.text import write_text
from galley.outputs.structured.word import open_word
from galley.results.structure import StructuredPage

MARKDOWN_SUFFIXES = (".md", ".markdown", ".mdown", ".mkd")
_PICTURE_SUFFIX = ".jpg"


def markdown_of(page: StructuredPage, pretty: bool = True, show_formula_number: bool = False) -> dict[str, Any]:
    """PaddleOCR's `markdown`. The pictures' paths name the page too, so that those of many pages can lie together."""
    folder = _pictures_folder(PurePosixPath(page.name).name)
    elements = compose(leaf_of(page), folder)
    return {
        "markdown_texts": "".join(write_markdown(elements, pretty, show_formula_number)),
        "markdown_images": pictures_by_path(page, folder),
        "page_continuation_flags": page.continues,
        "page_index": page.page_index,
        "input_path": page.input_path,
    }


def pictures_by_path(page: StructuredPage, folder: str) -> dict[str, Image.Image]:
    """The pictures in the page's text, by path relative to it."""
    return {f"{folder}/{name}": to_picture(pixels) for name, pixels in pictures_of(page).items()}


def save_markdown(
    page: StructuredPage, target: Path, pretty: bool = True, show_formula_number: bool = False
) -> list[Path]:
    """Write the Markdown and its pictures into the folder `target`, or to the file `target` and beside it."""
    path = target if target.suffix.lower() in MARKDOWN_SUFFIXES else target / f"{page.name}.md"
    folder = _pictures_folder(path.stem if path is target else PurePosixPath(page.name).name)
    written = [path]
    for name, picture in pictures_by_path(page, folder).items():
        written.append(path.parent / name)
        write_file(written[-1], encode_picture(picture, _PICTURE_SUFFIX))
    text = "".join(write_markdown(compose(leaf_of(page), folder), pretty, show_formula_number))
    write_text_file(path, f"{text}\n")
    return written


def save_word(page: StructuredPage, target: Path) -> list[Path]:
    """Write a Word file, pictures within, into the folder `target` or to the file `target`."""
    path = target if target.suffix.lower() == ".docx" else target / f"{page.name}.docx"
    leaf = leaf_of(page)
    pictures = pictures_of(page)

    def load(picture: str) -> bytes | None:
        pixels = pictures.get(PurePosixPath(picture).name)
        return None if pixels is None else encode_picture(to_picture(pixels), _PICTURE_SUFFIX)

    with open_whole(path) as file, open_word(file, leaf.width, leaf.height, load) as word:
        for element in compose(leaf):
            word.add(element)
    return [path]


def save_plain_text(page: StructuredPage, target: Path) -> list[Path]:
    """Write the text without markup into the folder `target` or to the file `target`."""
    path = target if target.suffix.lower() == ".txt" else target / f"{page.name}.txt"
    write_text_file(path, write_text(compose(leaf_of(page))))
    return [path]


def _pictures_folder(stem: str) -> str:
    return f"{PICTURES}/{stem}"
