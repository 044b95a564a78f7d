"""PaddleOCR's keywords for PPStructureV3, in the order of its constructor.

Runs in: parent. Data only.
"""

from __future__ import annotations

from dataclasses import replace

from galley.compat.keyword_tables.composing import OPTIONS, model_rows, within
from galley.compat.keyword_tables.doc_preprocessor import MODELS, TURN, flatten_row
from galley.compat.keyword_tables.layout import LAYOUT, layout_model
from galley.compat.keyword_tables.ocr import OCR
from galley.compat.keyword_tables.seal import SEAL_MODEL, SEAL_TEXT
from galley.compat.keyword_tables.table_recognition import READING, TABLE_MODELS
from galley.compat.keywords import Keyword, flag_word

_LAYOUT: tuple[Keyword, ...] = (
    *layout_model(
        name_note="Default: PicoDet_LCNet_x1_0_layout_cdla (PaddleOCR's own default is PP-DocLayout_plus-L, which is "
        "used when its folder is given).",
        folder_note="Any of PP-DocLayout-S, -M, -L, _plus-L, V2 and V3.",
    ),
    *(
        replace(row, help=f"{row.help[:-1]}; 0.4 for the default model.") if row.name == "layout_threshold" else row
        for row in LAYOUT
    ),
)


def _absent(step: str, what: str, size: bool = True) -> tuple[Keyword, ...]:
    """The keywords of a step that Galley has no model for."""
    rows = (
        Keyword(f"{step}_model_name", str, f"There is no model for {what} in Galley: giving one is an error."),
        Keyword(f"{step}_model_dir", str, f"There is no model for {what} in Galley: giving one is an error."),
    )
    batch = Keyword(f"{step}_batch_size", int, "Accepted without effect.", no_effect=f"nothing reads {what}")
    return (*rows, batch) if size else rows


CHART = _absent("chart_recognition", "charts")
FORMULA = _absent("formula_recognition", "formulas")
REGION = _absent("region_detection", "regions of a page", size=False)
_TABLES = "SubPipelines.TableRecognition"
TABLES: tuple[Keyword, ...] = (
    *within(TABLE_MODELS, _TABLES).values(),
    *model_rows(
        "table_orientation_classify",
        "tables.orientation",
        f"{_TABLES}.SubModules.TableOrientationClassify",
        "model that says how tables are turned",
        name_note="It is used where its folder is given.",
        folder_note="Default: none; tables whose lines stand are read both ways.",
    ),
)
ABSENT = frozenset(row.name for row in (*CHART, *FORMULA, *REGION) if row.name.endswith(("_name", "_dir")))
"""Keywords that name models of steps which Galley does without."""


_TEXT = within(OCR, "SubPipelines.GeneralOCR", f"{OPTIONS}ocr.")
_TEXT["text_det_limit_side_len"] = replace(
    _TEXT["text_det_limit_side_len"],
    help="Pixels of the side that text_det_limit_type is about. Default: 736.",
)
_TEXT_ROWS = tuple(
    row
    for prefix in ("text_detection_", "text_det_", "textline_orientation_", "text_recognition_", "text_rec_")
    for name, row in _TEXT.items()
    if name.startswith(prefix) and not name.endswith("_input_shape")
)

_PAGES_MODEL = "Seals are read by the text recognition model of the page: giving another one is an error."
_SEAL_TEXT = within((*SEAL_MODEL, *SEAL_TEXT), "SubPipelines.SealRecognition")
SEAL: tuple[Keyword, ...] = (
    *(row for name, row in _SEAL_TEXT.items() if name.startswith(("seal_text_detection_", "seal_det_"))),
    Keyword("seal_text_recognition_model_name", str, _PAGES_MODEL),
    Keyword("seal_text_recognition_model_dir", str, _PAGES_MODEL),
    Keyword(
        "seal_text_recognition_batch_size",
        int,
        "Accepted without effect.",
        no_effect="regions are read one by one, with the same result",
    ),
    _SEAL_TEXT["seal_rec_score_thresh"],
)
ABSENT |= {row.name for row in SEAL if row.path is None and row.name.endswith(("_name", "_dir"))}

SWITCHES: tuple[Keyword, ...] = (
    replace(TURN, help="Turn pages upright first. Default: False."),
    flatten_row("False."),
    _TEXT["use_textline_orientation"],
    Keyword(
        "use_seal_recognition",
        flag_word,
        "Find seals and read them. Default: False.",
        path=f"{OPTIONS}use_seal_recognition",
        yaml="use_seal_recognition",
    ),
    Keyword(
        "use_table_recognition",
        flag_word,
        "Read tables; without it they are pictures. Default: True.",
        path=f"{OPTIONS}use_table_recognition",
        yaml="use_table_recognition",
    ),
    Keyword(
        "use_formula_recognition",
        flag_word,
        "Accepted: there is no model for formulas, which are kept as pictures. Default: True.",
        path=f"{OPTIONS}use_formula_recognition",
        yaml="use_formula_recognition",
    ),
    Keyword(
        "use_chart_recognition",
        flag_word,
        "Accepted: there is no model for charts, which are kept as pictures. Default: False.",
        path=f"{OPTIONS}use_chart_recognition",
        yaml="use_chart_recognition",
    ),
    Keyword(
        "use_region_detection",
        flag_word,
        "Accepted: the reading order is found without a model of regions. Default: True.",
        path=f"{OPTIONS}use_region_detection",
        yaml="use_region_detection",
    ),
    Keyword(
        "format_block_content",
        flag_word,
        "Write the content of blocks as Markdown. Default: False.",
        path=f"{OPTIONS}format_block_content",
        yaml="format_block_content",
    ),
    Keyword(
        "markdown_ignore_labels",
        str,
        "Labels of blocks that are left out of Markdown. Default: number, footnote, header, "
        "header_image, footer, footer_image, aside_text.",
        path=f"{OPTIONS}markdown_ignore_labels",
        yaml="markdown_ignore_labels",
        words="+",
    ),
)

STRUCTURE: tuple[Keyword, ...] = (
    *_LAYOUT,
    *CHART,
    *REGION,
    *MODELS,
    *_TEXT_ROWS,
    *TABLES,
    *SEAL,
    *FORMULA,
    *SWITCHES,
    _TEXT["lang"],
    _TEXT["ocr_version"],
)
"""What PaddleOCR takes by position too."""

PER_CALL: tuple[Keyword, ...] = tuple(
    replace(
        row,
        path=str(row.path).replace("options.reading", "options.tables"),
        help=row.help.replace("False", "True") if row.name == "use_e2e_wireless_table_rec_model" else row.help,
    )
    for row in READING
)
"""What PaddleOCR's `predict` takes and its constructor does not; here the constructor takes them too."""
