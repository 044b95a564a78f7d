"""Numbers in tables that spreadsheets may calculate with: only those that can mean nothing else.

Runs in: parent and worker. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_MOST_DIGITS = 15
"""More are not kept exactly by spreadsheets."""
_NUMBER = re.compile(
    r"(?P<sign>[-−]?)(?P<whole>0|[1-9]\d*|[1-9]\d{0,2}(?:,\d{3})+)(?:\.(?P<part>\d+))?(?P<percent> ?%)?", re.ASCII
)
_POINT = re.compile(r"[-−]?\d[\d,]*\.(\d{1,2}|\d{4,})( ?%)?", re.ASCII)
"""A number in which a point, and nothing else, begins the decimals."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number, and the format in which a spreadsheet shows it as it was read."""

    value: int | float
    shown: str


def has_decimal_points(texts: Iterable[str]) -> bool:
    """Whether `texts`, those of one table, show that the decimals of its numbers begin with a point."""
    return any(_POINT.fullmatch(text) for text in texts)


def as_number(text: str, *, decimal_points: bool) -> Number | None:
    """`text` as a number; None where it may be a name, or the number another one elsewhere.

    A number with leading zeros is a name; one of more than 15 digits would be rounded. Where a point is not known to
    begin the decimals (`decimal_points`), 1,234 and 1.234 are a thousand to some and one and a bit to others.

    Args:
        text: of one cell.
        decimal_points: what `has_decimal_points` says of the table.
    """
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    whole, part = found["whole"], found["part"]
    grouped = "," in whole
    digits = whole.replace(",", "")
    if len(digits) + len(part if part is not None else "") > _MOST_DIGITS:
        return None
    lone_comma = grouped and part is None and whole.count(",") == 1
    lone_point = not grouped and part is not None and len(part) == 3 and digits != "0"
    if (lone_comma or lone_point) and not decimal_points:
        return None
    shown = ("#,##0" if grouped else "0") + ("" if part is None else "." + "0" * len(part))
    sign = -1 if found["sign"] else 1
    if found["percent"]:
        return Number(sign * float(f"{digits}.{part if part is not None else '0'}e-2"), shown + found["percent"])
    return Number(sign * (int(digits) if part is None else float(f"{digits}.{part}")), shown)
