"""Result objects as PaddleOCR's users know them: a dict that can print and save itself.

Runs in: parent.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from PIL import Image

from galley.compat.printing import show_fields
from galley.errors import BadArguments
from galley.outputs.pdf.pages import save_pdf
from galley.outputs.saving import FORMATS, SAVE_ALL, Format, drawings, save_json
from galley.outputs.structured.saving import markdown_of, save_markdown
from galley.outputs.tables import tables_by_key
from galley.results import PageResult, RecognizedPage, StructuredPage, TablePage

Fields: TypeAlias = dict[str, Any]
Pictures: TypeAlias = dict[str, Image.Image]
Texts: TypeAlias = dict[str, str]
Metadata: TypeAlias = Mapping[str, Any]


class Result(Fields):
    """The result of one page: JSON fields and page arrays by PaddleOCR's keys. Unlike PaddleOCR's, it can be pickled.

    `metadata` says what PaddleOCR's results do not: slot, engine, device and precision.
    """

    def __init__(self, page: PageResult) -> None:
        """Give `page` PaddleOCR's face."""
        super().__init__(page.json() | page.arrays())
        self._page = page

    def __reduce__(self) -> tuple[type[Result], tuple[PageResult]]:
        return (Result, (self._page,))

    @property
    def metadata(self) -> Metadata:
        """Which slot did the page, and for each network the engine, device and precision it ran with."""
        return self._page.metadata

    @property
    def json(self) -> Fields:
        """The JSON fields, below the key `res`."""
        return {"res": self._page.json()}

    @property
    def str(self) -> Fields:
        """What `print` prints."""
        return {"res": self._page.json()}

    @property
    def img(self) -> Pictures:
        """The pictures drawn for this page, by key."""
        return drawings(self._page)

    @property
    def markdown(self) -> Fields:
        """PaddleOCR's mapping: `markdown_texts`, `markdown_images` by path, `page_continuation_flags` and the page."""
        self._require("markdown")
        assert isinstance(self._page, StructuredPage)  # no other has this format
        return markdown_of(self._page)

    @property
    def html(self) -> Texts:
        """Tables as HTML, by key: `table_1` and so on."""
        return self._tables("html")

    @property
    def xlsx(self) -> Texts:
        """What `save_to_xlsx` makes workbooks of, by key: as PaddleOCR's, the tables' HTML."""
        return self._tables("xlsx")

    def print(self, json_format: bool = False, indent: int = 4, ensure_ascii: bool = False) -> None:
        """Write the fields to the log `galley` at level INFO, or to standard error where no log is set up."""
        show_fields(self.str, json_format, indent, ensure_ascii)

    def save_to_json(self, save_path: Any, indent: int = 4, ensure_ascii: bool = False) -> None:
        """Write the JSON fields to the file `save_path`, or into that folder under the page's own name."""
        save_json(self._page, Path(save_path), indent, ensure_ascii)

    def save_to_img(self, save_path: Any) -> None:
        """Write the pictures drawn for this page into a folder, or the first of them to a file."""
        self._save("img", save_path)

    def save_to_corrected(self, save_path: Any) -> None:
        """Write the corrected page itself into a folder, or to a file. PaddleOCR has no such method."""
        self._save("corrected", save_path)

    def save_to_text(self, save_path: Any) -> None:
        """Write the lines that were read into a folder, or to a file. PaddleOCR has no such method."""
        self._save("text", save_path)

    def save_to_pdf(self, save_path: Any, pdf_password: Any = None) -> None:
        """Write the page as searchable PDF into a folder, or to a file. PaddleOCR has no such method.

        `pdf_password` opens the PDF file that the page is of, where that is encrypted.
        """
        self._require("pdf")
        assert isinstance(self._page, RecognizedPage)  # no other has this format
        save_pdf(self._page, Path(save_path), pdf_password)

    def save_to_alto(self, save_path: Any) -> None:
        """Write the lines and words as ALTO XML into a folder, or to a file. PaddleOCR has no such method."""
        self._save("alto", save_path)

    def save_to_hocr(self, save_path: Any) -> None:
        """Write the lines and words as hOCR into a folder, or to a file. PaddleOCR has no such method."""
        self._save("hocr", save_path)

    def save_to_html(self, save_path: Any) -> None:
        """Write each table as an HTML page into a folder, or the first of them to a file."""
        self._save("html", save_path)

    def save_to_xlsx(self, save_path: Any) -> None:
        """Write each table as an Excel workbook into a folder, or the first of them to a file."""
        self._save("xlsx", save_path)

    def save_to_markdown(self, save_path: Any, pretty: bool = True, show_formula_number: bool = False) -> None:
        """Write the page as Markdown, and its pictures, into a folder; or to a file and beside it."""
        self._require("markdown")
        assert isinstance(self._page, StructuredPage)  # no other has this format
        save_markdown(self._page, Path(save_path), pretty, show_formula_number)

    def save_to_word(self, save_path: Any) -> None:
        """Write the page as a Word file into a folder, or to a file."""
        self._save("word", save_path)

    def save_to_latex(self, save_path: Any) -> None:
        """PaddleOCR's; refused, since Galley writes no LaTeX.

        Raises:
            BadArguments: always; it says what there is instead.
        """
        self._save("latex", save_path)

    def save_all(self, save_path: Any) -> None:
        """Write everything that PaddleOCR's `save_all` writes for this kind of result."""
        for name in SAVE_ALL[type(self._page)]:
            self._save(name, save_path)

    def _save(self, name: Any, save_path: Any) -> None:
        self._require(name).save(self._page, Path(save_path))

    def _tables(self, name: Any) -> Texts:
        self._require(name)
        assert isinstance(self._page, StructuredPage | TablePage)  # no other has these formats
        return tables_by_key(self._page)

    def _require(self, name: Any) -> Format:
        formats = FORMATS[type(self._page)]
        if name not in formats:
            raise BadArguments(f"this result has no {name}; it has {', '.join(formats)}")
        return formats[name]
