"""PaddleOCR's keywords for TableRecognitionPipelineV2, in the order of its constructor.

Runs in: parent. Data only.
"""

from __future__ import annotations

from galley.compat.keyword_tables.composing import OPTIONS, model_rows, within
from galley.compat.keyword_tables.doc_preprocessor import MODELS, TURN, flatten_row
from galley.compat.keyword_tables.layout import layout_model
from galley.compat.keyword_tables.ocr import OCR
from galley.compat.keywords import Keyword, flag_word

_TABLE_MODELS = (
    ("table_classification", "classification", "TableClassification", "that tells tables with walls from others"),
    (
        "wired_table_structure_recognition",
        "wired_structure",
        "WiredTableStructureRecognition",
        "of the structure of tables with walls",
    ),
    (
        "wireless_table_structure_recognition",
        "wireless_structure",
        "WirelessTableStructureRecognition",
        "of the structure of tables without walls",
    ),
    (
        "wired_table_cells_detection",
        "wired_cells",
        "WiredTableCellsDetection",
        "that finds the cells of tables with walls",
    ),
    (
        "wireless_table_cells_detection",
        "wireless_cells",
        "WirelessTableCellsDetection",
        "that finds the cells of tables without walls",
    ),
)
"""Keyword, field of `TableModels`, section of PaddleX's YAML, purpose."""

TABLE_MODELS: tuple[Keyword, ...] = tuple(
    row
    for step, field, section, purpose in _TABLE_MODELS
    for row in model_rows(
        step,
        f"tables.{field}",
        f"SubModules.{section}",
        f"model {purpose}",
        name_note="It is used where its folder is given.",
        folder_note="Default: none; tables are read by rules and alignment.",
    )
)

_TEXT = within(OCR, "SubPipelines.GeneralOCR", f"{OPTIONS}ocr.")
_TEXT_NAMES = (
    "text_detection_model_name",
    "text_detection_model_dir",
    "text_det_limit_side_len",
    "text_det_limit_type",
    "text_det_thresh",
    "text_det_box_thresh",
    "text_det_unclip_ratio",
    "text_recognition_model_name",
    "text_recognition_model_dir",
    "text_recognition_batch_size",
    "text_rec_score_thresh",
)

TABLE_RECOGNITION: tuple[Keyword, ...] = (
    *layout_model(),
    *TABLE_MODELS,
    *MODELS,
    *(_TEXT[name] for name in _TEXT_NAMES),
    TURN,
    flatten_row("False (PaddleOCR's own default is True; it costs text on flat scans)."),
    Keyword(
        "use_layout_detection",
        flag_word,
        "Look for tables on the page; False takes the whole picture for one. Default: True.",
        path=f"{OPTIONS}use_layout_detection",
        yaml="use_layout_detection",
    ),
    Keyword(
        "use_ocr_model",
        flag_word,
        "Find and read the text; False needs it as overall_ocr_res of predict. Default: True.",
        path=f"{OPTIONS}use_ocr_model",
        yaml="use_ocr_model",
    ),
)

READING: tuple[Keyword, ...] = tuple(
    Keyword(name, flag_word, text, path=f"{OPTIONS}reading.{name}", flag=False)
    for name, text in (
        ("use_table_orientation_classify", "Turn tables upright that lie on their side. Default: True."),
        (
            "use_ocr_results_with_table_cells",
            "With models of your own: cut lines that run through several cells. Default: True.",
        ),
        (
            "use_e2e_wired_table_rec_model",
            "With models of your own: take cells from the structure model. Default: False.",
        ),
        ("use_e2e_wireless_table_rec_model", "The same for tables without walls. Default: False."),
        (
            "use_wired_table_cells_trans_to_html",
            "With models of your own: take the structure from the cells. Default: False.",
        ),
        ("use_wireless_table_cells_trans_to_html", "The same for tables without walls. Default: False."),
    )
)
"""Of PaddleOCR's `predict`; here the constructor takes them too."""
