from __future__ import annotations

import math

import pytest

from galley.errors import BadArguments
from galley.inputs import InputOptions
from galley.inputs.options import kind_of
from galley.pages import PageKind


@pytest.mark.parametrize(
    "wrong",
    [
        {"pdf_scale": 0},
        {"pdf_scale": -1},
        {"pdf_scale": math.nan},
        {"pdf_scale": math.inf},
        {"pdf_scale": "2"},
        {"pdf_scale": True},
        {"max_pixels": 0},
        {"max_pixels": 1.5},
        {"max_pixels": True},
        {"pdf_password": 1234},
    ],
)
def test_impossible_options(wrong: dict[str, object]) -> None:
    with pytest.raises(BadArguments, match=next(iter(wrong))):
        InputOptions(**wrong)  # type: ignore[arg-type]


def test_the_password_is_not_shown() -> None:
    assert "secret" not in repr(InputOptions(pdf_password="secret"))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.png", PageKind.IMAGE),
        ("a.JPEG", PageKind.IMAGE),
        ("a.b.ras", PageKind.IMAGE),
        (".png", PageKind.IMAGE),
        ("a.Tif", PageKind.TIFF),
        ("a.PDF", PageKind.PDF),
        ("a.txt", None),
        ("png", None),
        ("a.png.gz", None),
    ],
)
def test_the_kind_is_decided_by_the_suffix(name: str, kind: PageKind | None) -> None:
    assert kind_of(name) is kind
