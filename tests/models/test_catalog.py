from __future__ import annotations

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from galley.errors import ModelError
from galley.models.catalog import CATALOG, find_spec
from galley.models.rules import ClassifierRules, LayoutRules, Task, UnwarpRules


def test_every_task_has_one_model_and_every_name_is_found() -> None:
    of_tables = {Task.TABLE_CELLS, Task.TABLE_KIND, Task.TABLE_STRUCTURE}
    tasks = [spec.task for spec in CATALOG]
    assert set(tasks) == set(Task) - of_tables, "tables are read by classical vision unless folders are given"
    assert len(tasks) == len(set(tasks))
    assert [find_spec(spec.name, spec.task) for spec in CATALOG] == list(CATALOG)
    assert len({spec.name for spec in CATALOG}) == len({spec.sha256 for spec in CATALOG}) == 6


def test_rules_agree_with_inputs_and_outputs() -> None:
    for spec in CATALOG:
        rules, picture = spec.rules, spec.inputs[0].shape
        if isinstance(rules, ClassifierRules):
            assert spec.outputs[0].shape[-1] == len(rules.labels)
            assert rules.crop is None or picture[2:] == (rules.crop[1], rules.crop[0])
        elif isinstance(rules, UnwarpRules):
            assert rules.size is not None
            assert picture[2:] == (rules.size[1], rules.size[0])
            assert rules.output == spec.outputs[0].name
        elif isinstance(rules, LayoutRules):
            width, height = rules.size
            assert rules.strides is not None
            cells = [-(-height // stride) * -(-width // stride) for stride in rules.strides]
            assert [tensor.shape[1] for tensor in spec.outputs] == cells * 2
            assert spec.outputs[0].shape[-1] == len(rules.labels)


def test_specs_travel_to_workers() -> None:
    assert pickle.loads(pickle.dumps(CATALOG)) == CATALOG


def test_an_unknown_name_lists_the_known_nearest_first() -> None:
    with pytest.raises(ModelError, match="unknown; known models: PP-OCRv6_small_rec, PP-OCRv6_small_det, "):
        find_spec("PP-OCRv6_small_rek")
    with pytest.raises(ModelError, match=r"'UVDoc' is for image_unwarping, not for .*models: PP-LCNet_x1_0_doc_ori\."):
        find_spec("UVDoc", Task.PAGE_ORIENTATION)


@settings(max_examples=25)
@given(st.text(max_size=40))
def test_any_other_name_is_a_model_error(name: str) -> None:
    if name not in {spec.name for spec in CATALOG}:
        with pytest.raises(ModelError) as caught:
            find_spec(name)
        assert all(spec.name in str(caught.value) for spec in CATALOG)
