"""What a batch is to ask, and of which pictures: for DocUnderstanding, which the other pipelines are told apart from.

Runs in: parent.
"""

from __future__ import annotations

from pathlib import Path

from galley.errors import BadArguments
from galley.inputs.options import has_rows
from galley.pages import ROWS_SUFFIX

_ASKING = "DocUnderstanding"


def choose_source(pipeline: str, input_dir: str | None, input_jsonl: str | None) -> str:
    """The folder, or the file of rows.

    Raises:
        BadArguments: neither or both are given, the rows are not there, or they are not for this pipeline.
    """
    if (input_dir is None) == (input_jsonl is None):
        raise BadArguments("give either input_dir, a folder, or input_jsonl, a file of questions")
    if input_jsonl is None:
        return str(input_dir)
    if pipeline != _ASKING:
        raise BadArguments(f"input_jsonl holds questions, and {pipeline} answers none; {_ASKING} does")
    if not has_rows(input_jsonl):
        raise BadArguments(f"input_jsonl is {input_jsonl!r}; the name must end in {ROWS_SUFFIX}")
    if not Path(input_jsonl).is_file():
        raise BadArguments(f"input_jsonl: there is no file {input_jsonl!r}")
    return input_jsonl


def read_query(pipeline: str, query: str | None, query_file: str | None) -> str | None:
    """The query, whichever way it is given; None if it is not.

    Raises:
        BadArguments: it is given twice or cannot be read, or the pipeline takes none.
    """
    if query_file is not None:
        if query is not None:
            raise BadArguments("give either query or query_file")
        try:
            query = Path(query_file).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise BadArguments(f"query_file {query_file!r} cannot be read: {error}") from error
    if query is not None and pipeline != _ASKING:
        raise BadArguments(f"{pipeline} takes no query; {_ASKING} does")
    return query
