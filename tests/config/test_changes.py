"""Configuration values: overlaying, clear refusals."""

from __future__ import annotations

import pytest

from galley.config import DocPreprocessorConfig, EngineConfig, overlay, suggest
from galley.errors import BadArguments


def test_overlay_reaches_into_nested_values_and_leaves_the_rest() -> None:
    base = DocPreprocessorConfig()
    changed = overlay(base, {"engine.precision": "fp32", "options.use_doc_unwarping": False})
    assert changed.engine.precision == "fp32"
    assert not changed.options.use_doc_unwarping
    assert changed.options.use_doc_orientation_classify
    assert base == DocPreprocessorConfig()


@pytest.mark.parametrize(
    ("path", "hint"),
    [("engine.precison", "did you mean precision"), ("engines.precision", "did you mean engine"), ("x.y", "known:")],
)
def test_an_unknown_option_is_refused_with_the_nearest_names(path: str, hint: str) -> None:
    with pytest.raises(BadArguments, match="unknown option") as caught:
        overlay(DocPreprocessorConfig(), {path: "fp32"})
    assert hint in str(caught.value)


def test_a_path_through_a_plain_value_is_refused() -> None:
    with pytest.raises(BadArguments, match="has no fields"):
        overlay(DocPreprocessorConfig(), {"engine.precision.x": 1})


def test_an_impossible_precision_is_refused() -> None:
    with pytest.raises(BadArguments, match="fp12"):
        EngineConfig(precision="fp12")


def test_models_are_those_of_the_steps_that_are_on() -> None:
    assert set(DocPreprocessorConfig().models()) == {"orientation", "unwarping"}
    off = overlay(DocPreprocessorConfig(), {"options.use_doc_unwarping": False})
    assert set(off.models()) == {"orientation"}


def test_suggestions() -> None:
    assert suggest("devcie", ["device", "engine"]) == "; did you mean device?"
    assert suggest("use_doc_unwarp", ["use_doc_unwarping", "per_document"]) == "; did you mean use_doc_unwarping?"
    assert suggest("zzz", ["b", "a"]) == "; known: a, b"
    assert suggest("zzz", [str(i) for i in range(100)]) == ""
