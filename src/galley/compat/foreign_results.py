"""Results of somebody else's pipeline as their users know them: a dict that can print and save itself.

Runs in: parent. Built from plain data; the class that the pipeline made is not imported.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

from PIL import Image

from galley.compat.printing import show_fields
from galley.foreign import FORMS, ForeignPage
from galley.outputs import foreign
from galley.outputs.encoding import encode_json
from galley.outputs.files import write_file
from galley.outputs.saving import FORMATS, save_json

Fields: TypeAlias = dict[str, Any]
Pictures: TypeAlias = dict[str, Image.Image]
Texts: TypeAlias = dict[str, str]
Metadata: TypeAlias = Mapping[str, Any]


class ForeignResult(Fields):
    """One result: the keys and values that the pipeline gave it, and PaddleOCR's properties and savers.

    Nested results are plain dicts. A value whose class only the worker knows is replaced by its JSON, or missing;
    `left_out` says which are and why. Files have Galley's names (the page's own stem), so that no two results
    write to one file; otherwise they are what the result itself would write. Unlike PaddleOCR's, it can be pickled.
    """

    def __init__(self, page: ForeignPage) -> None:
        """Give `page` its face."""
        super().__init__(page.fields)
        self._page = page

    def __reduce__(self) -> tuple[type[ForeignResult], tuple[ForeignPage]]:
        return (ForeignResult, (self._page,))

    def __missing__(self, key: Any) -> NoReturn:
        reason = self._page.left_out.get(str(key))
        raise KeyError(key if reason is None else f"{key!r} did not travel: {reason}")

    @property
    def left_out(self) -> Metadata:
        """Keys and forms that the pipeline's result has and this one has not -> the reason."""
        return self._page.left_out

    @property
    def metadata(self) -> Metadata:
        """The slot, the pipeline and its device; where the page comes from, whatever the pipeline says of it."""
        page = self._page
        origin = {"input_path": page.input_path, "page_index": page.page_index, "name": page.name}
        return {**page.metadata, **origin}

    @property
    def json(self) -> Fields:
        """The JSON, as the pipeline's result has it: PaddleOCR's below the key `res`."""
        return dict(self._page.tree)

    @property
    def str(self) -> Fields:
        """What `print` prints."""
        return self.json

    @property
    def img(self) -> Pictures:
        """The pictures drawn for this page, by key. Needs keep=('img', …)."""
        return foreign.pictures_of(self._page)

    @property
    def html(self) -> Texts:
        """Tables as HTML, by key."""
        return dict(foreign.require(self._page, "html", self._page.html))

    @property
    def markdown(self) -> Fields:
        """PaddleOCR's mapping: `markdown_texts`, `markdown_images`, and what belongs to them."""
        markdown = foreign.require(self._page, "markdown", self._page.markdown)
        pictures = {path: foreign.to_image(picture) for path, picture in markdown.pictures.items()}
        return {**markdown.fields, "markdown_images": pictures}

    def print(self, json_format: bool = False, indent: int = 4, ensure_ascii: bool = False) -> None:
        """Write the fields to the log `galley` at level INFO, or to standard error where no log is set up."""
        show_fields(self.str, json_format, indent, ensure_ascii)

    def save_to_json(self, save_path: Any, indent: int = 4, ensure_ascii: bool = False) -> None:
        """Write the JSON fields to the file `save_path`, or into that folder under the page's own name."""
        save_json(self._page, Path(save_path), indent, ensure_ascii)
        for key, value in self._page.tree.items():
            if key != "res" and Path(save_path).suffix != ".json":
                path = Path(save_path) / f"{self._page.name}_{key}.json"
                write_file(path, encode_json(value, indent, ensure_ascii))

    def save_to_img(self, save_path: Any) -> None:
        """Write the pictures into a folder, or the first to a file. Needs keep=('img', …)."""
        self._save("img", save_path)

    def save_to_html(self, save_path: Any) -> None:
        """Write the tables as HTML into a folder, or the first to a file."""
        self._save("html", save_path)

    def save_to_xlsx(self, save_path: Any) -> None:
        """Write the tables as Excel files into a folder, or the first to a file."""
        self._save("xlsx", save_path)

    def save_to_markdown(self, save_path: Any, pretty: bool = True, show_formula_number: bool = False) -> None:
        """Write the Markdown with its pictures into a folder, or to a file."""
        foreign.save_markdown(self._page, Path(save_path), pretty, show_formula_number)

    def save_to_word(self, save_path: Any) -> None:
        """Write a Word file into a folder, or to a file. Needs keep=('word', …)."""
        self._save("word", save_path)

    def save_to_text(self, save_path: Any) -> None:
        """Write the text without markup into a folder, or to a file. PaddleOCR has no such method."""
        self._save("text", save_path)

    def save_all(self, save_path: Any) -> None:
        """Write everything that came along, and warn of what the pipeline could not make."""
        for form in self._page.forms():
            self._save(form, save_path)
        for form in FORMS:
            if form in self._page.left_out:
                warnings.warn(f"{self._page.name}: no {form}: {self._page.left_out[form]}", stacklevel=2)

    def _save(self, form: Any, save_path: Any) -> None:
        FORMATS[ForeignPage][form].save(self._page, Path(save_path))
