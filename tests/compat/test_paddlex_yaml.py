"""PaddleX's pipeline YAML, in and out."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from galley.compat.keyword_tables.doc_preprocessor import DOC_PREPROCESSOR
from galley.compat.paddlex_yaml import dump, read_keywords
from galley.errors import BadArguments

TREE = {
    "pipeline_name": "doc_preprocessor",
    "use_doc_unwarping": False,
    "SubModules": {"DocOrientationClassify": {"model_name": "PP-LCNet_x1_0_doc_ori", "model_dir": None}},
}
FOUND = {"use_doc_unwarping": False, "doc_orientation_classify_model_name": "PP-LCNet_x1_0_doc_ori"}


def test_a_mapping_and_a_file_say_the_same(tmp_path: Path) -> None:
    path = tmp_path / "pipeline.yaml"
    path.write_text(yaml.safe_dump(TREE))
    assert read_keywords(TREE, "doc_preprocessor", DOC_PREPROCESSOR) == FOUND
    assert read_keywords(str(path), "doc_preprocessor", DOC_PREPROCESSOR) == FOUND


def test_the_built_in_name_changes_nothing() -> None:
    assert read_keywords("doc_preprocessor", "doc_preprocessor", DOC_PREPROCESSOR) == {}


def test_what_is_written_reads_back() -> None:
    text = dump("doc_preprocessor", DOC_PREPROCESSOR, FOUND)
    assert read_keywords(yaml.safe_load(text), "doc_preprocessor", DOC_PREPROCESSOR) == FOUND


@pytest.mark.parametrize("content", [None, "- a\n- b\n", "a: [", b"\xff\xfe\x00"])
def test_a_file_that_is_no_configuration_is_refused(tmp_path: Path, content: str | bytes | None) -> None:
    path = tmp_path / "pipeline.yml"
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(BadArguments, match="paddlex_config"):
        read_keywords(str(path), "doc_preprocessor", DOC_PREPROCESSOR)


@pytest.mark.parametrize("wrong", ["no", 1, [True]])
def test_a_value_of_another_kind_is_refused(wrong: object) -> None:
    with pytest.raises(BadArguments, match="use_doc_unwarping"):
        read_keywords(TREE | {"use_doc_unwarping": wrong}, "doc_preprocessor", DOC_PREPROCESSOR)


def test_another_pipelines_configuration_is_refused() -> None:
    with pytest.raises(BadArguments, match="'OCR'"):
        read_keywords({"pipeline_name": "OCR"}, "doc_preprocessor", DOC_PREPROCESSOR)
    with pytest.raises(BadArguments, match="no YAML file"):
        read_keywords("doc_preproccesor", "doc_preprocessor", DOC_PREPROCESSOR)
