"""Rows that are made alike."""

from __future__ import annotations

from galley.compat.keyword_tables.composing import model_rows, options_of, within
from galley.compat.keyword_tables.doc_preprocessor import DOC_PREPROCESSOR
from galley.compat.keywords import Keyword


def test_a_model_has_a_name_and_a_folder() -> None:
    name, folder = model_rows("text", "text.detection", "SubModules.Text", "text model", folder_note="None by default.")
    assert (name.name, name.path, name.yaml) == (
        "text_model_name",
        "pipeline.text.detection.name",
        "SubModules.Text.model_name",
    )
    assert (folder.name, folder.path, folder.yaml) == (
        "text_model_dir",
        "pipeline.text.detection.folder",
        "SubModules.Text.model_dir",
    )
    assert name.help == "Name of the text model."
    assert folder.help == "PaddleX ONNX folder of the text model. None by default."


def test_rows_inside_another_pipeline() -> None:
    inner = Keyword("turn", bool, "Turn it.", path="pipeline.options.turn", yaml="turn")
    accepted = Keyword("cache", bool, "Accepted.")
    outer = within((inner, accepted), "SubPipelines.Inner", "pipeline.options.inner.")
    assert (outer["turn"].path, outer["turn"].yaml) == ("pipeline.options.inner.turn", "SubPipelines.Inner.turn")
    assert outer["cache"] == accepted


def test_options_are_what_a_call_may_change() -> None:
    assert [row.name for row in options_of(DOC_PREPROCESSOR)] == ["use_doc_orientation_classify", "use_doc_unwarping"]
