"""PaddleOCR's meaning of the two keywords that switch preprocessing on or off.

Runs in: parent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from galley.compat.keyword_tables.doc_preprocessor import SWITCH


def for_constructor(given: Mapping[str, Any]) -> dict[str, Any]:
    """`given` and the switch of all preprocessing, which PaddleOCR computes in a constructor: `turn or flatten`.

    turn=False alone leaves the switch as it is, flatten=False alone ends all preprocessing.
    """
    turn, flatten = given.get("use_doc_orientation_classify"), given.get("use_doc_unwarping")
    return {**given, **({SWITCH.name: bool(turn or flatten)} if turn or flatten is not None else {})}


def for_call(given: Mapping[str, Any]) -> dict[str, Any]:
    """The same in a call of `predict`: with one of the two given, it preprocesses if one of them is True."""
    switches = [given.get("use_doc_orientation_classify"), given.get("use_doc_unwarping")]
    return {**given, **({SWITCH.name: True in switches} if switches != [None, None] else {})}
