"""The keyword table: names, types, refusals, and that every path leads to a real setting."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from galley.compat.doc_preprocessor import INTERFACE
from galley.compat.interface import interface_of
from galley.compat.keyword_tables.doc_preprocessor import DOC_PREPROCESSOR
from galley.compat.keyword_tables.shared import COMMON
from galley.compat.keyword_tables.structure import STRUCTURE
from galley.compat.keywords import Keyword, check_keywords, flag_word, settings_values, signature, word_list
from galley.compat.names import OWN
from galley.config import StructureConfig, overlay
from galley.errors import BadArguments

UPSTREAM_COMMON = {
    "paddlex_config": None,
    "device": None,
    "engine": None,
    "engine_config": None,
    "enable_hpi": None,
    "use_tensorrt": False,
    "enable_mkldnn": True,
    "mkldnn_cache_capacity": 10,
    "enable_cinn": False,
}
UPSTREAM_DOC_PREPROCESSOR = [
    "doc_orientation_classify_model_name",
    "doc_orientation_classify_model_dir",
    "doc_unwarping_model_name",
    "doc_unwarping_model_dir",
    "use_doc_orientation_classify",
    "use_doc_unwarping",
]
KNOWN_WORDS = ("true", "yes", "t", "y", "1", "false", "no", "f", "n", "0")
EXAMPLES = {
    "precision": "fp32",
    "engine": "onnxruntime",
    "device": "cpu",
    "on_failure": "skip",
    "page_timeout": 3.5,
    "max_tries": 3,
    "recycle_after": 100,
    "max_worker_memory": 2000,
    "max_pixels": 1000,
    "pdf_scale": 1.5,
    "cpu_threads": 2,
    "instances_per_device": 2,
    "device_memory": 4000,
    "serial": True,
    "use_doc_unwarping": False,
    "use_doc_orientation_classify": False,
}


def test_paddleocrs_names_and_defaults_are_there() -> None:
    table = {row.name: row.default for row in COMMON}
    for name, default in UPSTREAM_COMMON.items():
        assert table[name] == default
    assert {"precision", "cpu_threads"} <= set(table)
    assert [row.name for row in DOC_PREPROCESSOR] == UPSTREAM_DOC_PREPROCESSOR


def test_names_are_unique() -> None:
    names = [row.name for row in INTERFACE.rows]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("row", [row for row in INTERFACE.rows if row.path is not None], ids=lambda r: r.name)
def test_every_path_sets_something(row: Keyword) -> None:
    assert row.path is not None
    value = EXAMPLES.get(row.name, "some text")
    changed = overlay(INTERFACE.defaults(), settings_values([row], {row.name: value}))
    assert changed != INTERFACE.defaults(), f"{row.name} is connected to nothing"
    node: object = changed
    for part in row.path.split("."):
        node = getattr(node, part)
    assert node == value


def test_a_typo_is_an_error_that_names_the_right_word() -> None:
    with pytest.raises(BadArguments, match="did you mean device"):
        check_keywords("DocPreprocessor", INTERFACE.rows, {"devcie": "cpu"})
    with pytest.raises(BadArguments, match="no keyword 'use_gpu'; give device='gpu'"):
        check_keywords("DocPreprocessor", INTERFACE.rows, {"use_gpu": True})
    with pytest.raises(ValueError, match="no keyword"):
        check_keywords("DocPreprocessor", INTERFACE.rows, {"nothing_like_it": 1})


@pytest.mark.parametrize(
    "wrong",
    [
        {"precision": "fp12"},
        {"engine": "tensorflow"},
        {"use_doc_unwarping": "yes"},
        {"cpu_threads": 2.5},
        {"cpu_threads": True},
        {"page_timeout": "soon"},
        {"device": 0},
        {"doc_unwarping_model_dir": 3},
    ],
)
def test_a_wrong_value_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadArguments, match=next(iter(wrong))):
        check_keywords("DocPreprocessor", INTERFACE.rows, wrong)


@pytest.mark.parametrize("wrong", ["number", ["number", 1]])
def test_a_list_must_be_one_of_its_kind(wrong: object) -> None:
    with pytest.raises(BadArguments, match="markdown_ignore_labels"):
        check_keywords("PPStructureV3", STRUCTURE, {"markdown_ignore_labels": wrong})


def test_a_path_may_be_an_object_and_is_kept_as_text() -> None:
    given_folder = {"doc_unwarping_model_dir": Path("models") / "UVDoc"}
    check_keywords("DocPreprocessor", INTERFACE.rows, given_folder)
    assert settings_values(INTERFACE.rows, given_folder) == {"pipeline.preprocessing.unwarping.folder": "models/UVDoc"}


@pytest.mark.parametrize("given_keyword", [{"enable_mkldnn": False}, {"enable_cinn": True}, {"engine": "paddle"}])
def test_keywords_of_paddles_engine_are_accepted_and_say_that_they_do_nothing(
    given_keyword: dict[str, object],
) -> None:
    check_keywords("DocPreprocessor", INTERFACE.rows, given_keyword)
    with pytest.warns(UserWarning, match=next(iter(given_keyword))):
        assert settings_values(INTERFACE.rows, given_keyword) == {}


def test_defaults_are_silent() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert settings_values(INTERFACE.rows, {row.name: row.default for row in INTERFACE.rows}) == {}


def test_tensorrt_has_two_spellings() -> None:
    assert settings_values(INTERFACE.rows, {"use_tensorrt": True}) == {"pipeline.engine.engine": "tensorrt"}
    assert settings_values(INTERFACE.rows, {"engine": "tensorrt"}) == {"pipeline.engine.engine": "tensorrt"}


@given(st.sampled_from(["true", "yes", "t", "y", "1"]), st.booleans())
def test_words_for_yes(word: str, upper: bool) -> None:
    assert flag_word(word.upper() if upper else word) is True


@given(
    st.text(max_size=6).filter(lambda w: w.lower() not in ["true", "yes", "t", "y", "1", "false", "no", "f", "n", "0"])
)
def test_other_words_are_refused(word: str) -> None:
    with pytest.raises(BadArguments):
        flag_word(word)


def test_words_in_a_list() -> None:
    assert word_list("json, img,,") == ("json", "img")


def test_the_signature_shows_every_keyword() -> None:
    shown = signature(INTERFACE.rows)
    assert list(shown.parameters) == [row.name for row in INTERFACE.rows]
    assert shown.parameters["enable_mkldnn"].default is True


@pytest.mark.parametrize("name", dict.fromkeys(OWN))
def test_the_default_that_the_help_states_is_the_one_that_holds(name: str) -> None:
    interface = interface_of(name)
    checked = []
    for row in interface.rows:
        stated = re.findall(r"\b(?:True|False|auto|never|[\d.]*\d)\b", row.help.partition("Default: ")[2])
        if row.path is None or not stated:
            continue
        if (name, row.name) == ("PPStructureV3", "use_doc_orientation_classify"):
            assert not StructureConfig().options.preprocessing.use_doc_preprocessor, "both steps are off"
            continue
        value: object = interface.defaults()
        for part in row.path.split("."):
            value = getattr(value, part)
        if value is not None:
            assert str(value).removesuffix(".0") in stated, row.name
            checked.append(row.name)
    assert {"page_timeout", "max_tries", "pdf_scale"} <= set(checked)
