"""The keywords of OCR, in the order of PaddleOCR's constructor.

Runs in: parent. Data only.
"""

from __future__ import annotations

from galley.compat.keyword_tables.composing import OPTIONS, model_rows
from galley.compat.keyword_tables.doc_preprocessor import MODELS, TURN, flatten_row
from galley.compat.keywords import Keyword, flag_word
from galley.config import LIMIT_TYPES, PDF_TEXT

_DETECTION = "SubModules.TextDetection"
_RECOGNITION = "SubModules.TextRecognition"
_SMALL = "Default: the small model of PP-OCRv6 (PaddleOCR's own default is the medium one)."

OCR: tuple[Keyword, ...] = (
    *MODELS,
    *model_rows("text_detection", "text.detection", _DETECTION, "text detection model", name_note=_SMALL),
    *model_rows(
        "textline_orientation",
        "text.line_orientation",
        "SubModules.TextLineOrientation",
        "text line orientation model",
        name_note="It sees which lines stand on their heads.",
    ),
    Keyword(
        "textline_orientation_batch_size",
        int,
        "Accepted without effect.",
        no_effect="lines are looked at one by one, with the same result",
    ),
    *model_rows("text_recognition", "text.recognition", _RECOGNITION, "text recognition model", name_note=_SMALL),
    Keyword(
        "text_recognition_batch_size",
        int,
        "So many lines, neighbours by their proportions, are padded to one width; it may change single characters. "
        "Default: 6.",
        path="pipeline.text.recognition_batch",
        yaml=f"{_RECOGNITION}.batch_size",
    ),
    TURN,
    flatten_row("True."),
    Keyword(
        "use_textline_orientation",
        flag_word,
        "Find lines that stand on their heads, and turn them. Default: True.",
        path=f"{OPTIONS}use_textline_orientation",
        yaml="use_textline_orientation",
    ),
    Keyword(
        "text_det_limit_side_len",
        int,
        "Pixels of the side that text_det_limit_type is about. Default: 64.",
        path=f"{OPTIONS}text_det_limit_side_len",
        yaml=f"{_DETECTION}.limit_side_len",
    ),
    Keyword(
        "text_det_limit_type",
        str,
        "min: pages are scaled up for detection until their short side has text_det_limit_side_len pixels; max: down "
        "until their long side has. Default: min.",
        path=f"{OPTIONS}text_det_limit_type",
        yaml=f"{_DETECTION}.limit_type",
        choices=LIMIT_TYPES,
    ),
    Keyword(
        "text_det_thresh",
        float,
        "Pixels with a higher probability are text, 0 to 1. Default: 0.3.",
        path=f"{OPTIONS}text_det_thresh",
        yaml=f"{_DETECTION}.thresh",
    ),
    Keyword(
        "text_det_box_thresh",
        float,
        "Regions with a lower mean probability are dropped, 0 to 1. Default: 0.6.",
        path=f"{OPTIONS}text_det_box_thresh",
        yaml=f"{_DETECTION}.box_thresh",
    ),
    Keyword(
        "text_det_unclip_ratio",
        float,
        "How far found regions are grown. Default: 1.5.",
        path=f"{OPTIONS}text_det_unclip_ratio",
        yaml=f"{_DETECTION}.unclip_ratio",
    ),
    Keyword(
        "text_det_input_shape",
        int,
        "Channels, height and width that every page is scaled to for detection. Default: each its own size.",
        path="pipeline.text.detection_shape",
        yaml=f"{_DETECTION}.input_shape",
        words=3,
    ),
    Keyword(
        "text_rec_score_thresh",
        float,
        "Lines that were read with a lower score are left out, 0 to 1. Default: 0.",
        path=f"{OPTIONS}text_rec_score_thresh",
        yaml=f"{_RECOGNITION}.score_thresh",
    ),
    Keyword(
        "return_word_box",
        flag_word,
        "Say where each word of a line is. Default: False.",
        path=f"{OPTIONS}return_word_box",
        yaml=f"{_RECOGNITION}.return_word_box",
    ),
    Keyword(
        "text_rec_input_shape",
        int,
        "Channels, height and width that every line is scaled to. Default: by its proportions.",
        path="pipeline.text.recognition_shape",
        yaml=f"{_RECOGNITION}.input_shape",
        words=3,
    ),
    Keyword(
        "lang",
        str,
        "Language of the pages, such as ch, en, japan, fr or german: chooses the models where none are given.",
    ),
    Keyword(
        "ocr_version",
        str,
        "Family of models; PP-OCRv6 is the one that is there. Of others, give the folders.",
        choices=("PP-OCRv3", "PP-OCRv4", "PP-OCRv5", "PP-OCRv6"),
    ),
)
"""What PaddleOCR takes by position too."""

PDF_TEXT_ROW = Keyword(
    "pdf_text",
    str,
    "Pages of PDF files that bring their text along: never (recognise them as all others), auto (take their text where "
    "it can be trusted), always (take it wherever there is any). Default: never.",
    path=f"{OPTIONS}pdf_text",
    choices=PDF_TEXT,
)
"""Galley's own."""

_NEW_NAMES = {
    "det_model_dir": "text_detection_model_dir",
    "det_limit_side_len": "text_det_limit_side_len",
    "det_limit_type": "text_det_limit_type",
    "det_db_thresh": "text_det_thresh",
    "det_db_box_thresh": "text_det_box_thresh",
    "det_db_unclip_ratio": "text_det_unclip_ratio",
    "rec_model_dir": "text_recognition_model_dir",
    "rec_batch_num": "text_recognition_batch_size",
    "use_angle_cls": "use_textline_orientation",
    "cls_model_dir": "textline_orientation_model_dir",
    "cls_batch_num": "textline_orientation_batch_size",
}

DEPRECATED: tuple[Keyword, ...] = tuple(
    Keyword(old, row.parse, f"Deprecated; use {new}.", choices=row.choices, new_name=new)
    for old, new in _NEW_NAMES.items()
    for row in OCR
    if row.name == new
)
"""Names of PaddleOCR 2."""
