"""PaddleOCR's keywords for TableRecognitionPipelineV2, in the order of its constructor.

Runs in: parent. Data only.
"""

from __future__ import annotations

from dataclasses import replace

from galley.compat.keyword_tables.doc_preprocessor import DOC_PREPROCESSOR
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
    for name, field, section, purpose in _TABLE_MODELS
    for row in (
        Keyword(
            f"{name}_model_name",
            str,
            f"Name of the model {purpose}; it is used where its folder is given.",
            path=f"pipeline.tables.{field}.name",
            yaml=f"SubModules.{section}.model_name",
        ),
        Keyword(
            f"{name}_model_dir",
            str,
            f"PaddleX ONNX folder of the model {purpose}. Default: none; tables are read by rules and alignment.",
            path=f"pipeline.tables.{field}.folder",
            yaml=f"SubModules.{section}.model_dir",
        ),
    )
)

_LAYOUT = (
    Keyword(
        "layout_detection_model_name",
        str,
        "Name of the model that finds the regions of a page.",
        path="pipeline.layout_model.name",
        yaml="SubModules.LayoutDetection.model_name",
    ),
    Keyword(
        "layout_detection_model_dir",
        str,
        "PaddleX ONNX folder of the layout model.",
        path="pipeline.layout_model.folder",
        yaml="SubModules.LayoutDetection.model_dir",
    ),
)

_NO_UNWARPING = "Flatten each page. Default: False (PaddleOCR's own default is True; it costs text on flat scans)."


def _preprocessing(parse: object) -> tuple[Keyword, ...]:
    """The rows of DocPreprocessor of one type: `str` for the models, `flag_word` for the switches."""
    return tuple(
        replace(
            row,
            yaml=f"SubPipelines.DocPreprocessor.{row.yaml}",
            help=_NO_UNWARPING if row.name == "use_doc_unwarping" else row.help,
        )
        for row in DOC_PREPROCESSOR
        if row.parse is parse
    )


def _text(names: tuple[str, ...]) -> tuple[Keyword, ...]:
    """Rows of OCR, whose options are one level deeper here."""
    table = {row.name: row for row in OCR}
    return tuple(
        replace(
            table[name],
            path=str(table[name].path).replace("pipeline.options.", "pipeline.options.ocr."),
            yaml=f"SubPipelines.GeneralOCR.{table[name].yaml}",
        )
        for name in names
    )


TABLE_RECOGNITION: tuple[Keyword, ...] = (
    *_LAYOUT,
    *TABLE_MODELS,
    *_preprocessing(str),
    *_text(
        (
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
    ),
    *_preprocessing(flag_word),
    Keyword(
        "use_layout_detection",
        flag_word,
        "Look for tables on the page; False takes the whole picture for one. Default: True.",
        path="pipeline.options.use_layout_detection",
        yaml="use_layout_detection",
    ),
    Keyword(
        "use_ocr_model",
        flag_word,
        "Find and read the text; False needs it as overall_ocr_res of predict. Default: True.",
        path="pipeline.options.use_ocr_model",
        yaml="use_ocr_model",
    ),
)

READING: tuple[Keyword, ...] = tuple(
    Keyword(name, flag_word, text, path=f"pipeline.options.reading.{name}", flag=False)
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
