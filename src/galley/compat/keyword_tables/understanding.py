"""The keywords of DocUnderstanding: PaddleOCR's, those of its pipelines that ask servers, and Galley's own.

Runs in: parent. Data only.
"""

from __future__ import annotations

from galley.compat.keyword_tables.composing import OPTIONS, options_of
from galley.compat.keywords import Keyword, flag_word, word_list
from galley.config import NATIVE, SERVER_BACKENDS

_MODEL = "SubModules.DocUnderstanding"
_PREPARATION = "the model's own preparation of pictures is used"

DOC_UNDERSTANDING: tuple[Keyword, ...] = (
    Keyword(
        "doc_understanding_model_name",
        str,
        "What the server calls the model. Default: the only one it has.",
        path="pipeline.model_name",
        yaml=f"{_MODEL}.model_name",
    ),
    Keyword(
        "doc_understanding_model_dir",
        str,
        "Folder of an image-text-to-text model that transformers can open; it is loaded on each device.",
        path="pipeline.model_folder",
        yaml=f"{_MODEL}.model_dir",
    ),
    Keyword(
        "doc_understanding_batch_size",
        int,
        "Questions that a model on a device answers together. Default: 1. A server makes its own batches.",
        path="pipeline.batch_size",
        yaml=f"{_MODEL}.batch_size",
    ),
    Keyword(
        "vl_rec_backend",
        str,
        "native for a model on devices, else what the server is. Default: by whether a server is given.",
        path="pipeline.backend",
        choices=(NATIVE, *SERVER_BACKENDS),
    ),
    Keyword(
        "vl_rec_server_url",
        word_list,
        "Address of an OpenAI-compatible server, such as http://host:8000/v1, or several, separated by commas: in "
        "place of devices. A key is taken from the environment variable OPENAI_API_KEY.",
        path="servers.urls",
    ),
    Keyword(
        "vl_rec_max_concurrency",
        int,
        "Questions that each instance keeps in work at its server. Default: 16.",
        path="servers.concurrency",
    ),
    Keyword(
        "vl_rec_api_model_name",
        str,
        "The same as doc_understanding_model_name, by the name of PaddleOCR's other pipelines.",
    ),
    Keyword("query", str, "Asked of every page that brings no query of its own.", path=f"{OPTIONS}query"),
    Keyword("max_new_tokens", int, "An answer is cut off there. Default: 1024.", path=f"{OPTIONS}max_new_tokens"),
    Keyword(
        "temperature",
        float,
        "0, the default, always takes the likeliest word, so that the same question has the same answer.",
        path=f"{OPTIONS}temperature",
    ),
    Keyword(
        "top_p",
        float,
        "Words are drawn from the likeliest that make up this share. Default: 1.",
        path=f"{OPTIONS}top_p",
    ),
    Keyword(
        "repetition_penalty",
        float,
        "Above 1, words that were said are less likely. Default: 1. Not every server knows it.",
        path=f"{OPTIONS}repetition_penalty",
    ),
)
"""What the constructor takes before the common keywords."""

PADDLEOCRS = 3
"""So many of them are PaddleOCR's."""

PREDICT: tuple[Keyword, ...] = (
    *options_of(DOC_UNDERSTANDING),
    Keyword("use_cache", flag_word, "Accepted; it is always used.", no_effect=""),
    Keyword("skip_special_tokens", flag_word, "Accepted; they are always left out.", no_effect=""),
    Keyword("min_pixels", int, "Accepted without effect.", no_effect=_PREPARATION),
    Keyword("max_pixels", int, "Accepted without effect.", no_effect=_PREPARATION),
)
"""What `predict` takes besides its input."""
