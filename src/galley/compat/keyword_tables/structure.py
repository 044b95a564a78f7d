"""PaddleOCR's keywords for PPStructureV3, in the order of its constructor.

Runs in: parent. Data only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from galley.compat.keyword_tables.doc_preprocessor import DOC_PREPROCESSOR
from galley.compat.keyword_tables.ocr import OCR
from galley.compat.keyword_tables.table_recognition import READING, TABLE_MODELS
from galley.compat.keywords import Keyword, flag_word
from galley.config import LIMIT_TYPES

_LAYOUT = "SubModules.LayoutDetection"
_OCR_YAML = "SubPipelines.GeneralOCR"
_TABLE_YAML = "SubPipelines.TableRecognition"
_SEAL_YAML = "SubPipelines.SealRecognition.SubPipelines.SealOCR.SubModules"
_ONE_BY_ONE = "regions are read one by one, with the same result"


def number(word: str) -> Any:
    """A number on the command line; in Python also a table of numbers by the number of the class."""
    return float(word)


def word(text: str) -> Any:
    """A word on the command line; in Python also a table of words by the number of the class."""
    return text


LAYOUT: tuple[Keyword, ...] = (
    Keyword(
        "layout_detection_model_name",
        str,
        "Name of the layout model. Default: PicoDet_LCNet_x1_0_layout_cdla (PaddleOCR's own default is "
        "PP-DocLayout_plus-L, which is used when its folder is given).",
        path="pipeline.layout_model.name",
        yaml=f"{_LAYOUT}.model_name",
    ),
    Keyword(
        "layout_detection_model_dir",
        str,
        "PaddleX ONNX folder of the layout model: PP-DocLayout-S, -M, -L, _plus-L, V2 or V3.",
        path="pipeline.layout_model.folder",
        yaml=f"{_LAYOUT}.model_dir",
    ),
    Keyword(
        "layout_threshold",
        number,
        "Regions with a score not above it are dropped, 0 to 1. Default: what the model's folder says; 0.4 for the "
        "default model.",
        path="pipeline.options.layout.layout_threshold",
        yaml=f"{_LAYOUT}.threshold",
    ),
    Keyword(
        "layout_nms",
        flag_word,
        "Drop the weaker of two regions that overlap much. Default: what the model's folder says.",
        path="pipeline.options.layout.layout_nms",
        yaml=f"{_LAYOUT}.layout_nms",
    ),
    Keyword(
        "layout_unclip_ratio",
        number,
        "Factor by which regions are enlarged about their centre. Default: what the model's folder says.",
        path="pipeline.options.layout.layout_unclip_ratio",
        yaml=f"{_LAYOUT}.layout_unclip_ratio",
    ),
    Keyword(
        "layout_merge_bboxes_mode",
        word,
        "Of regions within others keep the large, the small or both (union). Default: what the model's folder says.",
        path="pipeline.options.layout.layout_merge_bboxes_mode",
        yaml=f"{_LAYOUT}.layout_merge_bboxes_mode",
    ),
)
"""How the parts of a page are found."""


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
TABLES: tuple[Keyword, ...] = (
    *(replace(row, yaml=f"{_TABLE_YAML}.{row.yaml}") for row in TABLE_MODELS),
    Keyword(
        "table_orientation_classify_model_name",
        str,
        "Name of the model that says how tables are turned; it is used where its folder is given.",
        path="pipeline.tables.orientation.name",
        yaml=f"{_TABLE_YAML}.SubModules.TableOrientationClassify.model_name",
    ),
    Keyword(
        "table_orientation_classify_model_dir",
        str,
        "PaddleX ONNX folder of the model that says how tables are turned. Default: none; tables whose lines stand "
        "are read both ways.",
        path="pipeline.tables.orientation.folder",
        yaml=f"{_TABLE_YAML}.SubModules.TableOrientationClassify.model_dir",
    ),
)
ABSENT = frozenset(row.name for row in (*CHART, *FORMULA, *REGION) if row.name.endswith(("_name", "_dir")))
"""Keywords that name models of steps which Galley does without."""


def _nested(rows: Sequence[Keyword], yaml: str, options: str) -> dict[str, Keyword]:
    """The rows of a pipeline within this one, by name."""
    return {
        row.name: replace(
            row,
            yaml=None if row.yaml is None else f"{yaml}.{row.yaml}",
            path=None if row.path is None else row.path.replace("pipeline.options.", options),
        )
        for row in rows
    }


_PREPROCESSING = _nested(DOC_PREPROCESSOR, "SubPipelines.DocPreprocessor", "pipeline.options.")
_TEXT = _nested(OCR, _OCR_YAML, "pipeline.options.ocr.")
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

SEAL: tuple[Keyword, ...] = (
    Keyword(
        "seal_text_detection_model_name",
        str,
        "There is no model for the text of seals in Galley, which unrolls their edges instead: giving one is an error.",
    ),
    Keyword(
        "seal_text_detection_model_dir",
        str,
        "There is no model for the text of seals in Galley, which unrolls their edges instead: giving one is an error.",
    ),
    Keyword(
        "seal_det_limit_side_len",
        int,
        "As text_det_limit_side_len, for the text of seals. Default: 736.",
        path="pipeline.options.seal.seal_det_limit_side_len",
        yaml=f"{_SEAL_YAML}.TextDetection.limit_side_len",
    ),
    Keyword(
        "seal_det_limit_type",
        str,
        "As text_det_limit_type, for the text of seals. Default: min.",
        path="pipeline.options.seal.seal_det_limit_type",
        yaml=f"{_SEAL_YAML}.TextDetection.limit_type",
        choices=LIMIT_TYPES,
    ),
    Keyword(
        "seal_det_thresh",
        float,
        "As text_det_thresh, for the text of seals. Default: 0.2.",
        path="pipeline.options.seal.seal_det_thresh",
        yaml=f"{_SEAL_YAML}.TextDetection.thresh",
    ),
    Keyword(
        "seal_det_box_thresh",
        float,
        "As text_det_box_thresh, for the text of seals. Default: 0.6.",
        path="pipeline.options.seal.seal_det_box_thresh",
        yaml=f"{_SEAL_YAML}.TextDetection.box_thresh",
    ),
    Keyword(
        "seal_det_unclip_ratio",
        float,
        "As text_det_unclip_ratio, for the text of seals. Default: 0.5.",
        path="pipeline.options.seal.seal_det_unclip_ratio",
        yaml=f"{_SEAL_YAML}.TextDetection.unclip_ratio",
    ),
    Keyword(
        "seal_text_recognition_model_name",
        str,
        "Seals are read by the text recognition model of the page: giving another one is an error.",
    ),
    Keyword(
        "seal_text_recognition_model_dir",
        str,
        "Seals are read by the text recognition model of the page: giving another one is an error.",
    ),
    Keyword("seal_text_recognition_batch_size", int, "Accepted without effect.", no_effect=_ONE_BY_ONE),
    Keyword(
        "seal_rec_score_thresh",
        float,
        "Lines of seals that were read with a lower score are left out, 0 to 1. Default: 0.",
        path="pipeline.options.seal.seal_rec_score_thresh",
        yaml=f"{_SEAL_YAML}.TextRecognition.score_thresh",
    ),
)
ABSENT |= {row.name for row in SEAL if row.path is None and row.name.endswith(("_name", "_dir"))}

_OPTIONS = "pipeline.options."
SWITCHES: tuple[Keyword, ...] = (
    replace(_PREPROCESSING["use_doc_orientation_classify"], help="Turn pages upright first. Default: False."),
    replace(_PREPROCESSING["use_doc_unwarping"], help="Flatten pages first. Default: False."),
    _TEXT["use_textline_orientation"],
    Keyword(
        "use_seal_recognition",
        flag_word,
        "Find seals and read them. Default: False.",
        path=f"{_OPTIONS}use_seal_recognition",
        yaml="use_seal_recognition",
    ),
    Keyword(
        "use_table_recognition",
        flag_word,
        "Read tables; without it they are pictures. Default: True.",
        path=f"{_OPTIONS}use_table_recognition",
        yaml="use_table_recognition",
    ),
    Keyword(
        "use_formula_recognition",
        flag_word,
        "Accepted: there is no model for formulas, which are kept as pictures. Default: True.",
        path=f"{_OPTIONS}use_formula_recognition",
        yaml="use_formula_recognition",
    ),
    Keyword(
        "use_chart_recognition",
        flag_word,
        "Accepted: there is no model for charts, which are kept as pictures. Default: False.",
        path=f"{_OPTIONS}use_chart_recognition",
        yaml="use_chart_recognition",
    ),
    Keyword(
        "use_region_detection",
        flag_word,
        "Accepted: the reading order is found without a model of regions. Default: True.",
        path=f"{_OPTIONS}use_region_detection",
        yaml="use_region_detection",
    ),
    Keyword(
        "format_block_content",
        flag_word,
        "Write the content of blocks as Markdown. Default: False.",
        path=f"{_OPTIONS}format_block_content",
        yaml="format_block_content",
    ),
    Keyword(
        "markdown_ignore_labels",
        str,
        "Labels of blocks that are left out of Markdown. Default: number, footnote, header, "
        "header_image, footer, footer_image, aside_text.",
        path=f"{_OPTIONS}markdown_ignore_labels",
        yaml="markdown_ignore_labels",
        words="+",
    ),
)

STRUCTURE: tuple[Keyword, ...] = (
    *LAYOUT,
    *CHART,
    *REGION,
    *(row for row in _PREPROCESSING.values() if row.parse is str),
    *_TEXT_ROWS,
    *TABLES,
    *SEAL,
    *FORMULA,
    *SWITCHES,
    _TEXT["lang"],
    replace(_TEXT["ocr_version"], choices=("PP-OCRv3", "PP-OCRv4", "PP-OCRv5", "PP-OCRv6")),
)
"""What PaddleOCR takes by position too."""

SWITCH = Keyword(
    "use_doc_preprocessor",
    flag_word,
    "Whether pages are preprocessed at all; decided by the two steps' own keywords where those are given.",
    path=f"{_OPTIONS}use_doc_preprocessor",
    yaml="use_doc_preprocessor",
    flag=False,
)
"""In PaddleX's configuration, and no keyword of PaddleOCR."""

PER_CALL: tuple[Keyword, ...] = tuple(
    replace(
        row,
        path=str(row.path).replace("options.reading", "options.tables"),
        help=row.help.replace("False", "True") if row.name == "use_e2e_wireless_table_rec_model" else row.help,
    )
    for row in READING
)
"""What PaddleOCR's `predict` takes and its constructor does not; here the constructor takes them too."""
