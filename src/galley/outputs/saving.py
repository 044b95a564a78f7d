"""Which files a result has, in which order they are written, and under which names.

Runs in: parent (a result's own `save_to_…`) and worker (a run with an output folder).

Names are PaddleOCR's: `{stem}_{key}{suffix}`, where the stem carries the page number of documents.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from PIL import Image

from galley.errors import BadArguments
from galley.foreign import ForeignPage
from galley.outputs import alto, foreign, hocr
from galley.outputs.alto import join_alto, save_alto
from galley.outputs.answers import save_answer, save_usage
from galley.outputs.documents import Assembly, DocumentForm, join_json, join_text
from galley.outputs.encoding import encode_json
from galley.outputs.files import write_file, write_text_file
from galley.outputs.hocr import join_hocr, save_hocr
from galley.outputs.lines import draw_lines, plain_text
from galley.outputs.pdf import pages as pdf
from galley.outputs.pdf.pages import join_pdf, keep_part, save_pdf
from galley.outputs.pictures import draw_preprocessing, encode_picture, picture_suffix, to_picture
from galley.outputs.seals import draw_seals, seal_text
from galley.outputs.structured.document import join_markdown, join_word, keep_leaf, keep_leaf_and_pictures
from galley.outputs.structured.drawings import draw_cells, draw_layout, draw_structure
from galley.outputs.structured.saving import save_markdown, save_plain_text, save_word
from galley.outputs.tables import save_html, save_xlsx
from galley.results import (
    PageResult,
    PreprocessedPage,
    RecognizedPage,
    SealPage,
    StructuredPage,
    TablePage,
    UnderstoodPage,
)


@dataclass(frozen=True, slots=True)
class SavePlan:
    """Where and in which forms a run writes its results."""

    folder: str | None
    """None, with no formats: nothing is written, and only the JSON fields travel to the parent."""
    formats: tuple[str, ...]
    documents: Assembly | None = None
    """What is made of whole documents."""


def save_json(page: PageResult | ForeignPage, target: Path, indent: int = 4, ensure_ascii: bool = False) -> list[Path]:
    """Write the JSON of `page` to the file `target`, or under its own name into the folder `target`."""
    content = encode_json(page.json(), indent, ensure_ascii)
    path = target if _is_kind(target, "application/json") else target / f"{page.name}_res.json"
    write_file(path, content)
    return [path]


def save_pictures(page: PageResult | ForeignPage, target: Path) -> list[Path]:
    """Write all pictures drawn for `page` into the folder `target`, or the first to the file `target`."""
    return _save_pictures(page, drawings(page), target)


def save_corrected(page: PageResult, target: Path) -> list[Path]:
    """Write the corrected page itself, without captions or the other panels."""
    assert not isinstance(page, UnderstoodPage)  # has no such format
    corrected = page if isinstance(page, PreprocessedPage) else page.preprocessed
    return _save_pictures(page, {"corrected": to_picture(corrected.output_img)}, target)


def save_text(page: RecognizedPage | SealPage, target: Path) -> list[Path]:
    """Write the lines that were read to the text file `target`, or under the page's name into that folder."""
    path = target if _is_kind(target, "text/plain") else target / f"{page.name}.txt"
    write_text_file(path, plain_text(page) if isinstance(page, RecognizedPage) else seal_text(page.seals))
    return [path]


def drawings(page: PageResult | ForeignPage) -> dict[str, Image.Image]:
    """PaddleOCR's `.img`: the pictures drawn for `page`, by key."""
    draw = _DRAWERS.get(type(page))
    return {} if draw is None else dict(draw(page))


def _draw_preprocessed(page: PreprocessedPage) -> dict[str, Image.Image]:
    return {"preprocessed_img": draw_preprocessing(page)}


def _draw_recognized(page: RecognizedPage) -> dict[str, Image.Image]:
    pictures = {"ocr_res_img": draw_lines(page)}
    return (
        pictures | _draw_preprocessed(page.preprocessed)
        if page.options.preprocessing.use_doc_preprocessor
        else pictures
    )


def _draw_table_page(page: TablePage) -> dict[str, Image.Image]:
    flat = to_picture(page.preprocessed.output_img)
    pictures = {} if page.layout is None else {"layout_det_res": draw_layout(flat, page.layout)}
    pictures |= _draw_preprocessed(page.preprocessed) if page.options.preprocessing.use_doc_preprocessor else {}
    pictures |= _draw_recognized(page.recognized)
    if page.tables:
        pictures["table_cell_img"] = draw_cells(flat, page.tables)
    return pictures


def _draw_seal_page(page: SealPage) -> dict[str, Image.Image]:
    flat, options = page.preprocessed.output_img, page.options
    regions = {"layout_det_res": draw_layout(to_picture(flat), page.layout)} if options.use_layout_detection else {}
    preprocessing = _draw_preprocessed(page.preprocessed) if options.preprocessing.use_doc_preprocessor else {}
    return regions | preprocessing | draw_seals(flat, page.seals)


_DRAWERS: Mapping[type, Callable[[Any], dict[str, Image.Image]]] = {
    PreprocessedPage: _draw_preprocessed,
    RecognizedPage: _draw_recognized,
    TablePage: _draw_table_page,
    StructuredPage: draw_structure,
    SealPage: _draw_seal_page,
    ForeignPage: foreign.pictures_of,
}
"""Result -> how its pictures are drawn."""

Saver: TypeAlias = Callable[[Any, Path], list[Path]]


@dataclass(frozen=True, slots=True)
class Format:
    """How results of one kind become files of one kind."""

    save: Saver
    """Writes a page into a folder or to a file; the paths, in the order of writing."""
    document: DocumentForm | None = None
    """How the pages of a document become one file; None where they cannot."""


_JSON = Format(save_json, DocumentForm("_res.json", join_json))
_TEXT = DocumentForm(".txt", join_text)
_MARKDOWN = DocumentForm(".md", join_markdown, keep_leaf)
_WORD = DocumentForm(".docx", join_word, keep_leaf_and_pictures)

FORMATS: Mapping[type, Mapping[str, Format]] = {
    PreprocessedPage: {"json": _JSON, "img": Format(save_pictures), "corrected": Format(save_corrected)},
    RecognizedPage: {
        "json": _JSON,
        "img": Format(save_pictures),
        "text": Format(save_text, _TEXT),
        "pdf": Format(save_pdf, DocumentForm(pdf.SUFFIX, join_pdf, keep_part, alone=True)),
        "alto": Format(save_alto, DocumentForm(alto.SUFFIX, join_alto)),
        "hocr": Format(save_hocr, DocumentForm(hocr.SUFFIX, join_hocr)),
        "corrected": Format(save_corrected),
    },
    TablePage: {
        "json": _JSON,
        "img": Format(save_pictures),
        "html": Format(save_html),
        "xlsx": Format(save_xlsx),
    },
    SealPage: {
        "json": _JSON,
        "img": Format(save_pictures),
        "text": Format(save_text, _TEXT),
        "corrected": Format(save_corrected),
    },
    StructuredPage: {
        "json": _JSON,
        "img": Format(save_pictures),
        "html": Format(save_html),
        "xlsx": Format(save_xlsx),
        "markdown": Format(save_markdown, _MARKDOWN),
        "word": Format(save_word, _WORD),
        "text": Format(save_plain_text, _TEXT),
        "corrected": Format(save_corrected),
    },
    UnderstoodPage: {"json": _JSON, "text": Format(save_answer, _TEXT), "usage": Format(save_usage)},
    ForeignPage: {
        "json": _JSON,
        "img": Format(save_pictures),
        "html": Format(foreign.save_html),
        "xlsx": Format(foreign.file_saver("xlsx")),
        "markdown": Format(foreign.save_markdown),
        "word": Format(foreign.file_saver("word")),
        "text": Format(foreign.save_text, _TEXT),
    },
}
"""Result -> format name -> how it is written, in the order of writing."""

SAVE_ALL: Mapping[type, tuple[str, ...]] = {
    PreprocessedPage: ("json", "img"),
    RecognizedPage: ("json", "img"),
    TablePage: ("json", "img", "html", "xlsx"),
    SealPage: ("json", "img"),
    StructuredPage: ("json", "img", "html", "xlsx", "markdown", "word"),
    UnderstoodPage: ("json",),
}
"""Result -> the formats that PaddleOCR's `save_all` writes."""


def check_formats(result: type, names: Sequence[str]) -> tuple[str, ...]:
    """`names`, each once, if all of them are formats of `result`.

    Raises:
        BadArguments: a format that this kind of result does not have.
    """
    unknown = [name for name in names if name not in FORMATS[result]]
    if unknown or not names:
        raise BadArguments(f"no format {', '.join(unknown)!r} here; choose from {', '.join(FORMATS[result])}")
    return tuple(dict.fromkeys(names))


def plan_saving(result: type, folder: str, names: Sequence[str], *, per_document: bool = False, parts: str) -> SavePlan:
    """How results of the kind `result` are written in the formats `names`.

    Args:
        result: the kind.
        folder: where to.
        names: formats.
        per_document: also make one file of each document, of every format that can.
        parts: folder for what is kept of single pages until their document is there.

    Raises:
        BadArguments: a format that there is not, or documents of formats that make none.
    """
    formats = check_formats(result, names) if names or not per_document else ()
    forms = [form for name in formats if (form := FORMATS[result][name].document) is not None]
    if per_document and not forms:
        possible = [name for name, form in FORMATS[result].items() if form.document is not None]
        raise BadArguments(f"per_document makes documents of some formats only; add one of {', '.join(possible)}")
    wanted = tuple(form for form in forms if per_document or form.alone)
    return SavePlan(folder, formats, Assembly(folder, parts, wanted) if wanted else None)


def save_page(page: PageResult | ForeignPage, plan: SavePlan) -> tuple[str, ...]:
    """Write `page` as `plan` says; the paths of the files, in the order they were written.

    Raises:
        OutputError: a file cannot be written.
    """
    if plan.folder is None:
        return ()
    formats = [FORMATS[type(page)][name] for name in plan.formats]
    if page.page_index is not None:
        formats = [form for form in formats if form.document is None or not form.document.alone]
    paths = [path for form in formats for path in form.save(page, Path(plan.folder))]
    if plan.documents is not None:
        paths += plan.documents.keep(page)
    return tuple(str(path) for path in paths)


def _save_pictures(page: PageResult | ForeignPage, pictures: Mapping[str, Image.Image], target: Path) -> list[Path]:
    if _is_kind(target, "image/"):
        first = next(iter(pictures.values()))
        write_file(target, encode_picture(first, target.suffix))
        return [target]
    suffix = picture_suffix(page.input_path)
    paths = []
    for key, picture in pictures.items():
        path = target / f"{page.name}_{key}{suffix}"
        write_file(path, encode_picture(picture, suffix))
        paths.append(path)
    return paths


def _is_kind(path: Path, kind: str) -> bool:
    """Whether the suffix of `path` says that it is a file of this MIME type."""
    guess, _ = mimetypes.guess_type(path.name)
    return guess is not None and guess.startswith(kind)
