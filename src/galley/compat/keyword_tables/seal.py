"""The keywords of SealRecognition, in the order of PaddleOCR's constructor.

Runs in: parent. Data only.
"""

from __future__ import annotations

from dataclasses import replace

from galley.compat.keyword_tables.doc_preprocessor import DOC_PREPROCESSOR
from galley.compat.keyword_tables.ocr import OCR
from galley.compat.keywords import Keyword, flag_word
from galley.config import LIMIT_TYPES, MERGE_MODES

_LAYOUT = "SubModules.LayoutDetection"
_OCR = "SubPipelines.SealOCR"
_DETECTION = f"{_OCR}.SubModules.TextDetection"
_RECOGNITION = f"{_OCR}.SubModules.TextRecognition"
_BY_FOLDER = "For a layout model given by folder. Default: what that model's own file says."

_PREPROCESSING: tuple[Keyword, ...] = tuple(
    replace(row, yaml=f"SubPipelines.DocPreprocessor.{row.yaml}") for row in DOC_PREPROCESSOR
)
_PREPROCESSING_MODELS = tuple(row for row in _PREPROCESSING if row.parse is str)
_PREPROCESSING_SWITCHES = tuple(row for row in _PREPROCESSING if row.parse is flag_word)
_RECOGNITION_ROWS = tuple(
    replace(row, yaml=row.yaml.replace("SubModules.TextRecognition", _RECOGNITION))
    for row in OCR
    if row.name.startswith("text_recognition_") and row.yaml is not None
)

LAYOUT: tuple[Keyword, ...] = (
    Keyword(
        "layout_threshold",
        float,
        f"Regions with a lower score are dropped, 0 to 1. {_BY_FOLDER}",
        path="pipeline.options.layout_threshold",
        yaml=f"{_LAYOUT}.threshold",
    ),
    Keyword(
        "layout_nms",
        flag_word,
        f"Drop the weaker of two regions that overlap much. {_BY_FOLDER}",
        path="pipeline.options.layout_nms",
        yaml=f"{_LAYOUT}.layout_nms",
    ),
    Keyword(
        "layout_unclip_ratio",
        float,
        f"Factor by which regions are enlarged. {_BY_FOLDER}",
        path="pipeline.options.layout_unclip_ratio",
        yaml=f"{_LAYOUT}.layout_unclip_ratio",
    ),
    Keyword(
        "layout_merge_bboxes_mode",
        str,
        f"Of regions within others keep the large, the small or both (union). {_BY_FOLDER}",
        path="pipeline.options.layout_merge_bboxes_mode",
        yaml=f"{_LAYOUT}.layout_merge_bboxes_mode",
        choices=MERGE_MODES,
    ),
)

SEAL_TEXT: tuple[Keyword, ...] = (
    Keyword(
        "seal_det_limit_side_len",
        int,
        "Pixels of the side that seal_det_limit_type is about; this and the next four are for a seal text detection "
        "model given by folder. Default: 736.",
        path="pipeline.options.seal_det_limit_side_len",
        yaml=f"{_DETECTION}.limit_side_len",
    ),
    Keyword(
        "seal_det_limit_type",
        str,
        "min: seals are scaled up until their short side has seal_det_limit_side_len pixels; max: down until their "
        "long side has. Default: min.",
        path="pipeline.options.seal_det_limit_type",
        yaml=f"{_DETECTION}.limit_type",
        choices=LIMIT_TYPES,
    ),
    Keyword(
        "seal_det_thresh",
        float,
        "Pixels with a higher probability are text, 0 to 1. Default: 0.2.",
        path="pipeline.options.seal_det_thresh",
        yaml=f"{_DETECTION}.thresh",
    ),
    Keyword(
        "seal_det_box_thresh",
        float,
        "Regions with a lower mean probability are dropped, 0 to 1. Default: 0.6.",
        path="pipeline.options.seal_det_box_thresh",
        yaml=f"{_DETECTION}.box_thresh",
    ),
    Keyword(
        "seal_det_unclip_ratio",
        float,
        "How far found regions are grown. Default: 0.5.",
        path="pipeline.options.seal_det_unclip_ratio",
        yaml=f"{_DETECTION}.unclip_ratio",
    ),
    Keyword(
        "seal_rec_score_thresh",
        float,
        "Lines that were read with a lower score are left out, 0 to 1. Default: 0.",
        path="pipeline.options.seal_rec_score_thresh",
        yaml=f"{_RECOGNITION}.score_thresh",
    ),
)

SEAL: tuple[Keyword, ...] = (
    *_PREPROCESSING_MODELS,
    Keyword(
        "layout_detection_model_name",
        str,
        "Name of the layout model.",
        path="pipeline.layout_model.name",
        yaml=f"{_LAYOUT}.model_name",
    ),
    Keyword(
        "layout_detection_model_dir",
        str,
        "PaddleX ONNX folder of a layout model with the label seal. Default: none, seals are found by their colour.",
        path="pipeline.layout_model.folder",
        yaml=f"{_LAYOUT}.model_dir",
    ),
    Keyword(
        "seal_text_detection_model_name",
        str,
        "Name of the seal text detection model.",
        path="pipeline.seal_detection_model.name",
        yaml=f"{_DETECTION}.model_name",
    ),
    Keyword(
        "seal_text_detection_model_dir",
        str,
        "PaddleX ONNX folder of a text detection model for seals. Default: none, the edge is unrolled and read.",
        path="pipeline.seal_detection_model.folder",
        yaml=f"{_DETECTION}.model_dir",
    ),
    *_RECOGNITION_ROWS,
    *_PREPROCESSING_SWITCHES,
    Keyword(
        "use_layout_detection",
        flag_word,
        "Look for seals on the page; False: the whole picture is one seal. Default: True.",
        path="pipeline.options.use_layout_detection",
        yaml="use_layout_detection",
    ),
    *LAYOUT,
    *SEAL_TEXT,
)
