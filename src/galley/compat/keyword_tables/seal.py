"""The keywords of SealRecognition, in the order of PaddleOCR's constructor.

Runs in: parent. Data only.
"""

from __future__ import annotations

from dataclasses import replace

from galley.compat.keyword_tables.composing import OPTIONS, model_rows, within
from galley.compat.keyword_tables.doc_preprocessor import MODELS, TURN, flatten_row
from galley.compat.keyword_tables.layout import LAYOUT, layout_model
from galley.compat.keyword_tables.ocr import OCR
from galley.compat.keywords import Keyword, flag_word
from galley.config import LIMIT_TYPES

_OCR = "SubPipelines.SealOCR"
_DETECTION = f"{_OCR}.SubModules.TextDetection"
_RECOGNITION = within((row for row in OCR if row.name.startswith("text_recognition_")), _OCR)
_BATCH = _RECOGNITION["text_recognition_batch_size"]
_RECOGNITION["text_recognition_batch_size"] = replace(_BATCH, help=_BATCH.help.replace("Default: 6.", "Default: 1."))

SEAL_TEXT: tuple[Keyword, ...] = (
    Keyword(
        "seal_det_limit_side_len",
        int,
        "Pixels of the side that seal_det_limit_type is about; this and the next four are for a seal text detection "
        "model given by folder. Default: 736.",
        path=f"{OPTIONS}seal.seal_det_limit_side_len",
        yaml=f"{_DETECTION}.limit_side_len",
    ),
    Keyword(
        "seal_det_limit_type",
        str,
        "min: seals are scaled up until their short side has seal_det_limit_side_len pixels; max: down until their "
        "long side has. Default: min.",
        path=f"{OPTIONS}seal.seal_det_limit_type",
        yaml=f"{_DETECTION}.limit_type",
        choices=LIMIT_TYPES,
    ),
    Keyword(
        "seal_det_thresh",
        float,
        "Pixels with a higher probability are text, 0 to 1. Default: 0.2.",
        path=f"{OPTIONS}seal.seal_det_thresh",
        yaml=f"{_DETECTION}.thresh",
    ),
    Keyword(
        "seal_det_box_thresh",
        float,
        "Regions with a lower mean probability are dropped, 0 to 1. Default: 0.6.",
        path=f"{OPTIONS}seal.seal_det_box_thresh",
        yaml=f"{_DETECTION}.box_thresh",
    ),
    Keyword(
        "seal_det_unclip_ratio",
        float,
        "How far found regions are grown. Default: 0.5.",
        path=f"{OPTIONS}seal.seal_det_unclip_ratio",
        yaml=f"{_DETECTION}.unclip_ratio",
    ),
    Keyword(
        "seal_rec_score_thresh",
        float,
        "Lines that were read with a lower score are left out, 0 to 1. Default: 0.",
        path=f"{OPTIONS}seal.seal_rec_score_thresh",
        yaml=f"{_OCR}.SubModules.TextRecognition.score_thresh",
    ),
)

SEAL_MODEL = model_rows(
    "seal_text_detection",
    "seal_detection_model",
    _DETECTION,
    "model that finds the text of seals",
    folder_note="Default: none, the edge is unrolled and read.",
)

SEAL: tuple[Keyword, ...] = (
    *MODELS,
    *layout_model(folder_note="It needs the label seal. Default: none, seals are found by their colour."),
    *SEAL_MODEL,
    *_RECOGNITION.values(),
    TURN,
    flatten_row("False (PaddleOCR's own default is True; it bends the round edges of seals on flat pages)."),
    Keyword(
        "use_layout_detection",
        flag_word,
        "Look for seals on the page; False: the whole picture is one seal. Default: True.",
        path=f"{OPTIONS}use_layout_detection",
        yaml="use_layout_detection",
    ),
    *(replace(row, help=f"For a layout model given by folder. {row.help}") for row in LAYOUT),
    *SEAL_TEXT,
)
