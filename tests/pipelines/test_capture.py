from __future__ import annotations

import datetime
import enum
import pickle
from collections import OrderedDict
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from galley.errors import BadArguments
from galley.foreign import ForeignPage
from galley.pipelines.capture import capture

PLACE = ForeignPage("a/page.pdf", 3, "page_3", {}, {}, metadata={"slot": "cpu:0"})

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


class Color(str, enum.Enum):
    RED = "red"


class Number(float):
    pass


class Odd:
    pass


@given(st.dictionaries(st.text(max_size=6), plain, max_size=6))
def test_plain_data_is_taken_unchanged(fields: dict[str, Any]) -> None:
    page = capture(fields, PLACE, ())
    assert dict(page.fields) == fields
    assert page.json() == fields
    assert dict(page.left_out) == {}
    assert (page.name, page.page_index, page.metadata) == ("page_3", 3, {"slot": "cpu:0"})


def test_what_is_taken_needs_no_class_of_the_workers() -> None:
    result = OrderedDict(
        color=Color.RED,
        number=Number(0.5),
        array=np.arange(3),
        objects=np.array([Color.RED, None], dtype=object),
        pair=(1, {2}),
        when=datetime.date(2024, 1, 2),
        path=PurePosixPath("x"),
    )
    fields = capture(result, PLACE, ()).fields
    assert (type(fields["color"]), fields["color"]) == (str, "red")
    assert type(fields["number"]) is float
    assert fields["objects"] == ["red", None]
    assert fields["pair"] == (1, {2})
    assert b"test_capture" not in pickle.dumps(dict(fields))


def test_json_of_a_plain_dict_holds_lists_and_texts() -> None:
    page = capture(
        {
            "array": np.array([[1, 2]], np.int16),
            "scalar": np.float32(0.5),
            "zero": np.array(7),
            "path": Path("x"),
            "set": {1},
            3: "key",
            "bytes": b"x",
            "pixels": np.zeros((300, 300, 3), np.uint8),
        },
        PLACE,
        ("arrays",),
    )
    assert page.json() == {"array": [[1, 2]], "scalar": 0.5, "zero": 7, "path": "x", "set": [1], "3": "key"}
    assert page.fields["pixels"].shape == (300, 300, 3)


def test_page_size_arrays_and_pictures_stay_behind_unless_wanted() -> None:
    result = {
        "page": np.zeros((300, 300, 3), np.uint8),
        "heat": np.zeros((600, 600), np.float32),
        "small": np.zeros((30, 30, 3), np.uint8),
        "picture": Image.new("RGB", (2, 2)),
        "nested": {"page": np.zeros((300, 300), np.uint8), "angle": 90},
    }
    without = capture(result, PLACE, ())
    assert set(without.fields) == {"small", "nested"}
    assert set(without.left_out) == {"page", "heat", "picture"}
    assert without.fields["nested"] == {"angle": 90}
    assert all("keep=('arrays'" in reason for reason in without.left_out.values())
    assert set(capture(result, PLACE, ("arrays",)).fields) == set(result)


def test_one_array_held_twice_travels_once() -> None:
    pixels = np.zeros((600, 600, 3), np.uint8)
    page = capture({"rot_img": pixels, "steps": {"output_img": pixels}}, PLACE, ("arrays",))
    assert len(pickle.dumps(page)) < 1.5 * pixels.nbytes


@pytest.mark.parametrize("result", ["text", 3, [("a", 1)], None, Odd()])
def test_results_must_be_like_a_dict(result: Any) -> None:
    with pytest.raises(TypeError, match="it must be a dict"):
        capture(result, PLACE, ())


def test_json_that_is_a_method_or_has_keys_of_its_own() -> None:
    class WithMethod(dict[str, Any]):
        def json(self) -> dict[str, Any]:
            return {"own": 1}

    class WithTwo(dict[str, Any]):
        json = MappingProxyType({"res": {"a": 1}, "extra": {"b": np.int64(2)}})

    class WithText(dict[str, Any]):
        def json(self) -> str:
            return "{}"

    assert capture(WithMethod(), PLACE, ()).tree == {"res": {"own": 1}}
    assert capture(WithTwo(), PLACE, ()).tree == {"res": {"a": 1}, "extra": {"b": 2}}
    assert capture(WithText(a=1), PLACE, ()).tree == {"res": {"a": 1}}


class Failing(dict[str, Any]):
    @property
    def img(self) -> dict[str, Any]:
        raise OSError("no font")


def test_a_form_that_cannot_be_made_is_noted_or_raised() -> None:
    assert capture(Failing(), PLACE, ("img", "html")).left_out == {"img": "OSError: no font"}
    with pytest.raises(OSError, match="no font"):
        capture(Failing(), PLACE, ("img",), complete=True)
    with pytest.raises(BadArguments, match=r"\(Failing\) has no html"):
        capture(Failing(), PLACE, ("html",), complete=True)


@pytest.mark.parametrize("mode", ["1", "P", "CMYK", "I;16", "L", "RGB", "RGBA"])
def test_pictures_of_any_mode_are_taken(mode: str) -> None:
    class Drawn(dict[str, Any]):
        img = MappingProxyType({"x": Image.new(mode, (4, 3))})

    pictures = capture(Drawn(), PLACE, ("img",)).pictures
    assert pictures is not None
    assert Image.fromarray(pictures["x"]).size == (4, 3)


def test_files_are_named_after_the_stem_whatever_the_result_calls_itself() -> None:
    class Table(dict[str, Any]):
        def save_to_xlsx(self, save_path: str) -> None:
            index = self["page_index"]
            stem = Path(self["input_path"]).stem + ("" if index is None else f"_{index}_{index}")
            (Path(save_path) / f"{stem}_table_1.xlsx").write_bytes(b"1")
            (Path(save_path) / "beside.txt").write_bytes(b"2")

    table = Table(input_path="a.pdf", page_index=3)
    assert capture(table, PLACE, ("xlsx",)).files == {"xlsx": {"_table_1.xlsx": b"1"}}
    assert dict(table) == {"input_path": "a.pdf", "page_index": 3}
