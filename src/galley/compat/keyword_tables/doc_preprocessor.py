"""PaddleOCR's keywords for DocPreprocessor, alone and as the first step of other pipelines.

Runs in: parent. Data only.
"""

from __future__ import annotations

from dataclasses import replace

from galley.compat.keyword_tables.composing import OPTIONS, model_rows, within
from galley.compat.keywords import Keyword, flag_word

_MODELS: tuple[Keyword, ...] = (
    *model_rows(
        "doc_orientation_classify",
        "preprocessing.orientation",
        "SubModules.DocOrientationClassify",
        "page orientation model",
    ),
    *model_rows("doc_unwarping", "preprocessing.unwarping", "SubModules.DocUnwarping", "unwarping model"),
)
_SWITCHES: tuple[Keyword, ...] = (
    Keyword(
        "use_doc_orientation_classify",
        flag_word,
        "Find out how each page is turned, and turn it upright. Default: True.",
        path=f"{OPTIONS}use_doc_orientation_classify",
        yaml="use_doc_orientation_classify",
    ),
    Keyword(
        "use_doc_unwarping",
        flag_word,
        "Flatten each page. Default: True.",
        path=f"{OPTIONS}use_doc_unwarping",
        yaml="use_doc_unwarping",
    ),
)
DOC_PREPROCESSOR: tuple[Keyword, ...] = (*_MODELS, *_SWITCHES)

_SECTION = "SubPipelines.DocPreprocessor"
MODELS: tuple[Keyword, ...] = tuple(within(_MODELS, _SECTION).values())
"""Of a pipeline that has it as its first step."""
TURN, _FLATTEN = within(_SWITCHES, _SECTION, f"{OPTIONS}preprocessing.").values()
"""The same."""
SWITCH = Keyword(
    "use_doc_preprocessor",
    flag_word,
    "Whether pages are preprocessed at all; decided by the two steps' own keywords where those are given.",
    path=f"{OPTIONS}preprocessing.use_doc_preprocessor",
    yaml="use_doc_preprocessor",
    flag=False,
)
"""The same; in PaddleX's configuration, and no keyword of PaddleOCR."""


def flatten_row(default: str) -> Keyword:
    """The same; `default` says what holds where it is not given, and why."""
    rule = "False alone, without use_doc_orientation_classify, ends all preprocessing, as in PaddleOCR."
    return replace(_FLATTEN, help=f"Flatten each page. {rule} Default: {default}")
