from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from galley.errors import BadArguments
from galley.inputs.objects import list_units
from galley.pages import PageKind, PageRef, Unreadable

ARRAY = np.zeros((2, 2, 3), np.uint8)


def contents(inputs: Any, **options: Any) -> list[Any]:
    units = list(list_units(inputs, **options))
    assert all(isinstance(unit, PageRef) and unit.kind is PageKind.OBJECT for unit in units)
    assert [unit.name for unit in units if isinstance(unit, PageRef)] == [f"object_{n:04d}" for n in range(len(units))]
    return [unit.content for unit in units if isinstance(unit, PageRef)]


@pytest.mark.parametrize("single", [{"image": "x"}, {1, 2}, b"x", 3, None])
def test_what_is_no_list_is_one_object(single: Any) -> None:
    assert contents(single) == [single]


@pytest.mark.parametrize("kind", [list, tuple, iter])
def test_every_element_is_an_object(kind: Any) -> None:
    assert contents(kind([{"a": 1}, 2, None])) == [{"a": 1}, 2, None]
    assert contents(kind([])) == []


def test_paths_and_arrays_stand_for_pages(samples: Path) -> None:
    report = str(samples / "report.pdf")
    assert [unit.index for unit in list_units(report) if isinstance(unit, PageRef)] == [0, 1, 2]
    for many in ([report, ARRAY], iter([report, ARRAY])):
        kinds = [unit.kind for unit in list_units(many) if isinstance(unit, PageRef)]
        assert kinds == [PageKind.PDF] * 3 + [PageKind.ARRAY]
    assert isinstance(next(list_units("missing.png")), Unreadable)


def test_anything_travels_as_it_is_if_so_wanted() -> None:
    assert contents("text", as_objects=True) == ["text"]
    assert contents(["a", {"b": 1}], as_objects=True) == ["a", {"b": 1}]
    assert contents(iter(["a", "b"]), as_objects=True) == ["a", "b"]


def test_pages_and_objects_are_not_mixed() -> None:
    with pytest.raises(BadArguments, match="a dict among paths"):
        list_units(["x.png", {"a": 1}])
    with pytest.raises(BadArguments, match="dict"):
        list(list_units(iter([ARRAY, {"a": 1}])))


def test_a_stream_is_read_as_it_is_needed() -> None:
    read = 0

    def stream() -> Iterator[dict[str, int]]:
        nonlocal read
        while True:
            read += 1
            yield {"n": read}

    units = list_units(stream())
    next(units)
    assert read <= 2
