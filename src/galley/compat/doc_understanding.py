"""`DocUnderstanding` with PaddleOCR's keywords and methods.

Runs in: parent.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from galley.api import Settings
from galley.compat.interface import Interface
from galley.compat.keyword_tables.shared import COMMON, ON_FAILURE
from galley.compat.keyword_tables.understanding import DOC_UNDERSTANDING, PADDLEOCRS, PREDICT
from galley.compat.keywords import word_list
from galley.compat.pipeline import CompatiblePipeline
from galley.compat.results import Result
from galley.config import NATIVE, DocUnderstandingConfig
from galley.errors import BadArguments
from galley.results import UnderstoodPage


def translate(given: Mapping[str, Any]) -> dict[str, Any]:
    """Keywords that hang together: where the model is, what it is called there, and how many questions at once.

    Raises:
        BadArguments: two of them exclude each other, or one needs another.
    """
    values = dict(given)
    engine = values.pop("engine", None)
    if engine not in (None, "transformers"):
        warnings.warn(f"engine={engine!r} has no effect: models on devices run in transformers", stacklevel=5)
    urls = values.get("vl_rec_server_url")
    if isinstance(urls, str):
        urls = word_list(urls)
    backend = values.setdefault("vl_rec_backend", NATIVE if urls is None else "openai-server")
    other_name = values.pop("vl_rec_api_model_name", None)
    if other_name is not None and values.setdefault("doc_understanding_model_name", other_name) != other_name:
        raise BadArguments("doc_understanding_model_name and vl_rec_api_model_name mean the same; give one of them")
    if backend != NATIVE:
        return values | _served(values, urls)
    if urls is not None:
        raise BadArguments(
            f"vl_rec_backend={NATIVE!r} is a model on devices and asks no server; leave out vl_rec_server_url"
        )
    if "vl_rec_max_concurrency" in values:
        raise BadArguments("vl_rec_max_concurrency is for servers; give vl_rec_server_url")
    return values


def _served(values: Mapping[str, Any], urls: Any) -> dict[str, Any]:
    if not urls or not all(isinstance(url, str) for url in urls):
        raise BadArguments(f"vl_rec_backend={values['vl_rec_backend']!r} needs vl_rec_server_url, its address")
    if "doc_understanding_model_dir" in values:
        raise BadArguments("a server has its own model; leave out doc_understanding_model_dir or vl_rec_server_url")
    if "doc_understanding_batch_size" in values:
        warnings.warn("doc_understanding_batch_size has no effect: a server makes its own batches", stacklevel=6)
    if "precision" in values:
        warnings.warn("precision has no effect: a server has its own", stacklevel=6)
    return {"vl_rec_server_url": tuple(url.rstrip("/") for url in urls)}


def parse_inputs(words: Sequence[str]) -> list[Any]:
    """Words that begin with a brace as the mappings that they write; all others are paths.

    Raises:
        BadArguments: what begins with a brace is no mapping.
    """
    return [_parse_question(word) if word.lstrip().startswith("{") else word for word in words]


def _parse_question(word: str) -> dict[Any, Any]:
    try:
        question = ast.literal_eval(word.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
        raise BadArguments(f"--input {word[:200]!r} is not written like {_EXAMPLE}: {error}") from None
    if not isinstance(question, dict):
        raise BadArguments(f"--input {word[:200]!r} is a {type(question).__name__}; write it like {_EXAMPLE}")
    return question


_EXAMPLE = """\"{'image': 'page.png', 'query': 'What is the total?'}\""""

INTERFACE = Interface(
    command="doc_understanding",
    paddlex_name="doc_understanding",
    purpose="answer questions about pages",
    rows=(*DOC_UNDERSTANDING, *COMMON, ON_FAILURE),
    positional=PADDLEOCRS,
    call_rows=PREDICT,
    result=UnderstoodPage,
    defaults=lambda: Settings(DocUnderstandingConfig()),
    parse_inputs=parse_inputs,
    input_help=f"Questions, each a mapping such as {_EXAMPLE}; with --query also images, PDF and TIFF documents, "
    "folders, globs or URLs.",
    translate=translate,
)


class DocUnderstanding(CompatiblePipeline, interface=INTERFACE):
    """Answers questions about pages: by models on devices, or by servers in place of them.

    with DocUnderstanding(vl_rec_server_url=["http://a:8000/v1", "http://b:8000/v1"]) as pipeline:
        for result in pipeline.predict_iter([{"image": "page.png", "query": "What is the total?"}]):
            print(result["result"])
    """

    def __init__(self, *values: Any, **keywords: Any) -> None:
        """As `CompatiblePipeline.__init__`; keys of servers are no keywords.

        Raises:
            BadArguments: a key is given.
        """
        if "vl_rec_api_key" in keywords:
            raise BadArguments("keys are taken from the environment only: set OPENAI_API_KEY")
        super().__init__(*values, **keywords)

    def predict(self, input: Any, **options: Any) -> list[Result]:  # noqa: A002 - PaddleOCR's name
        """The answers to all questions, in input order.

        Args:
            input: `{"image": path, URL or BGR array, "query": text}`, or a list or iterator of these. With `query`,
                also what the other pipelines take: a path, folder, glob, PDF, URL, array, or a list of them.
            options: for these questions, what the constructor's keyword of the same name says for all.

        Raises:
            BadArguments: an unknown option, or mappings and paths in one list.
            PagesFailed: some questions have no answer; `failures` says which and why, `results` holds all others.
        """
        return super().predict(input, **options)
