"""Files of results that are not Galley's own, under Galley's names.

Runs in: parent (a result's own `save_to_…`) and worker (a run with an output folder).

File names are PaddleOCR's, after the page's own stem. Only the pictures of a Markdown text have another place:
`imgs/{stem}/` instead of `imgs/`, where pages would overwrite each other's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from PIL import Image

from galley.errors import BadArguments
from galley.foreign import FILE_SUFFIXES, ForeignPage, Markdown, Picture
from galley.outputs.files import write_file, write_text_file
from galley.outputs.pictures import encode_picture

_MARKDOWN_SUFFIXES = (".md", ".markdown", ".mdown", ".mkd")


def pictures_of(page: ForeignPage) -> dict[str, Image.Image]:
    """PaddleOCR's `.img`.

    Raises:
        BadArguments: no pictures were taken along.
    """
    pictures = require(page, "img", page.pictures)
    return {key: to_image(picture) for key, picture in pictures.items()}


def to_image(picture: Picture) -> Image.Image:
    """As Pillow has it."""
    return Image.fromarray(picture)


def save_html(page: ForeignPage, target: Path) -> list[Path]:
    """Write the tables as HTML into the folder `target`, or the first to the file `target`."""
    tables = {f"_{key}.html": text.encode() or b"\n" for key, text in require(page, "html", page.html).items()}
    return _write(page, tables, target, (".html", ".htm"))


def file_saver(form: str) -> Callable[[ForeignPage, Path], list[Path]]:
    """A function that writes the files of `form` into a folder, or the first of them to a file."""

    def save(page: ForeignPage, target: Path) -> list[Path]:
        return _write(page, require(page, form, page.files.get(form)), target, (FILE_SUFFIXES[form],))

    return save


def save_markdown(
    page: ForeignPage, target: Path, pretty: bool = True, show_formula_number: bool = False
) -> list[Path]:
    """Write the Markdown and its pictures into the folder `target`, or to the file `target` and beside it."""
    markdown = require(page, "markdown", page.markdown)
    is_file = target.suffix.lower() in _MARKDOWN_SUFFIXES
    path = target if is_file else target / f"{page.name}.md"
    text = markdown.variants.get((pretty, show_formula_number), markdown.variants[True, False])
    text, places = _place_pictures(text, markdown, path.stem)
    written = []
    for place, picture in places.items():
        written.append(path.parent / place)
        write_file(written[-1], encode_picture(to_image(picture), place.suffix))
    write_text_file(path, text)
    return [path, *written]


def _place_pictures(text: str, markdown: Markdown, stem: str) -> tuple[str, dict[PurePosixPath, Picture]]:
    """The text with references to where the pictures are put, and the pictures by that place."""
    places = {}
    for given, picture in markdown.pictures.items():
        name = PurePosixPath(given)
        # Not outside of the folder, whatever the result says.
        folder = "imgs" if name.is_absolute() or ".." in name.parts else str(name.parent)
        place = PurePosixPath(folder, stem, name.name)
        text = text.replace(given, quote(str(place), errors="surrogateescape"))
        places[place] = picture
    return text, places


def save_text(page: ForeignPage, target: Path) -> list[Path]:
    """Write the text that was read, without any markup, to the text file `target` or into that folder."""
    is_file = target.suffix.lower() == ".txt"
    path = target if is_file else target / f"{page.name}.txt"
    write_text_file(path, plain_text(page))
    return [path]


def plain_text(page: ForeignPage) -> str:
    """The lines of an OCR result, or the blocks of a layout with an empty line between.

    Raises:
        BadArguments: the result has neither.
    """
    json = page.json()
    if isinstance(json.get("rec_texts"), list):
        return "".join(f"{line}\n" for line in json["rec_texts"])
    blocks = json.get("parsing_res_list")
    if isinstance(blocks, list):
        return "\n".join(f"{block.get('block_content', '')}\n" for block in blocks)
    raise BadArguments("this kind of result has no text")


def require(page: ForeignPage, form: str, content: Any) -> Any:
    """`content`, unless there is none.

    Raises:
        BadArguments: it was not taken along, could not be made, or this kind of result does not have it.
    """
    if content is not None:
        return content
    if form in page.left_out:
        raise BadArguments(f"this result's {form} could not be made: {page.left_out[form]}")
    raise BadArguments(f"this result came without {form}: give keep=('{form}', …), if this kind of result has it")


def _write(page: ForeignPage, files: Mapping[str, bytes], target: Path, kinds: tuple[str, ...]) -> list[Path]:
    if target.suffix.lower() in kinds:
        files, paths = dict(list(files.items())[:1]), [target]
    else:
        paths = [target / f"{page.name}{rest}" for rest in files]
    for path, content in zip(paths, files.values(), strict=False):
        write_file(path, content)
    return paths[: len(files)]
