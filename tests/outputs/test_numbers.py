from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from galley.outputs.numbers import as_number, has_decimal_points


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [
        ("0", 0, "0"),
        ("17", 17, "0"),
        ("-3.50", -3.5, "0.00"),
        ("\u22123", -3, "0"),
        ("0.965", 0.965, "0.000"),
        ("1,234,567", 1_234_567, "#,##0"),
        ("1,234.5", 1234.5, "#,##0.0"),
        ("78.1%", 0.781, "0.0%"),
        ("5 %", 0.05, "0 %"),
    ],
)
def test_what_can_only_be_a_number_is_one(text: str, value: float, shown: str) -> None:
    found = as_number(text, decimal_points=False)
    assert found is not None
    assert (found.value, found.shown) == (value, shown)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "007",
        "1,2",
        "12,34",
        "1.2.3",
        "+3",
        "(5)",
        "$5",
        "3 m",
        "1e5",
        "2024-01-02",
        "1234567890123456",
        "\u0663",
    ],
)
def test_names_and_what_would_be_changed_stay_text(text: str) -> None:
    assert as_number(text, decimal_points=True) is None


@pytest.mark.parametrize("text", ["1,234", "1.234", "-12,000"])
def test_what_differs_from_country_to_country_needs_the_other_numbers_of_the_table(text: str) -> None:
    assert as_number(text, decimal_points=False) is None
    assert as_number(text, decimal_points=True) is not None


def test_the_other_numbers_tell_what_a_point_means() -> None:
    assert has_decimal_points(["1,234", "2.50"])
    assert has_decimal_points(["7.5%"])
    assert not has_decimal_points(["1,234", "1.234", "12", "1.2.3", "v1.5"])


@given(st.integers(-(10**14), 10**14), st.integers(0, 6))
def test_a_number_is_what_was_written(value: int, decimals: int) -> None:
    text = f"{value / 10**decimals:.{decimals}f}"
    found = as_number(text, decimal_points=True)
    if found is not None:
        assert f"{found.value:.{decimals}f}" == text


@given(st.text(max_size=12), st.booleans())
def test_any_text_is_looked_at(text: str, decimal_points: bool) -> None:
    as_number(text, decimal_points=decimal_points)
