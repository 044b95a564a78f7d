"""PaddleOCR's keywords for DocPreprocessor.

Runs in: parent. Data only.
"""

from __future__ import annotations

from galley.compat.keywords import Keyword, flag_word

_ORIENTATION_YAML = "SubModules.DocOrientationClassify"
_UNWARPING_YAML = "SubModules.DocUnwarping"

DOC_PREPROCESSOR: tuple[Keyword, ...] = (
    Keyword(
        "doc_orientation_classify_model_name",
        str,
        "Name of the page orientation model.",
        path="pipeline.orientation_model.name",
        yaml=f"{_ORIENTATION_YAML}.model_name",
    ),
    Keyword(
        "doc_orientation_classify_model_dir",
        str,
        "PaddleX ONNX folder of the page orientation model.",
        path="pipeline.orientation_model.folder",
        yaml=f"{_ORIENTATION_YAML}.model_dir",
    ),
    Keyword(
        "doc_unwarping_model_name",
        str,
        "Name of the unwarping model.",
        path="pipeline.unwarping_model.name",
        yaml=f"{_UNWARPING_YAML}.model_name",
    ),
    Keyword(
        "doc_unwarping_model_dir",
        str,
        "PaddleX ONNX folder of the unwarping model.",
        path="pipeline.unwarping_model.folder",
        yaml=f"{_UNWARPING_YAML}.model_dir",
    ),
    Keyword(
        "use_doc_orientation_classify",
        flag_word,
        "Find out how each page is turned, and turn it upright. Default: True.",
        path="pipeline.options.use_doc_orientation_classify",
        yaml="use_doc_orientation_classify",
    ),
    Keyword(
        "use_doc_unwarping",
        flag_word,
        "Flatten each page. Default: True.",
        path="pipeline.options.use_doc_unwarping",
        yaml="use_doc_unwarping",
    ),
)
