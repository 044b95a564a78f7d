"""What PaddleOCR 3.7 makes of its two preprocessing keywords, in constructors and in calls of `predict`."""

from __future__ import annotations

import pytest

from galley.compat import ocr, seal_recognition, structure, table_recognition
from galley.compat.interface import Interface, make_settings
from galley.compat.keyword_tables.doc_preprocessor import SWITCH
from galley.compat.preprocessing import for_call, for_constructor

PIPELINES = [module.INTERFACE for module in (ocr, table_recognition, seal_recognition, structure)]
AS_BEFORE = None
RULE = [
    # orientation, unwarping, the switch of a constructor, that of a call
    (None, None, AS_BEFORE, AS_BEFORE),
    (None, True, True, True),
    (None, False, False, False),
    (True, None, True, True),
    (True, True, True, True),
    (True, False, True, True),
    (False, None, AS_BEFORE, False),
    (False, True, True, True),
    (False, False, False, False),
]


@pytest.mark.parametrize(("turn", "flatten", "made", "called"), RULE)
def test_the_switch_is_paddleocrs(
    turn: bool | None, flatten: bool | None, made: bool | None, called: bool | None
) -> None:
    given = {"use_doc_orientation_classify": turn, "use_doc_unwarping": flatten}
    assert for_constructor(given).get(SWITCH.name) is made
    assert for_call(given).get(SWITCH.name) is called


@pytest.mark.parametrize("interface", PIPELINES, ids=lambda each: str(each.command))
@pytest.mark.parametrize(("turn", "flatten", "made", "called"), RULE)
def test_all_pipelines_have_the_same_rule(
    interface: Interface, turn: bool | None, flatten: bool | None, made: bool | None, called: bool | None
) -> None:
    given = {"use_doc_orientation_classify": turn, "use_doc_unwarping": flatten}
    default = interface.defaults().pipeline.options.preprocessing
    options = make_settings(interface, "pipeline", given).pipeline.options.preprocessing
    assert options.use_doc_preprocessor is (default.use_doc_preprocessor if made is AS_BEFORE else made)
    assert options.use_doc_orientation_classify is (default.use_doc_orientation_classify if turn is None else turn)
    assert options.use_doc_unwarping is (default.use_doc_unwarping if flatten is None else flatten)
    assert interface.translate_call(given).get(SWITCH.name) is called
